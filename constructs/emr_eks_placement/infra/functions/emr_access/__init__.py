"""Gives EMR access to a cluster's namespaces where CloudFormation can't."""
