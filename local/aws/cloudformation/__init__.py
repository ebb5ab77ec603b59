"""CloudFormation resource types that MiniStack lacks, and parts that it leaves out of others."""
