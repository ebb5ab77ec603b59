"""The EKS side of the local cluster: the Fargate admission rule and a scheduler, our own words about EKS and Kubernetes."""
