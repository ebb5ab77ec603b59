"""What EMR on EKS makes of a StartJobRun request: the pods of a job run."""
