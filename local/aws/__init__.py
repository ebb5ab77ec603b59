"""A local AWS on the loopback interface: MiniStack, completed with what EMR on EKS needs.

Start one with `local.aws.server.LocalAws`. It checks wiring, not AWS itself: it knows EMR on EKS and EKS Fargate only as
they are written down here and in botocore's service models.
"""
