"""What EMR on EKS does with a StartJobRun request: the pods of a job run."""
