"""The EKS side of the local cluster: the Fargate admission rule and a scheduler, as this package understands EKS and
Kubernetes."""
