"""The deployable units of an environment, by rate of change."""

from stacks.environment_stacks import EnvironmentStacks

__all__ = ["EnvironmentStacks"]
