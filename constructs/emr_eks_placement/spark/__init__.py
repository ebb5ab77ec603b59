"""Spark on Kubernetes: its configuration, and the pods that it creates."""
