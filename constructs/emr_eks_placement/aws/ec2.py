"""Reads subnets, and instances that are nodes outside of managed node groups, from EC2."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emr_eks_placement.scheduling.capacity import UNKNOWN_ZONE

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client
    from types_boto3_ec2.type_defs import InstanceTypeDef, SubnetTypeDef
    from types_boto3_eks.type_defs import ClusterTypeDef

_NODE_GROUP_TAG = "eks:nodegroup-name"  # EKS tags the instances of its managed node groups
_KARPENTER_TAG = "karpenter.sh/nodepool"
AUTO_MODE_NODES = "EKS Auto Mode also creates nodes"
KARPENTER_NODES = "Karpenter also creates nodes"
SELF_MANAGED_NODES = "self-managed nodes also join it"


def has_auto_mode(described: "ClusterTypeDef") -> bool:
    """Returns whether node pools of EKS Auto Mode can create nodes in the cluster that EKS describes."""
    return bool(described.get("computeConfig", {}).get("enabled"))


@dataclass(frozen=True)
class Instance:
    """An instance that is, or will soon be, a node of a cluster.

    node_group: its managed node group; other_nodes: its other source, in words; empty for instances of EKS Auto Mode.
    """

    instance_type: str
    zone: str
    node_group: str | None
    other_nodes: str


def read_instances(ec2: "EC2Client", cluster: str) -> list[Instance]:
    """Returns the running and starting instances. Raises botocore's errors unchanged.

    Instances that join a cluster have a tag with its name (EKS guide, self-managed nodes).
    """
    pages = ec2.get_paginator("describe_instances").paginate(
        Filters=[
            {"Name": "tag-key", "Values": [f"kubernetes.io/cluster/{cluster}"]},
            {"Name": "instance-state-name", "Values": ["pending", "running"]},
        ]
    )
    return [
        _instance(one)
        for page in pages
        for reservation in page["Reservations"]
        for one in reservation.get("Instances", [])
    ]


def _instance(described: "InstanceTypeDef") -> Instance:
    """Reads an instance. Those of EKS Auto Mode are managed instances with Karpenter's tags (EC2 guide, Amazon EC2
    managed instances)."""
    tags = {tag.get("Key", ""): tag.get("Value", "") for tag in described.get("Tags", [])}
    group = tags.get(_NODE_GROUP_TAG)
    other = ""
    if not described.get("Operator", {}).get("Managed"):
        other = KARPENTER_NODES if _KARPENTER_TAG in tags else "" if group else SELF_MANAGED_NODES
    zone = described.get("Placement", {}).get("AvailabilityZone", UNKNOWN_ZONE)
    return Instance(described.get("InstanceType", ""), zone, None if other else group, other)


def subnets_of_ids(ec2: "EC2Client", ids: Iterable[str]) -> "list[SubnetTypeDef]":
    """Returns the subnets of these ids; EC2 refuses an unknown id (InvalidSubnetID.NotFound)."""
    asked = sorted(set(ids))
    pages = ec2.get_paginator("describe_subnets").paginate(SubnetIds=asked) if asked else ()
    return [subnet for page in pages for subnet in page["Subnets"]]


def subnets_where(ec2: "EC2Client", name: str, values: Iterable[str]) -> "list[SubnetTypeDef]":
    """Returns the subnets with one of the values, by the name of a filter: subnet-id, vpc-id. No match is no error."""
    pages = ec2.get_paginator("describe_subnets").paginate(Filters=[{"Name": name, "Values": sorted(set(values))}])
    return [subnet for page in pages for subnet in page["Subnets"]]
