"""EC2 instance types: size, architecture, devices and the room on a node for pods."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.shipped import shipped

_EVICTION_MIB = 100  # kubelet's default evictionHard memory.available
# The kernel and the hypervisor reserve some of an instance type's memory, which EC2 does not publish. Karpenter assumes
# this share until it has seen a node of the type (vmMemoryOverheadPercent, Karpenter settings).
_HIDDEN_PERCENT = 7.5
# For nodes of managed node groups, whatever the AWS VPC CNI allows (EKS guide, choosing an instance type).
_MOST_ON_SMALL, _MOST_ON_LARGE, _LARGE_VCPUS = 110, 250, 30
# The resource of the device plugin of a GPU's vendor (NVIDIA, AMD and Habana device plugins; EKS guide, GPUs).
_GPU_RESOURCES = {"nvidia": "nvidia.com/gpu", "amd": "amd.com/gpu", "habana": "habana.ai/gaudi"}
# AWS Inferentia and Trainium: devices, also by an older name, and their cores (Neuron guide, Kubernetes).
_NEURON, _NEURON_OLD, _NEURON_CORE = (
    "aws.amazon.com/neuron",
    "aws.amazon.com/neurondevice",
    "aws.amazon.com/neuroncore",
)
# Only an instance type with the device offers these. Other resources come from plugins that any node may have.
INSTANCE_DEVICES = frozenset({*_GPU_RESOURCES.values(), _NEURON, _NEURON_OLD, _NEURON_CORE})


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


def max_pods_of(network: Mapping[str, Any]) -> int:
    """Returns the maximum of the AWS VPC CNI without prefix delegation, from NetworkInfo of EC2's
    DescribeInstanceTypes.

    The formula is ENIs x (IPv4 addresses each - 1) + 2, for the default network card only, as in eni-max-pods.txt of
    awslabs/amazon-eks-ami.
    """
    default = network.get("DefaultNetworkCardIndex", 0)
    cards = {card["NetworkCardIndex"]: card["MaximumNetworkInterfaces"] for card in network.get("NetworkCards", ())}
    interfaces: int = cards.get(default, network["MaximumNetworkInterfaces"])
    return interfaces * (int(network["Ipv4AddressesPerInterface"]) - 1) + 2


def most_in_node_group(vcpus: int) -> int:
    """Returns the maximum number of pods that EKS sets for a node of a managed node group with so many vCPU."""
    return _MOST_ON_SMALL if vcpus < _LARGE_VCPUS else _MOST_ON_LARGE


def devices_of(described: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """Returns the resources of an instance type and their numbers, in order, from EC2's DescribeInstanceTypes.

    A part of a GPU counts as one, as for its plugin. A GPU that is shared by time counts once, whatever the plugin is
    configured to offer.
    """
    counts: dict[str, int] = {}
    for gpu in described.get("GpuInfo", {}).get("Gpus", []):
        resource = _GPU_RESOURCES.get(gpu["Manufacturer"].lower())
        if resource:
            counts[resource] = counts.get(resource, 0) + gpu.get("LogicalGpuCount", gpu["Count"])
    for device in described.get("NeuronInfo", {}).get("NeuronDevices", []):
        cores = device["Count"] * device["CoreInfo"]["Count"]
        for resource, count in ((_NEURON, device["Count"]), (_NEURON_OLD, device["Count"]), (_NEURON_CORE, cores)):
            counts[resource] = counts.get(resource, 0) + count
    return tuple(sorted(counts.items()))
