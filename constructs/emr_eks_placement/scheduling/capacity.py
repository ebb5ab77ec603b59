"""What of a cluster decides where pods land, wherever it was read from: an environment, templates or the live cluster."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from emr_eks_placement.facts import auto_mode, kubernetes, system_pods
from emr_eks_placement.facts.fargate import DEFAULT_VCPU_QUOTA
from emr_eks_placement.facts.instance_types import InstanceType
from emr_eks_placement.facts.regions import region_of_zone
from emr_eks_placement.placement import CAPACITY_TYPE_LABEL_VALUES, CapacityType, Taint
from emr_eks_placement.scheduling.namespace_rules import NamespaceRules
from emr_eks_placement.scheduling.pod import MIB

# A zone that can't be told, as of a subnet that is only known by its id: its nodes promise no zone label.
UNKNOWN_ZONE = "unknown"


@dataclass(frozen=True)
class Room:
    """What an empty node has for the pods of jobs, after kubelet and system pods.

    CPU in thousandths of a core. storage_bytes: None where unknown. devices: in order, such as ("nvidia.com/gpu", 1).
    """

    cpu_millis: int
    memory_bytes: int
    storage_bytes: int | None
    pods: int
    devices: tuple[tuple[str, int], ...] = ()

    @property
    def memory_mib(self) -> int:
        """Rounded down."""
        return self.memory_bytes // MIB


@dataclass(frozen=True)
class Node:
    """A kind of node that a group or pool can have: its size, the room on it, its zone and the labels it comes with.

    room: the most that it can have: what does not fit there fits nowhere. sure_room: what it has for sure.
    """

    machine: InstanceType
    room: Room
    sure_room: Room
    zone: str
    capacity_type: CapacityType
    labels: Mapping[str, str]


def room_of(machine: InstanceType, disk_gib: int | None) -> Room:
    """The room on an empty node of an instance type with such a root volume.

    Of its disk the kubelet keeps 10 % and 1 GiB (nodefs.available; kubeReserved in awslabs/amazon-eks-ami): an upper
    bound, as the machine image takes some too.
    """
    return Room(
        machine.allocatable_cpu_millis - system_pods.CPU_MILLIS,
        machine.allocatable_memory_mib * MIB,
        None if disk_gib is None else max(0, disk_gib * 1024 * 9 // 10 - 1024) * MIB,
        machine.max_pods - system_pods.PODS,
    )


@dataclass(frozen=True, kw_only=True)
class NodeGroupCapacity:
    """An EC2 node group.

    min_size, initial_size, max_size: numbers of nodes, the second when read. zones: where its subnets are. disk_gib:
    of a node's root volume, None where unknown. deployed_name: its name in EKS, None before EKS has one.
    """

    machines: tuple[InstanceType, ...]
    capacity_type: CapacityType = "on-demand"
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    zones: tuple[str, ...]
    min_size: int = 1
    initial_size: int = 1
    max_size: int = 2
    disk_gib: int | None = None
    deployed_name: str | None = None

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """A node of each instance type in each zone."""
        rooms = {machine: room_of(machine, self.disk_gib) for machine in self.machines}
        return tuple(
            Node(machine, rooms[machine], rooms[machine], zone, self.capacity_type, self._labels(machine, zone))
            for machine in self.machines
            for zone in self.zones
        )

    def _labels(self, machine: InstanceType, zone: str) -> dict[str, str]:
        """The group's own labels and those that Kubernetes and EKS set."""
        labels = {
            **self.labels,
            **_labels_of_kubernetes(machine, zone),
            kubernetes.CAPACITY_TYPE: CAPACITY_TYPE_LABEL_VALUES[self.capacity_type],
        }
        if self.deployed_name is not None:
            labels[kubernetes.NODE_GROUP] = self.deployed_name
        return labels


