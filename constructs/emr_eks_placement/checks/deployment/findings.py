"""Shared by the checks: their conclusion, and the fix for differences from the file."""

from collections.abc import Iterable

from emr_eks_placement.checks import Check
from emr_eks_placement.environment import Environment


def concluded(name: str, findings: Iterable[Check], well: str) -> list[Check]:
    """Returns the findings of a check, or one that everything is ok."""
    return list(findings) or [Check(name, "ok", well)]


def deploy(environment: Environment) -> str:
    """Returns the command that deploys an environment."""
    return f"cdk deploy --all -c environment={environment.name}"


def bring_together(environment: Environment, by_hand: str) -> str:
    """Returns how to make the account and the file agree. CloudFormation deploys only changes of a template; it does
    not revert changes outside it (CloudFormation guide, drift).

    by_hand: a command, or what to do if the account was changed.
    """
    return f"If the file has changed, {deploy(environment)}; if the account has, {by_hand}, or write it into the file"
