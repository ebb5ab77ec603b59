"""Pod templates: the Kubernetes Pod YAML of Spark's driver and executors."""
