"""Reads EKS clusters and their parts: None for a missing one, botocore's errors unchanged."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from emr_eks_placement.common.errors import InputError, RuleError, finding

if TYPE_CHECKING:
    from types_boto3_eks import EKSClient
    from types_boto3_eks.type_defs import ClusterTypeDef, FargateProfileTypeDef, NodegroupTypeDef


def find_cluster(eks: "EKSClient", name: str) -> "ClusterTypeDef | None":
    """Returns the cluster of that name (eks:DescribeCluster)."""
    try:
        return eks.describe_cluster(name=name)["cluster"]
    except eks.exceptions.ResourceNotFoundException:
        return None


def existing_cluster(eks: "EKSClient", name: str) -> "ClusterTypeDef":
    """Returns the cluster of that name. Raises InputError if it does not exist, naming the existing ones
    (eks:ListClusters)."""
    found = find_cluster(eks, name)
    if found is None:
        raise InputError([finding(f"EKS cluster {name}", _no_such_cluster(eks, name))])
    return found


def cluster_names(eks: "EKSClient") -> list[str]:
    """Returns the names of the region's clusters (eks:ListClusters)."""
    return [name for page in eks.get_paginator("list_clusters").paginate() for name in page["clusters"]]


def authentication_mode(described: "ClusterTypeDef | None") -> str:
    """Returns the authentication mode of a cluster; CONFIG_MAP by default (botocore's service model of eks,
    CreateAccessConfigRequest)."""
    return (described or {}).get("accessConfig", {}).get("authenticationMode", "CONFIG_MAP")


def node_groups(
    eks: "EKSClient", cluster: str, names: Iterable[str] | None = None
) -> "dict[str, NodegroupTypeDef | None]":
    """Returns the managed node groups of these names, by default all (eks:ListNodegroups, DescribeNodegroup)."""
    if names is None:
        pages = eks.get_paginator("list_nodegroups").paginate(clusterName=cluster)
        names = [name for page in pages for name in page["nodegroups"]]
    found: dict[str, NodegroupTypeDef | None] = dict.fromkeys(names)
    for name in found:
        try:
            found[name] = eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
        except eks.exceptions.ResourceNotFoundException:
            continue
    return found


def fargate_profiles(
    eks: "EKSClient", cluster: str, names: Iterable[str] | None = None
) -> "dict[str, FargateProfileTypeDef | None]":
    """Returns the Fargate profiles of these names, by default all (eks:ListFargateProfiles, DescribeFargateProfile)."""
    if names is None:
        pages = eks.get_paginator("list_fargate_profiles").paginate(clusterName=cluster)
        names = [name for page in pages for name in page["fargateProfileNames"]]
    found: dict[str, FargateProfileTypeDef | None] = dict.fromkeys(names)
    for name in found:
        try:
            answer = eks.describe_fargate_profile(clusterName=cluster, fargateProfileName=name)
            found[name] = answer["fargateProfile"]
        except eks.exceptions.ResourceNotFoundException:
            continue
    return found


def access_entries(eks: "EKSClient", cluster: str) -> list[str]:
    """Returns the principals that have an access entry (eks:ListAccessEntries)."""
    pages = eks.get_paginator("list_access_entries").paginate(clusterName=cluster)
    return [arn for page in pages for arn in page["accessEntries"]]


def shown_names(tags: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Returns the names to show for node groups or Fargate profiles, by their EKS names: the tag Name if it is unique,
    else the EKS name.

    This package sets the tag Name; CloudFormation's generated names are hard to read. tags: of each part, by its EKS
    name.
    """
    named = {name: own.get("Name") or name for name, own in tags.items()}
    counts = Counter([*named.values(), *(name for name, shown in named.items() if shown != name)])
    return {name: shown if counts[shown] == 1 else name for name, shown in named.items()}


def _no_such_cluster(eks: "EKSClient", name: str) -> RuleError:
    """Returns the error, which names the existing clusters if the credentials may list them."""
    rule = f"{eks.meta.region_name} has no EKS cluster of this name (eks:DescribeCluster)"
    try:
        names = cluster_names(eks)
    except (ClientError, BotoCoreError):
        return RuleError(name, rule, "Check the name, the region and the account")
    if not names:
        return RuleError(name, f"{rule}, nor any other", "Check the region and the account")
    return RuleError(name, rule, f"Name one of {', '.join(sorted(names))}, or check the region and the account")
