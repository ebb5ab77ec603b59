"""Virtual clusters of EMR on EKS."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from emr_eks_placement.aws.errors import aws_errors
from emr_eks_placement.aws.session import client
from emr_eks_placement.aws.stacks import own_resources
from emr_eks_placement.common.errors import refused
from emr_eks_placement.facts.emr import CUSTOM_VIRTUAL_CLUSTER, VIRTUAL_CLUSTER

if TYPE_CHECKING:
    from types_boto3_emr_containers import EMRContainersClient
    from types_boto3_emr_containers.type_defs import VirtualClusterTypeDef


@dataclass(frozen=True)
class VirtualCluster:
    """A virtual cluster: the name of its EKS cluster, its namespace, and its state in EMR."""

    cluster: str
    namespace: str
    state: str


def find_virtual_cluster(emr: "EMRContainersClient", id_: str) -> "VirtualClusterTypeDef | None":
    """Returns the virtual cluster as EMR describes it (emr-containers:DescribeVirtualCluster); None if the id does not
    exist.

    Raises botocore's errors unchanged.
    """
    try:
        return emr.describe_virtual_cluster(id=id_)["virtualCluster"]
    except emr.exceptions.ResourceNotFoundException:
        return None


def understood(described: "VirtualClusterTypeDef") -> VirtualCluster:
    """Reads EMR's description; the namespace is `default` if EMR names none (EMR on EKS guide, virtual clusters)."""
    provider = described["containerProvider"]
    namespace = provider.get("info", {}).get("eksInfo", {}).get("namespace", "default")
    return VirtualCluster(provider["id"], namespace, described["state"])


def describe_virtual_cluster(session: boto3.Session, id_: str) -> VirtualCluster:
    """Returns the virtual cluster of that id (emr-containers:DescribeVirtualCluster). Raises InputError if it does not
    exist."""
    place = f"virtual cluster {id_}"
    with aws_errors(place):
        emr: EMRContainersClient = client(session, "emr-containers")
        found = find_virtual_cluster(emr, id_)
    if found is None:
        rule = f"{emr.meta.region_name} has no virtual cluster of this id (emr-containers:DescribeVirtualCluster)"
        raise refused(place, None, rule, "Check the id, the region and the account")
    return understood(found)


def running_namespaces(emr: "EMRContainersClient", cluster: str) -> dict[str, str]:
    """Returns the namespaces of an EKS cluster's running virtual clusters, by id and by name, without names that
    several have.

    Calls emr-containers:ListVirtualClusters. Raises botocore's errors unchanged.
    """
    pages = emr.get_paginator("list_virtual_clusters").paginate(
        containerProviderId=cluster, containerProviderType="EKS", states=["RUNNING"]
    )
    found = [(one["id"], one["name"], understood(one).namespace) for page in pages for one in page["virtualClusters"]]
    times = Counter(name for _id, name, _namespace in found)
    by_name = {name: namespace for _id, name, namespace in found if times[name] == 1}
    return by_name | {id_: namespace for id_, _name, namespace in found}


def virtual_clusters_of(session: boto3.Session, environment: str) -> tuple[str, ...]:
    """Returns the ids of the virtual clusters in the environment's stack; none if it is not deployed.

    Calls cloudformation:ListStackResources. Raises InputError if the call fails.
    """
    return own_resources(session, environment, "virtual-clusters", VIRTUAL_CLUSTER, CUSTOM_VIRTUAL_CLUSTER)
