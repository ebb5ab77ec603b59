"""A local AWS on the loopback interface: MiniStack, with what EMR on EKS needs added.

Start one with `local.aws.server.LocalAws`. It checks wiring, not AWS itself: its EMR on EKS and EKS Fargate follow only
this code and botocore's service models.
"""
