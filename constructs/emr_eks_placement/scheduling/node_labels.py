"""The labels that nodes have in addition to those of their node group or pool.

Sources: Kubernetes, well-known labels (the older names beside the current ones); cloud-provider-aws (topology.k8s.aws/zone-id,
k8s.io/cloud-provider-aws); EKS guide, managed node groups and EKS Auto Mode; `kubectl get nodes --show-labels` of all three.
"""

from collections.abc import Mapping

from emr_eks_placement.facts import auto_mode, kubernetes
from emr_eks_placement.facts.instance_types import InstanceType
from emr_eks_placement.facts.regions import region_of_zone

# An unknown zone, for example of a subnet of which only the id is known.
UNKNOWN_ZONE = "unknown"
_OF_ZONES = frozenset(
    key for one in (kubernetes.ZONE, kubernetes.REGION) for key in (one, kubernetes.OLDER_KEYS[one], kubernetes.ZONE_ID)
)
# Of the nodes of a node group: EKS and the cloud provider generate the values when they create the node.
UNKNOWN_IN_NODE_GROUP = frozenset(
    {
        kubernetes.HOSTNAME,
        kubernetes.NODE_GROUP,
        "eks.amazonaws.com/nodegroup-image",
        "eks.amazonaws.com/sourceLaunchTemplateId",
        "eks.amazonaws.com/sourceLaunchTemplateVersion",
        "k8s.io/cloud-provider-aws",
        "topology.ebs.csi.aws.com/zone",  # on nodes where the EBS CSI driver runs
    }
)
_UNKNOWN_IN_NODE_POOL = frozenset({kubernetes.NODE_CLASS, "k8s.io/cloud-provider-aws"})


def with_older_keys(labels: Mapping[str, str]) -> dict[str, str]:
    """Returns the labels, each also with its older Kubernetes name."""
    return {**labels, **{old: labels[key] for key, old in kubernetes.OLDER_KEYS.items() if key in labels}}


def labels_of_kubernetes(machine: InstanceType, zone: str, zone_ids: Mapping[str, str]) -> dict[str, str]:
    """Returns the labels that kubelet and cloud provider set. zone_ids: by zone, of those that are known."""
    labels = {
        kubernetes.INSTANCE_TYPE: machine.name,
        kubernetes.ARCHITECTURE: machine.kubernetes_architecture,
        kubernetes.OPERATING_SYSTEM: "linux",
    }
    if zone != UNKNOWN_ZONE:
        labels |= {kubernetes.ZONE: zone, kubernetes.REGION: region_of_zone(zone)}
    if zone in zone_ids:
        labels[kubernetes.ZONE_ID] = zone_ids[zone]
    return with_older_keys(labels)


def labels_of_auto_mode(machine: InstanceType, zone: str) -> dict[str, str]:
    """Returns the labels that EKS Auto Mode sets for any node pool."""
    labels = {
        **auto_mode.instance_labels(machine),
        kubernetes.COMPUTE_TYPE: "auto",
        "app.kubernetes.io/managed-by": "eks",
        "karpenter.sh/registered": "true",
        "karpenter.sh/initialized": "true",
        "karpenter.sh/do-not-sync-taints": "true",
    }
    return labels if zone == UNKNOWN_ZONE else {**labels, "topology.ebs.csi.eks.amazonaws.com/zone": zone}


def unknown_in_node_pool(machine: InstanceType) -> frozenset[str]:
    """Returns the keys of labels that a node of EKS Auto Mode has with an unknown value.

    Not its host name: no node is created for a pod that asks for one (Karpenter, restricted labels).
    """
    return _UNKNOWN_IN_NODE_POOL | auto_mode.unknown_instance_labels(machine)


def without_known(unknown: frozenset[str], labels: Mapping[str, str]) -> frozenset[str]:
    """Returns those of these keys, and of the zone's keys, whose value is unknown on a node with these labels."""
    return unknown.union(_OF_ZONES).difference(labels)
