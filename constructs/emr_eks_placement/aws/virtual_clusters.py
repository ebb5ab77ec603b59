"""Virtual clusters of EMR on EKS."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from emr_eks_placement.aws.errors import aws_errors
from emr_eks_placement.aws.session import client
from emr_eks_placement.common.errors import InputError, RuleError, finding

if TYPE_CHECKING:
    from types_boto3_emr_containers import EMRContainersClient


@dataclass(frozen=True)
class VirtualCluster:
    """A virtual cluster: the name of its EKS cluster, its namespace there, and its state as EMR says it."""

    cluster: str
    namespace: str
    state: str


def describe_virtual_cluster(session: boto3.Session, id_: str) -> VirtualCluster:
    """The virtual cluster of that id (emr-containers:DescribeVirtualCluster). Raises InputError if there is none."""
    place = f"virtual cluster {id_}"
    with aws_errors(place):
        emr: EMRContainersClient = client(session, "emr-containers")
        try:
            described = emr.describe_virtual_cluster(id=id_)["virtualCluster"]
        except emr.exceptions.ResourceNotFoundException:
            rule = f"{emr.meta.region_name} has no virtual cluster of this id (emr-containers:DescribeVirtualCluster)"
            broken = RuleError(None, rule, "Check the id, the region and the account")
            raise InputError([finding(place, broken)]) from None
    provider = described["containerProvider"]
    namespace = provider.get("info", {}).get("eksInfo", {}).get("namespace", "default")
    return VirtualCluster(provider["id"], namespace, described["state"])
