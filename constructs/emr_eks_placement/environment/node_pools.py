"""Node pools of an environment, for which EKS Auto Mode creates nodes."""

from typing import Annotated

from pydantic import AfterValidator, Strict, model_validator

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.common.model import Model, Rule, between, count, distinct
from emr_eks_placement.environment.nodes import check_domains, check_one_architecture
from emr_eks_placement.facts import auto_mode
from emr_eks_placement.facts.instance_types import InstanceType, instance_type
from emr_eks_placement.job.placement import CapacityType, Labels, Taint

_RESERVED_DOMAINS = ("eks.amazonaws.com/", "kubernetes.io/", "k8s.io/", "karpenter.sh/")
_MOST_VCPUS = 1_000_000


def _check_node_labels(labels: dict[str, str]) -> dict[str, str]:
    rule = (
        "node labels under kubernetes.io, k8s.io, karpenter.sh and eks.amazonaws.com are set by Kubernetes and EKS Auto "
        "Mode (Karpenter NodePool)"
    )
    return check_domains(labels, _RESERVED_DOMAINS, rule)


def _check_name(pools: dict[str, "NodePool"]) -> dict[str, "NodePool"]:
    for name in pools:
        if name in auto_mode.BUILT_IN_NAMES:
            raise RuleError(name, _NAME_RULE, "Rename it", path=(name,))
    return pools


_NAME_RULE = (
    f"EKS Auto Mode uses these names for its own: {', '.join(auto_mode.BUILT_IN_NAMES)} (EKS guide, node "
    "class, node pools)"
)
not_built_in = Rule(_check_name, _NAME_RULE)


class NodePool(Model):
    """EC2 nodes that EKS Auto Mode makes when pods wait for them, and drops when they have none: a Karpenter NodePool."""

    instance_types: Annotated[
        tuple[Annotated[str, AfterValidator(auto_mode.check_instance_type)], ...],
        count(1, 100, "instance types", "product limit"),
        distinct("instance type"),
    ]
    """Instance types of one architecture. EKS Auto Mode chooses by what the pods need, then by price."""
    capacity_types: Annotated[
        tuple[CapacityType, ...], count(1, 2, "capacity types", "Karpenter NodePool"), distinct("capacity type")
    ] = ("on-demand",)
    """How EC2 sells the nodes; Spot first if it has both."""
    max_vcpus: Annotated[int, Strict(), between(2, _MOST_VCPUS, "vCPU", "product limit")] = 64
    """The highest number of vCPU of all its nodes together."""
    labels: Annotated[Labels, count(0, 100, "labels", "Karpenter NodePool"), AfterValidator(_check_node_labels)] = {}
    """Labels of every node, which placements ask for."""
    taints: Annotated[tuple[Taint, ...], count(0, 50, "taints", "product limit")] = ()
    """Taints of every node: only pods that tolerate them run there."""
    zones: Annotated[tuple[str, ...], distinct("zone")] = ()
    """The zones of the nodes; by default all zones of the environment."""
    disk_gib: Annotated[int, Strict(), between(20, 16384, "GiB", "EBS gp3 volumes; EKS guide, node class")] = (
        auto_mode.DEFAULT_DISK_GIB
    )
    """The volume of the pods' images and scratch data. If an instance type's own NVMe disks are larger, they are used
    instead."""

    @model_validator(mode="after")
    def _check_choices(self) -> "NodePool":
        rule = "the pods of one node pool run on any of its nodes, so on one architecture, not {} (Kubernetes images)"
        check_one_architecture(self.instance_types, rule, "Split the node pool")
        largest = max(self.machines, key=lambda machine: machine.vcpus)
        if largest.vcpus > self.max_vcpus:
            raise RuleError(
                self.max_vcpus,
                f"must be at least {largest.vcpus}, the vCPU of {largest.name}, or it gets no node (Karpenter NodePool limits)",
                "Raise max_vcpus or remove the instance type",
                path=("max_vcpus",),
            )
        return self

    @property
    def machines(self) -> tuple[InstanceType, ...]:
        """Returns the instance types with their sizes."""
        return tuple(instance_type(name) for name in self.instance_types)
