"""The properties of a cluster that decide where pods land, from an environment, templates or the live cluster."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from emr_eks_placement.facts import auto_mode, kubernetes, system_pods
from emr_eks_placement.facts.fargate import DEFAULT_VCPU_QUOTA
from emr_eks_placement.facts.instance_types import InstanceType, most_in_node_group
from emr_eks_placement.job.placement import CAPACITY_TYPE_LABEL_VALUES, CapacityType, Taint
from emr_eks_placement.scheduling import node_labels
from emr_eks_placement.scheduling.namespace_rules import NamespaceRules
from emr_eks_placement.scheduling.node_labels import UNKNOWN_ZONE as UNKNOWN_ZONE
from emr_eks_placement.scheduling.pod import MIB


@dataclass(frozen=True)
class Room:
    """The room of an empty node for the pods of jobs, without kubelet and system pods.

    CPU in thousandths of a core. storage_bytes: None if unknown. devices: in order, such as ("nvidia.com/gpu", 1).
    """

    cpu_millis: int
    memory_bytes: int
    storage_bytes: int | None
    pods: int
    devices: tuple[tuple[str, int], ...] = ()

    @property
    def memory_mib(self) -> int:
        """The memory in MiB, rounded down."""
        return self.memory_bytes // MIB


@dataclass(frozen=True)
class Node:
    """A kind of node that a group or pool can have: its size, its room, its zone and its labels.

    room: the most that it can have, so that what does not fit there fits nowhere. sure_room: the least that it has.
    unknown_labels: the keys of labels that it also has, or may have, with unknown values.
    """

    machine: InstanceType
    room: Room
    sure_room: Room
    zone: str
    capacity_type: CapacityType
    labels: Mapping[str, str]
    unknown_labels: frozenset[str] = frozenset()


def room_of(machine: InstanceType, disk_gib: int | None) -> Room:
    """Returns the upper bound of the room on an empty node of an instance type with such a root volume.

    The kubelet reserves 10 % and 1 GiB of its disk (nodefs.available; kubeReserved in awslabs/amazon-eks-ami); the
    machine image takes some too.
    """
    return Room(
        machine.allocatable_cpu_millis - system_pods.CPU_MILLIS,
        machine.allocatable_memory_mib * MIB,
        None if disk_gib is None else max(0, disk_gib * 1024 * 9 // 10 - 1024) * MIB,
        machine.max_pods - system_pods.PODS,
        machine.devices,
    )


@lru_cache(maxsize=10_000)
def _rooms(machine: InstanceType, disk_gib: int | None, most_pods: int) -> tuple[Room, Room]:
    """Returns the most that an empty node can have, and the least that it has."""
    room = room_of(machine, disk_gib)
    room = replace(room, pods=min(room.pods, most_pods))
    return room, replace(room, memory_bytes=max(0, machine.sure_memory_mib) * MIB)


class AllNodes(tuple[Node, ...]):
    """Every kind of node of a group or pool. worked_out: values that plans of any job compute from them, by purpose."""

    @cached_property
    def worked_out(self) -> dict[object, Any]:
        """The computed values; empty at first."""
        return {}

    @cached_property
    def zones(self) -> frozenset[str]:
        """The zones of the nodes."""
        return frozenset(node.zone for node in self)

    @cached_property
    def rooms(self) -> frozenset[Room]:
        """The rooms on the nodes."""
        return frozenset(node.room for node in self)

    @cached_property
    def bounds(self) -> tuple[tuple[Room, bool], ...]:
        """Returns the room on each kind of node: at best the most that it can have, otherwise the least."""
        most = {(node.room, True): None for node in self}
        return tuple({**most, **{(node.sure_room, False): None for node in self}})


def zones_of(nodes: Mapping[str, tuple[Node, ...]]) -> frozenset[str]:
    """Returns the zones of the nodes of some groups and pools."""
    each = (some.zones if isinstance(some, AllNodes) else {node.zone for node in some} for some in nodes.values())
    return frozenset[str]().union(*each)


@dataclass(frozen=True)
class RunningNodes:
    """A number of nodes of a node group that run now, of one instance type in one zone."""

    machine: InstanceType
    zone: str
    count: int


@dataclass(frozen=True, kw_only=True)
class NodeGroupCapacity:
    """An EC2 node group.

    machines: in the group's order. min_size, initial_size, max_size: numbers of nodes; initial_size is the number at
    the time of reading. zones: where its subnets are; zone_ids: by zone, of those that are known. disk_gib: of a node's
    root volume, None if unknown. deployed_name: its name in EKS, None before EKS has one. running: its current nodes,
    None if not read.
    """

    machines: tuple[InstanceType, ...]
    capacity_type: CapacityType = "on-demand"
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    zones: tuple[str, ...]
    zone_ids: Mapping[str, str] = field(default_factory=dict, compare=False)
    min_size: int = 1
    initial_size: int = 1
    max_size: int = 2
    disk_gib: int | None = None
    deployed_name: str | None = None
    running: tuple[RunningNodes, ...] | None = None

    @property
    def first_machines(self) -> tuple[InstanceType, ...]:
        """The instance types of a new node while EC2 has any left.

        For an On-Demand group the first one, by the order of its instance types; for a Spot group any of them,
        depending on EC2's capacity (EKS guide, managed node groups: prioritized and price-capacity-optimized).
        """
        return self.machines[:1] if self.capacity_type == "on-demand" else self.machines

    @property
    def running_machines(self) -> tuple[InstanceType, ...]:
        """The instance types of the current nodes; if they were not read, those that new ones may have."""
        if self.running is None:
            return self.first_machines
        return tuple(dict.fromkeys(nodes.machine for nodes in self.running))

    @cached_property
    def nodes(self) -> AllNodes:
        """A node of each instance type in each zone."""
        return AllNodes(self._node(machine, zone) for machine in self.machines for zone in self.zones)

    def _node(self, machine: InstanceType, zone: str) -> Node:
        room, sure_room = _rooms(machine, self.disk_gib, most_in_node_group(machine.vcpus) - system_pods.PODS)
        labels = {
            **self.labels,
            **node_labels.labels_of_kubernetes(machine, zone, self.zone_ids),
            kubernetes.CAPACITY_TYPE: CAPACITY_TYPE_LABEL_VALUES[self.capacity_type],
        }
        if self.deployed_name is not None:
            labels[kubernetes.NODE_GROUP] = self.deployed_name
        unknown = node_labels.without_known(node_labels.UNKNOWN_IN_NODE_GROUP, labels)
        return Node(machine, room, sure_room, zone, self.capacity_type, labels, unknown)


@dataclass(frozen=True, kw_only=True)
class NodePoolCapacity:
    """A node pool of EKS Auto Mode, which has no nodes until pods wait for them.

    name: in Kubernetes. zones: where its subnets are and its requirements allow; zone_ids: by zone, of those that are
    known. max_vcpus: of its nodes together, None: no limit. disk_gib: of the volume with pods' files, None if unknown.
    """

    name: str
    machines: tuple[InstanceType, ...]
    capacity_types: tuple[CapacityType, ...] = ("on-demand",)
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    zones: tuple[str, ...]
    zone_ids: Mapping[str, str] = field(default_factory=dict, compare=False)
    max_vcpus: int | None = None
    disk_gib: int | None = auto_mode.DEFAULT_DISK_GIB

    @cached_property
    def nodes(self) -> AllNodes:
        """A node of each instance type within max_vcpus, in each zone, of each capacity type."""
        return AllNodes(
            node
            for machine in self.machines
            if self.max_vcpus is None or machine.vcpus <= self.max_vcpus
            for node in self._nodes_of(machine)
        )

    def _nodes_of(self, machine: InstanceType) -> Iterator[Node]:
        """Yields the nodes of a pool. Their room is that of a node of a node group, with EKS Auto Mode's maximum
        number of pods.

        Networking, DNS, storage and Pod Identity are processes of the node there, not pods (EKS guide, EKS Auto Mode).
        Their resources are not published, so those of other nodes' system pods are assumed.
        """
        room, sure_room = _rooms(machine, self.disk_gib, auto_mode.MOST_PODS)
        unknown = node_labels.unknown_in_node_pool(machine)
        for zone in self.zones:
            labels = {
                **self.labels,
                **node_labels.labels_of_kubernetes(machine, zone, self.zone_ids),
                **node_labels.labels_of_auto_mode(machine, zone),
                kubernetes.NODE_POOL: self.name,
            }
            left = node_labels.without_known(unknown, labels)
            for capacity_type in self.capacity_types:
                labelled = {**labels, kubernetes.POOL_CAPACITY_TYPE: capacity_type}
                yield Node(machine, room, sure_room, zone, capacity_type, labelled, left)


@dataclass(frozen=True)
class PodSelector:
    """A selector of a Fargate profile: takes the pods of a namespace that have all these labels; * and ? are wildcards
    in each."""

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

    zones: every zone where pods can run. namespaces: of the virtual clusters, by name and, after the deployment, by id.
    namespace_rules: of the namespaces with known rules, by namespace. pod_identity_roles: names of the execution roles
    that have an EKS Pod Identity association. other_nodes: other sources of nodes that are not described here, such as
    Karpenter; empty: none. fargate_vcpus: the account's quota. not_read: what of a live cluster could not be read, with
    the reason.
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

    @cached_property
    def groups_and_pools(self) -> Mapping[str, NodeGroupCapacity | NodePoolCapacity]:
        """Everything that has EC2 nodes, by name."""
        return {**self.node_groups, **self.node_pools}

    @cached_property
    def worked_out(self) -> dict[object, Any]:
        """Values that plans of any job compute from it, by purpose; empty at first."""
        return {}
