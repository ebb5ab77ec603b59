"""What Spark on Kubernetes makes of a configuration."""
