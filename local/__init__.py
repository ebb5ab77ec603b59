"""The embedded default: everything a demonstration needs on one machine, without an AWS account."""
