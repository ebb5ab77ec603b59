"""What the EC2 nodes of a run cost: from the share of them that its pods take to whole nodes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from emr_eks_placement.cost.bill import Amount, Part
from emr_eks_placement.cost.prices import Prices
from emr_eks_placement.planning import NodesNeeded, PlannedPod
from emr_eks_placement.scheduling.capacity import Capacity, Node, Room
from emr_eks_placement.scheduling.pod import PodShape

_Rate = Callable[[str, Node], float | None]
"""An hour of a node of a group or pool, by its name; None where the price is not known."""


def parts_of_nodes(
    pods: Sequence[PlannedPod], needed: Sequence[NodesNeeded], capacity: Capacity, prices: Prices
) -> Iterator[Part]:
    """An hour of the nodes, of their disks and of EKS Auto Mode's part, for pods that share node groups and pools."""
    for pod in pods:
        if pod.landing.compute == "ec2" and not pod.landing.on and pod.number:
            yield Part(f"nodes for {pod.role}", f"{pod.count}", None, "nodes that are not described here")
    for nodes in needed:
        on_them = [pod for pod in pods if pod.role in nodes.roles]
        if on_them:
            yield from _NodesOfRun(on_them, nodes, capacity).parts(prices)


@dataclass(frozen=True)
class _NodesOfRun:
    """The pods of a run that share node groups and pools, and the nodes that they need."""

    pods: Sequence[PlannedPod]
    needed: NodesNeeded
    capacity: Capacity

    def parts(self, prices: Prices) -> Iterator[Part]:
        def instance(_: str, node: Node) -> float | None:
            return prices.node_hour(node)

        def disk(name: str, _: Node) -> float | None:
            return prices.disk_hour(self.capacity.groups_and_pools[name].disk_gib)

        def auto_mode(name: str, node: Node) -> float | None:
            return prices.listed.auto_mode_hour(node.machine.name) if name in self.capacity.node_pools else 0.0

        names, quantity = " or ".join(self.needed.names), f"{self.needed.number}, whole or a share"
        yield Part(f"nodes of {names}", quantity, self._amount(instance), self._missing(prices))
        yield Part(f"disks of {names}", quantity, self._amount(disk), f"a gp3 volume in {prices.region}")
        if self.needed.node_pools:
            yield Part(
                f"EKS Auto Mode for {names}", quantity, self._amount(auto_mode), f"EKS Auto Mode in {prices.region}"
            )

    def _amount(self, rate: _Rate) -> Amount | None:
        """At least each pod's share of the node where it costs least; at most whole nodes. None where a rate is not known."""
        shares, dearest = 0.0, []
        for pod in self.pods:
            rated = {name: self._rated(name, nodes, rate) for name, nodes in pod.landing.nodes.items()}
            if not all(rated.values()):
                return None
            every = [one for nodes in rated.values() for one in nodes]
            shares += pod.count.least * min(hour * _share(pod.shape, node) for node, hour in every)
            dearest.append(max(self._hour_of_one(name, nodes) for name, nodes in rated.items()))
        if any(pod.count.most is None for pod in self.pods):
            return Amount(shares, None)
        return Amount(shares, max(shares, self._whole(dearest)))

    def _whole(self, dearest: Sequence[float]) -> float:
        """dearest: an hour of a node for each kind of pod. EKS Auto Mode starts no more nodes than there are pods."""
        if not self.needed.node_pools:
            return self.needed.most_there * max(dearest)
        return sum(pod.number * hour for pod, hour in zip(self.pods, dearest, strict=True))

    def _rated(self, name: str, nodes: Iterable[Node], rate: _Rate) -> list[tuple[Node, float]]:
        """The nodes that a group is expected to have, or a pool may choose; none where a price that matters is not known."""
        group = self.capacity.node_groups.get(name)
        expected = [node for node in nodes if group is None or node.machine in group.running_machines] or list(nodes)
        rated = [(node, hour) for node in expected if (hour := rate(name, node)) is not None]
        if group is not None:
            return rated if len(rated) == len(expected) else []
        # A pool takes Spot where it may (EKS guide, EKS Auto Mode).
        sold = {node.capacity_type for node, _ in rated}
        return rated if all(node.capacity_type in sold for node in expected) else []

    def _hour_of_one(self, name: str, rated: Sequence[tuple[Node, float]]) -> float:
        """A group has any of its types; a pool takes the cheapest that holds the pod (EKS guide, EKS Auto Mode)."""
        choose = max if name in self.capacity.node_groups else min
        return choose(hour for _, hour in rated)

    def _missing(self, prices: Prices) -> str:
        """The prices that are not known, in words."""
        nodes = (node for pod in self.pods for some in pod.landing.nodes.values() for node in some)
        return prices.missing(nodes)


def _share(shape: PodShape, node: Node) -> float:
    least_bytes = shape.memory_bytes - shape.memory_slack_bytes
    return share_of_room(shape.cpu_millis, least_bytes, node.room, shape.devices)


def share_of_room(cpu_millis: int, memory_bytes: int, room: Room, devices: Iterable[tuple[str, int]] = ()) -> float:
    """The share of an empty node that a pod requests, of what it requests most of: CPU, memory or devices."""
    there = dict(room.devices)
    return max(
        cpu_millis / room.cpu_millis,
        memory_bytes / room.memory_bytes,
        *(number / there[name] for name, number in devices if there.get(name)),
    )
