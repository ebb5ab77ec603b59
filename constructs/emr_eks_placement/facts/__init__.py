"""Limits and names of AWS, Kubernetes and Spark, each with its source. No placement logic."""
