"""Reads the capacity of a cluster from Kubernetes objects, of manifests or of an API server."""
