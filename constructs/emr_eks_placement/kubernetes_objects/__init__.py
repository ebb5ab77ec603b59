"""What Kubernetes objects, of manifests or of an API server, say of the capacity of a cluster."""
