"""The outcome of a check of an account."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "missing", "not checked"]

CHECKS = (
    "account",
    "region",
    "stacks",
    "existing",
    "given-keys",
    "given-roles",
    "given-log-groups",
    "zones",
    "instance-types",
    "vpcs",
    "elastic-ips",
    "eks-clusters",
    "emr-on-eks",
    "fargate-vcpus",
    "fargate-profile-quota",
    "on-demand-vcpus",
    "spot-vcpus",
    "service-linked-roles",
    "role-names",
    "cdk-bootstrap",
)
"""Every check, in the order in which they are made."""


@dataclass(frozen=True)
class Check:
    """What one check found, and how to mend it unless it is ok.

    state: `missing` keeps the deployment or one of its jobs from succeeding, `warning` may, `not checked` says that the
    account did not tell.
    """

    name: str
    state: State
    found: str
    mend: str = ""
