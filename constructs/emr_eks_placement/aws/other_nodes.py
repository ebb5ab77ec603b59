"""What makes nodes of a live cluster that are in no managed node group."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client
    from types_boto3_eks.type_defs import ClusterTypeDef

_NODE_GROUP_TAG = "eks:nodegroup-name"  # EKS tags the instances of its managed node groups
_KARPENTER_TAG = "karpenter.sh/nodepool"


def other_nodes(ec2: "EC2Client", described: "ClusterTypeDef") -> str:
    """What is seen to, in words; empty: nothing. Karpenter without a node at the moment can't be seen.

    described: the cluster as EKS describes it. Raises botocore's errors as they come.
    """
    found = ["EKS Auto Mode makes nodes too"] if described.get("computeConfig", {}).get("enabled") else []
    return "; ".join([*found, *sorted(set(_of_instances(ec2, described["name"])))])


def _of_instances(ec2: "EC2Client", cluster: str) -> Iterator[str]:
    """Instances that join a cluster are tagged with its name (EKS guide, self-managed nodes)."""
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
                if _KARPENTER_TAG in keys:
                    yield "Karpenter makes nodes too"
                elif _NODE_GROUP_TAG not in keys:
                    yield "self-managed nodes join it too"
