"""The outcome of a check of an account or of a deployed environment, and the names of the checks."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "missing", "not checked"]

ACCOUNT_CHECKS = (
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
"""The checks of check-account, in the order in which they are made."""

SHARED_CHECKS = ("account", "region", "fargate-vcpus", "fargate-profile-quota", "on-demand-vcpus", "spot-vcpus")
"""The checks of check-account that doctor makes too."""

DEPLOYMENT_CHECKS = (
    *SHARED_CHECKS,
    "stacks",
    "cluster",
    "node-groups",
    "fargate-profiles",
    "access-entries",
    "oidc-provider",
    "capacity",
    "kubernetes-objects",
    "virtual-clusters",
    "namespaces",
    "emr-access",
    "definitions",
    "files",
    "bucket",
    "log-groups",
    "execution-roles",
    "pod-execution-role",
    "permissions",
    "addresses",
)
"""The checks of doctor, in the order in which they are made."""


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
