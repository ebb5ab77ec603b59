"""Pod templates: the Kubernetes Pod YAML given to Spark for driver and executors."""
