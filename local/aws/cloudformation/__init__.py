"""CloudFormation resource types that MiniStack lacks, and what it leaves out of those it has."""
