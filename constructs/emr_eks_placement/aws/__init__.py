"""Reads and changes AWS accounts. Only this package imports boto3."""
