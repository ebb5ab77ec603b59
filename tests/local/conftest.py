"""Fixtures of the tests of the embedded default."""

from tests.local.aws_fixtures import aws, cluster, stacks
from tests.local.reading import account, user

__all__ = ["account", "aws", "cluster", "stacks", "user"]
