"""What makes nodes of a live cluster that are in no managed node group."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client
    from types_boto3_eks.type_defs import ClusterTypeDef

_NODE_GROUP_TAG = "eks:nodegroup-name"  # EKS tags the instances of its managed node groups
_KARPENTER_TAG = "karpenter.sh/nodepool"
AUTO_MODE_NODES = "EKS Auto Mode makes nodes too"
KARPENTER_NODES = "Karpenter makes nodes too"


def has_auto_mode(described: "ClusterTypeDef") -> bool:
    """Whether node pools of EKS Auto Mode can have nodes in the cluster that EKS describes."""
    return bool(described.get("computeConfig", {}).get("enabled"))


def nodes_of_instances(ec2: "EC2Client", cluster: str) -> list[str]:
    """What the cluster's instances are seen to be of, in words. Raises botocore's errors as they come."""
    return sorted(set(_of_instances(ec2, cluster)))


def _of_instances(ec2: "EC2Client", cluster: str) -> Iterator[str]:
    """Instances that join a cluster are tagged with its name (EKS guide, self-managed nodes).

    Those of EKS Auto Mode are managed instances, with tags of Karpenter's (EC2 guide, Amazon EC2 managed instances).
    """
    pages = ec2.get_paginator("describe_instances").paginate(
        Filters=[
            {"Name": "tag-key", "Values": [f"kubernetes.io/cluster/{cluster}"]},
            {"Name": "instance-state-name", "Values": ["pending", "running"]},
        ]
    )
    for page in pages:
        for reservation in page["Reservations"]:
            for instance in reservation.get("Instances", []):
                keys = {tag.get("Key") for tag in instance.get("Tags", [])}
                if instance.get("Operator", {}).get("Managed"):
                    continue
                if _KARPENTER_TAG in keys:
                    yield KARPENTER_NODES
                elif _NODE_GROUP_TAG not in keys:
                    yield "self-managed nodes join it too"
