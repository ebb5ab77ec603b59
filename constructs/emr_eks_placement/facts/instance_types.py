"""EC2 instance types: size, architecture, devices and the room on a node for pods."""

import difflib
from dataclasses import dataclass
from functools import cache
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.shipped import shipped

_EVICTION_MIB = 100  # kubelet's default evictionHard memory.available
# The kernel and the hypervisor reserve some of an instance type's memory, which EC2 does not publish. Karpenter assumes
# this share until it has seen a node of the type (vmMemoryOverheadPercent, Karpenter settings).
_HIDDEN_PERCENT = 7.5


@dataclass(frozen=True)
class InstanceType:
    """vCPU, memory in MiB, maximum number of pods (AWS VPC CNI, no prefix delegation) and devices of an instance type.

    devices: GPUs and other accelerators by the resources that pods request, in order, such as ("nvidia.com/gpu", 1).
    """

    name: str
    vcpus: int
    memory_mib: int
    architecture: str
    max_pods: int
    devices: tuple[tuple[str, int], ...] = ()

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def kubernetes_architecture(self) -> str:
        """The value of the node label kubernetes.io/arch."""
        return "amd64" if self.architecture == "x86_64" else self.architecture

    @property
    def device_maker(self) -> str:
        """The domain of its devices' resources, such as nvidia.com; empty without devices."""
        return self.devices[0][0].partition("/")[0] if self.devices else ""

    @property
    def allocatable_cpu_millis(self) -> int:
        """CPU left for pods: EKS's kubelet reserves 6 % of the first core, 1 %, 0.5 %, 0.5 %, then 0.25 % each.

        Source: kubeReserved in awslabs/amazon-eks-ami (nodeadm).
        """
        reserved = 0.0
        for core in range(self.vcpus):
            reserved += 60 if core == 0 else 10 if core == 1 else 5 if core < 4 else 2.5
        return self.vcpus * 1000 - int(reserved)

    @property
    def allocatable_memory_mib(self) -> int:
        """Upper bound of the memory for pods: EKS reserves 255 MiB + 11 MiB a pod, the kubelet evicts at 100 MiB.

        The kernel and the hypervisor reserve more, so a pod that does not fit here fits nowhere. The number of pods is
        that of the AWS VPC CNI, whatever a node group's limit is. Source: kubeReserved in awslabs/amazon-eks-ami
        (nodeadm).
        """
        return self.memory_mib - self._reserved_mib

    @property
    def sure_memory_mib(self) -> int:
        """Lower bound of the memory for pods: as observed on real nodes, or as Karpenter assumes."""
        seen = seen_memory().get(self.name)
        hidden = self.memory_mib * _HIDDEN_PERCENT / 100
        return int(self.memory_mib - hidden if seen is None else seen.capacity_mib) - self._reserved_mib

    @property
    def _reserved_mib(self) -> int:
        return 255 + 11 * self.max_pods + _EVICTION_MIB


@dataclass(frozen=True)
class SeenMemory:
    """The lowest values observed on nodes of an instance type: total memory and memory for pods, in MiB."""

    capacity_mib: float
    allocatable_mib: float


@cache
def seen_memory() -> dict[str, SeenMemory]:
    """Returns the values observed on real nodes by instance type; the figures are rounded, so half of the last digit is
    subtracted."""
    rows = shipped("seen_memory")["gib"]
    return {name: SeenMemory(*((gib - 0.0005) * 1024 for gib in row)) for name, row in rows.items()}


def _rows() -> dict[str, list[Any]]:
    rows: dict[str, list[Any]] = shipped("instance_types")
    return rows


@cache
def _type_of(name: str) -> InstanceType:
    vcpus, memory_mib, architecture, max_pods, *devices = _rows()[name]
    counts = tuple(sorted(devices[0].items())) if devices else ()
    return InstanceType(name, vcpus, memory_mib, architecture, max_pods, counts)


def instance_types() -> tuple[InstanceType, ...]:
    """Returns every instance type that EC2 has."""
    return tuple(_type_of(name) for name in _rows())


def instance_type(name: str) -> InstanceType:
    """Returns the instance type of that name. Raises RuleError if EC2 has none."""
    if name not in _rows():
        close = difflib.get_close_matches(name, _rows(), 3)
        raise RuleError(
            name,
            "EC2 has no such instance type (EC2 DescribeInstanceTypes)",
            f"Did you mean {' or '.join(close)}?" if close else "Write for example m6i.2xlarge",
        )
    return _type_of(name)
