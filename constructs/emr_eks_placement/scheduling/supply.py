"""How many nodes a node group or pool certainly has, and can have at most, at one time in some of its zones."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from emr_eks_placement.facts.instance_types import InstanceType
from emr_eks_placement.scheduling.capacity import Capacity, Node, NodeGroupCapacity, NodePoolCapacity, RunningNodes

ANY = 10**15
"""More nodes or pods than can exist, for no limit."""


@dataclass(frozen=True)
class GroupNodes:
    """The nodes of a node group at one time.

    EC2 Auto Scaling balances a group's zones: each has the quotient of nodes by zones or one more (EC2 Auto Scaling
    guide, availability zone distribution). machines: the expected instance types of the nodes; empty: any of the
    group's. settled: whether they have no other types, as running nodes do. read: the running nodes, if they were read.
    uneven: whether all may be in one zone, for example if the others have no capacity: balancing is best effort.
    """

    group: NodeGroupCapacity
    number: int
    machines: tuple[InstanceType, ...] = ()
    settled: bool = False
    read: tuple[RunningNodes, ...] | None = None
    uneven: bool = False

    def sure(self, zones: Iterable[str]) -> int:
        """Returns the least number of nodes in these zones."""
        if self.read is not None:
            return self._running(zones)
        if self._zones.issubset(zones):
            return self.number
        if self.uneven:
            return 0
        each, more, here, elsewhere = self._split(zones)
        return here * each + max(0, more - elsewhere)

    def most(self, zones: Iterable[str], _nodes: Iterable[Node] = ()) -> int:
        """Returns the largest number of nodes in these zones."""
        if self.read is not None:
            return self._running(zones)
        if self._zones.issubset(zones):
            return self.number
        each, more, here, _elsewhere = self._split(zones)
        if self.uneven:
            return self.number if here else 0
        return here * each + min(more, here)

    def _running(self, zones: Iterable[str]) -> int:
        inside = set(zones)
        return sum(nodes.count for nodes in self.read or () if nodes.zone in inside)

    def _split(self, zones: Iterable[str]) -> tuple[int, int, int, int]:
        here = len(self._zones.intersection(zones))
        each, more = divmod(self.number, len(self._zones))
        return each, more, here, len(self._zones) - here

    @cached_property
    def chosen(self) -> tuple[InstanceType, ...] | None:
        """The instance types of running nodes; None if they may have others too, or the group has no others."""
        return self.machines if self.settled and not set(self.group.machines).issubset(self.machines) else None

    @cached_property
    def _zones(self) -> frozenset[str]:
        return frozenset(self.group.zones)


@dataclass(frozen=True)
class PoolNodes:
    """The nodes that a node pool may create: of any kind that a pod needs, in any zone, up to so many vCPU; None: any
    number."""

    pool: NodePoolCapacity
    vcpus: int | None
    chosen: None = field(init=False, default=None)

    def sure(self, _zones: Iterable[str]) -> int:
        """Returns 0: no node exists before pods wait for it."""
        return 0

    def most(self, _zones: Iterable[str], nodes: Iterable[Node]) -> int:
        """Returns how many of the smallest of these kinds of node there can be."""
        smallest = min((node.machine.vcpus for node in nodes), default=0)
        return 0 if not smallest else ANY if self.vcpus is None else self.vcpus // smallest

    def usable(self, nodes: Iterable[Node]) -> int:
        """For a limited pool: returns the vCPU that nodes of these kinds can use up."""
        step = math.gcd(*{node.machine.vcpus for node in nodes})
        return (self.vcpus or 0) // step * step

    def used(self, nodes: Iterable[Node]) -> int:
        """For a limited pool: returns the vCPU that are certainly in use when no further node of these kinds can be
        created."""
        sizes = {node.machine.vcpus for node in nodes}
        step = math.gcd(*sizes)
        return max(0, min(self.usable(nodes), -((min(sizes) - 1 - (self.vcpus or 0)) // step) * step))


Supply = Mapping[str, GroupNodes | PoolNodes]


def supply_now(capacity: Capacity) -> Supply:
    """Returns the running nodes, and those that node pools add by themselves."""
    return _supplies(capacity)[0]


def supply_at_most(capacity: Capacity) -> Supply:
    """Returns every node group and pool at its maximum size."""
    return _supplies(capacity)[1]


def uneven(supply: Supply) -> Supply:
    """Returns the same supply, except that a group may have all its nodes in any one of its zones."""
    return {name: replace(one, uneven=True) if isinstance(one, GroupNodes) else one for name, one in supply.items()}


def _supplies(capacity: Capacity) -> tuple[Supply, Supply]:
    """Returns the supply now and at most, computed once for all plans."""
    if _supplies not in capacity.worked_out:
        now = {name: _as_it_runs(group) for name, group in capacity.node_groups.items()}
        largest = {name: _at_most(group) for name, group in capacity.node_groups.items()}
        pools = {name: PoolNodes(pool, pool.max_vcpus) for name, pool in capacity.node_pools.items()}
        capacity.worked_out[_supplies] = ({**now, **pools}, {**largest, **pools})
    found: tuple[Supply, Supply] = capacity.worked_out[_supplies]
    return found


def _as_it_runs(group: NodeGroupCapacity) -> GroupNodes:
    number = group.initial_size if group.running is None else sum(nodes.count for nodes in group.running)
    settled = group.running is not None or group.capacity_type == "on-demand"
    return GroupNodes(group, number, group.running_machines, settled, group.running)


def _at_most(group: NodeGroupCapacity) -> GroupNodes:
    return GroupNodes(group, group.max_size, group.first_machines)
