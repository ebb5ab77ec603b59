"""The embedded default: what a demonstration needs on one machine, without an AWS account."""
