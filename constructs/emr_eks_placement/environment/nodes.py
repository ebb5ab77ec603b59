"""EC2 node groups of an environment."""

import re
from typing import Annotated

from pydantic import AfterValidator, Strict, model_validator

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.common.model import Model, between, count, distinct
from emr_eks_placement.facts.instance_types import InstanceType, instance_type
from emr_eks_placement.facts.quotas import NODES
from emr_eks_placement.job.placement import CapacityType, InstanceTypeName, Labels, Taint

_RESERVED_DOMAINS = ("eks.amazonaws.com/", "kubernetes.io/", "k8s.io/")
_MOST_NODES = 450

Nodes = Annotated[int, Strict(), between(0, _MOST_NODES, "nodes", f"EKS quota {NODES.code}, {NODES.what}")]


def _check_node_labels(labels: dict[str, str]) -> dict[str, str]:
    rule = "node labels under kubernetes.io, k8s.io and eks.amazonaws.com are set by Kubernetes and EKS (EKS guide)"
    return check_domains(labels, _RESERVED_DOMAINS, rule)


def _check_release_version(release: str) -> str:
    if not re.fullmatch(r"\d+\.\d+\.\d+-\d{8}", release, re.ASCII):
        raise RuleError(
            release,
            "a release of EKS's machine images reads MAJOR.MINOR.PATCH-YYYYMMDD (EKS guide, AL2023 AMI versions)",
            "Write for example 1.35.2-20261120; docs/changes.md has the command that finds the newest",
        )
    return release


def check_domains(labels: dict[str, str], reserved: tuple[str, ...], rule: str) -> dict[str, str]:
    """Returns the labels. Raises RuleError, with the rule, for a key in one of the domains, each of which ends in a
    slash."""
    for key, value in labels.items():
        domain = key.rpartition("/")[0] + "/"
        if "/" in key and domain.endswith(reserved):
            raise RuleError(value, rule, "Rename the key", path=(key,))
    return labels


def check_one_architecture(names: tuple[str, ...], rule: str, fix: str) -> None:
    """Raises RuleError, with the path ("instance_types",), if instance types have several architectures, which the rule
    names."""
    architectures = {instance_type(name).architecture for name in names}
    if len(architectures) > 1:
        listed = rule.format(" and ".join(sorted(architectures)))
        raise RuleError(list(names), listed, fix, path=("instance_types",))


class NodeGroup(Model):
    """An EKS managed node group on Amazon Linux 2023."""

    instance_types: Annotated[
        tuple[InstanceTypeName, ...],
        count(1, 20, "instance types", "EKS managed node groups"),
        distinct("instance type"),
    ]
    """Instance types of one architecture; an On-Demand group starts with the first, a Spot group with what EC2 has."""
    capacity_type: CapacityType = "on-demand"
    """How EC2 sells the nodes."""
    min_size: Nodes = 1
    """The lowest number of nodes."""
    max_size: Nodes = 2
    """The highest number of nodes."""
    desired_size: Nodes | None = None
    """The number of nodes to start with; by default min_size."""
    labels: Annotated[Labels, AfterValidator(_check_node_labels)] = {}
    """Labels of every node, which placements ask for."""
    taints: Annotated[tuple[Taint, ...], count(0, 50, "taints", "EKS managed node groups")] = ()
    """Taints of every node: only pods that tolerate them run there."""
    zones: Annotated[tuple[str, ...], distinct("zone")] = ()
    """The zones of the nodes; by default all zones of the environment."""
    disk_gib: Annotated[int, Strict(), between(20, 16384, "GiB", "EBS gp3 volumes; the AL2023 image needs 20")] = 50
    """The root volume, which also holds the pods' scratch data."""
    release_version: Annotated[str, AfterValidator(_check_release_version)] | None = None
    """The release of EKS's machine image, such as 1.35.2-20261120. By default, EKS uses the newest
    image of the Kubernetes version when it replaces the nodes, and does not replace nodes for a newer image."""
    force_update: Annotated[bool, Strict()] = False
    """Whether an update goes on when a pod can't be evicted within 15 minutes because of a pod disruption budget."""

    @model_validator(mode="after")
    def _check_sizes(self) -> "NodeGroup":
        if self.max_size < max(1, self.min_size):
            raise RuleError(
                self.max_size,
                f"must be at least 1 and at least min_size, {self.min_size} (EKS NodegroupScalingConfig)",
                "Raise max_size",
                path=("max_size",),
            )
        if not self.min_size <= self.initial_size <= self.max_size:
            raise RuleError(
                self.desired_size,
                f"must be from min_size, {self.min_size}, to max_size, {self.max_size} (EKS NodegroupScalingConfig)",
                "Write a number of nodes within these bounds",
                path=("desired_size",),
            )
        return self

    @model_validator(mode="after")
    def _check_one_image(self) -> "NodeGroup":
        rule = "one node group has one machine image, so one architecture, not {} (EKS managed node groups)"
        check_one_architecture(self.instance_types, rule, "Split the node group")
        makers = {machine.device_maker for machine in self.machines}
        if len(makers) > 1:
            listed = " and ".join(sorted(maker or "no device" for maker in makers))
            rule = f"one node group has one machine image, with drivers for one kind of device, not {listed} (EKS AMITypes)"
            raise RuleError(list(self.instance_types), rule, "Split the node group", path=("instance_types",))
        return self

    @property
    def initial_size(self) -> int:
        """Returns the number of nodes that the group starts with."""
        return self.min_size if self.desired_size is None else self.desired_size

    @property
    def machines(self) -> tuple[InstanceType, ...]:
        """Returns the instance types with their sizes."""
        return tuple(instance_type(name) for name in self.instance_types)