@dataclass(frozen=True, kw_only=True)
class NodePoolCapacity:
    """A node pool of EKS Auto Mode, which has no nodes until pods wait for them.

    name: in Kubernetes. zones: where its subnets are and its requirements allow. max_vcpus: of its nodes together, None:
    without bound. disk_gib: of the volume with pods' files, None where unknown.
    """

    name: str
    machines: tuple[InstanceType, ...]
    capacity_types: tuple[CapacityType, ...] = ("on-demand",)
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    zones: tuple[str, ...]
    max_vcpus: int | None = None
    disk_gib: int | None = auto_mode.DEFAULT_DISK_GIB

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """A node of each instance type within max_vcpus, in each zone, of each capacity type."""
        return tuple(
            Node(
                machine,
                self._room(machine),
                self._room(machine),
                zone,
                capacity_type,
                self._labels(machine, zone, capacity_type),
            )
            for machine in self.machines
            if self.max_vcpus is None or machine.vcpus <= self.max_vcpus
            for zone in self.zones
            for capacity_type in self.capacity_types
        )

    def _room(self, machine: InstanceType) -> Room:
        """As on a node of a node group, with EKS Auto Mode's bound of pods.

        Networking, DNS, storage and Pod Identity are processes of the node there, not pods (EKS guide, EKS Auto Mode); what
        is kept for them is not published, so what the system pods of other nodes request is taken to be.
        """
        room = room_of(machine, self.disk_gib)
        return replace(room, pods=min(room.pods, auto_mode.MOST_PODS))

    def _labels(self, machine: InstanceType, zone: str, capacity_type: CapacityType) -> dict[str, str]:
        """The pool's own labels and those that Kubernetes and EKS Auto Mode set (EKS guide, supported labels)."""
        return {
            **self.labels,
            **_labels_of_kubernetes(machine, zone),
            **auto_mode.instance_labels(machine),
            kubernetes.COMPUTE_TYPE: "auto",
            kubernetes.NODE_POOL: self.name,
            kubernetes.POOL_CAPACITY_TYPE: capacity_type,
        }


def _labels_of_kubernetes(machine: InstanceType, zone: str) -> dict[str, str]:
    labels = {
        kubernetes.INSTANCE_TYPE: machine.name,
        kubernetes.ARCHITECTURE: machine.kubernetes_architecture,
        kubernetes.OPERATING_SYSTEM: "linux",
    }
    if zone != UNKNOWN_ZONE:
        labels |= {kubernetes.ZONE: zone, kubernetes.REGION: region_of_zone(zone)}
    return labels


@dataclass(frozen=True)
class PodSelector:
    """Of a Fargate profile: takes the pods of a namespace that carry all these labels; * and ? are wildcards in each."""

    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FargateProfileCapacity:
    """A Fargate profile. zones: where its subnets are; deployed_name: its name in EKS, None before EKS has one."""

    selectors: tuple[PodSelector, ...]
    zones: tuple[str, ...]
    deployed_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """A cluster's node groups, node pools and Fargate profiles, each by name; no group has the name of a pool.

    zones: every zone that pods can run in. namespaces: of the virtual clusters, by name and, once deployed, by id.
    namespace_rules: of the namespaces that have any and of which they are known, by namespace.
    pod_identity_roles: names of the execution roles that have an EKS Pod Identity association. other_nodes: what else
    makes nodes that are not described here, such as Karpenter; empty: nothing. fargate_vcpus: the account's quota.
    not_read: what of a live cluster could not be read, each with the reason.
    """

    region: str
    zones: tuple[str, ...]
    kubernetes_version: str
    node_groups: Mapping[str, NodeGroupCapacity] = field(default_factory=dict)
    node_pools: Mapping[str, NodePoolCapacity] = field(default_factory=dict)
    fargate_profiles: Mapping[str, FargateProfileCapacity] = field(default_factory=dict)
    namespaces: Mapping[str, str] = field(default_factory=dict)
    namespace_rules: Mapping[str, NamespaceRules] = field(default_factory=dict)
    pod_identity_roles: frozenset[str] = frozenset()
    other_nodes: str = ""
    fargate_vcpus: int = DEFAULT_VCPU_QUOTA
    not_read: tuple[str, ...] = ()

    @property
    def groups_and_pools(self) -> Mapping[str, NodeGroupCapacity | NodePoolCapacity]:
        """All that has EC2 nodes, by name."""
        return {**self.node_groups, **self.node_pools}
