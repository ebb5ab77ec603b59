"""Where a pod lands: the EKS Fargate admission rule and the Kubernetes scheduler's filters."""
