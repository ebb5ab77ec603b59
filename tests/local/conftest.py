"""Fixtures of the tests of the embedded default."""

from tests.local.aws_fixtures import aws, cluster, stacks

__all__ = ["aws", "cluster", "stacks"]
