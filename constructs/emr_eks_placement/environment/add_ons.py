"""Versions that EKS updates only on request: add-ons of a cluster, and machine images of node groups."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.common.model import Rule
from emr_eks_placement.environment.nodes import NodeGroup
from emr_eks_placement.facts.kubernetes_versions import MOST_OLDER, minor

AddOn = Literal["vpc-cni", "kube-proxy", "coredns"]
"""An add-on that nodes and Fargate pods need to reach each other (EKS guide, networking add-ons)."""
ADD_ONS: tuple[AddOn, ...] = get_args(AddOn)
"""All of them."""

_FIND = "aws eks describe-addon-versions --addon-name {} --kubernetes-version {} lists what EKS offers"


def _check_add_on_versions(versions: dict[AddOn, str]) -> dict[AddOn, str]:
    for name, version in versions.items():
        if not re.fullmatch(r"v\d+\.\d+\.\d+-eksbuild\.\d+", version, re.ASCII):
            raise RuleError(version, _RULE, "Write for example v1.35.0-eksbuild.2", path=(name,))
    return versions


_RULE = "a version of an add-on reads vMAJOR.MINOR.PATCH-eksbuild.NUMBER (EKS DescribeAddonVersions)"
AddOnVersions = Annotated[dict[AddOn, str], Rule(_check_add_on_versions, _RULE)]


def check_kube_proxy(versions: Mapping[AddOn, str], kubernetes: str) -> None:
    """Raises RuleError, with the path of the version, for a kube-proxy that is not compatible with the Kubernetes
    version."""
    version = versions.get("kube-proxy")
    if version is None:
        return
    newest = minor(kubernetes)
    if version.startswith("v1.") and newest - MOST_OLDER <= minor(version) <= newest:
        return
    raise RuleError(
        version,
        f"kube-proxy is not newer than the Kubernetes API, here {kubernetes}, and at most {MOST_OLDER} minor versions older "
        "(Kubernetes, version skew policy)",
        f"Write one of v{kubernetes}; {_FIND.format('kube-proxy', kubernetes)}",
        path=("add_on_versions", "kube-proxy"),
    )


def check_release_versions(groups: Mapping[str, NodeGroup], kubernetes: str) -> None:
    """Raises RuleError, with its path in the environment, for a machine image of another Kubernetes version."""
    for name, group in groups.items():
        if group.release_version is not None and not group.release_version.startswith(f"{kubernetes}."):
            raise RuleError(
                group.release_version,
                f"the machine image of a node group is of the version of Kubernetes that its nodes run, here {kubernetes} "
                "(EKS UpdateNodegroupVersion)",
                f"Write an AMI release version of {kubernetes}, or remove it: EKS then takes the newest",
                path=("node_groups", name, "release_version"),
            )
