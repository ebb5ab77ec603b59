"""What the checks share: how they end, and how what differs from its file is fixed."""

from collections.abc import Iterable

from emr_eks_placement.checks import Check
from emr_eks_placement.environment import Environment


def concluded(name: str, findings: Iterable[Check], well: str) -> list[Check]:
    """The findings of a check; the one that all is well where there are none."""
    return list(findings) or [Check(name, "ok", well)]


def deploy(environment: Environment) -> str:
    """The command that deploys an environment."""
    return f"cdk deploy --all -c environment={environment.name}"


def bring_together(environment: Environment, by_hand: str) -> str:
    """How what the account has and what the file says become the same: CloudFormation deploys what changes in a template,
    and does not put back what was changed beside it (CloudFormation guide, drift).

    by_hand: a command or what to do where the account was changed.
    """
    return f"If the file has changed, {deploy(environment)}; if the account has, {by_hand}, or write it into the file"
