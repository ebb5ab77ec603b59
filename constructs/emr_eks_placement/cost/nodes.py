"""The cost of a run's EC2 nodes: from its pods' share of them to whole nodes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from emr_eks_placement.cost.bill import Amount, Part
from emr_eks_placement.cost.prices import Prices
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning import NodesNeeded, PlannedPod
from emr_eks_placement.scheduling.capacity import Capacity, Node, Room
from emr_eks_placement.scheduling.pod import PodShape

_Rate = Callable[[str, Node], float | None]
"""The price of an hour of a node of a group or pool, by its name; None if unknown."""


def parts_of_nodes(
    pods: Sequence[PlannedPod], needed: Sequence[NodesNeeded], capacity: Capacity, prices: Prices
) -> Iterator[Part]:
    """Yields an hour of a run's nodes, of their disks and of EKS Auto Mode's part."""
    for pod in pods:
        if pod.landing.compute == "ec2" and not pod.landing.on and pod.number:
            yield Part("EC2 nodes", f"nodes for {pod.role}", f"{pod.count}", None, "which nodes they get")
    on_nodes = [pod for pod in pods if pod.landing.nodes and pod.number]
    if on_nodes:
        yield from _NodesOfRun(on_nodes, needed, capacity).parts(prices)


@dataclass(frozen=True)
class _NodesOfRun:
    """The pods of a run on EC2, and the nodes that they need."""

    pods: Sequence[PlannedPod]
    needed: Sequence[NodesNeeded]
    capacity: Capacity

    def parts(self, prices: Prices) -> Iterator[Part]:
        def instance(_: str, node: Node) -> float | None:
            return prices.node_hour(node)

        def disk(name: str, _: Node) -> float | None:
            return prices.disk_hour(self.capacity.groups_and_pools[name].disk_gib)

        def auto_mode(name: str, node: Node) -> float | None:
            return prices.listed.auto_mode_hour(node.machine.name) if name in self.capacity.node_pools else 0.0

        names = list(dict.fromkeys(name for nodes in self.needed for name in nodes.names))
        most = "" if self._most is None else f" up to {self._most}"
        quantity = f"from a share of one{most} of {', '.join(names)}"
        yield Part("EC2 nodes", "EC2 nodes", quantity, self._amount(instance), self._missing(prices))
        no_price = f"the price of a gp3 volume in {prices.region}"
        yield Part(
            "disks",
            "their disks",
            "gp3",
            self._amount(disk),
            no_price if prices.disk_hour(1) is None else "the size of disks",
        )
        if any(nodes.node_pools for nodes in self.needed):
            amount = self._amount(auto_mode)
            yield Part(
                "EKS Auto Mode", "EKS Auto Mode for them", "", amount, f"the price of EKS Auto Mode in {prices.region}"
            )

    @property
    def _most(self) -> int | None:
        """Returns the maximum cost of whole nodes; None without a limit."""
        if any(pod.count.most is None for pod in self.pods):
            return None
        return sum(self._whole(nodes) for nodes in self.needed)

    def _whole(self, nodes: NodesNeeded) -> int:
        """Returns the whole nodes. EKS Auto Mode starts no more nodes than there are pods."""
        return sum(pod.number for pod in self._on(nodes)) if nodes.node_pools else nodes.most_there

    def _on(self, nodes: NodesNeeded) -> list[PlannedPod]:
        return [pod for pod in self.pods if pod.role in nodes.roles]

    def _amount(self, rate: _Rate) -> Amount | None:
        """Returns at least the share of nodes that the pods request, at most whole nodes. None if a rate is unknown.

        The share is that of the resource of which the pods together request most, for each pod on the nodes where it
        costs least. However they share nodes among themselves and with other pods, they cost no less.
        """
        shares: dict[str, float] = defaultdict(float)
        dearest: dict[Role, float] = {}
        for pod in self.pods:
            rated = {name: self._rated(name, nodes, rate) for name, nodes in pod.landing.nodes.items()}
            if not all(rated.values()):
                return None
            every = [
                {of: hour * share for of, share in _shares(pod.shape, node).items()}
                for nodes in rated.values()
                for node, hour in nodes
            ]
            for of in set.intersection(*(set(one) for one in every)):
                shares[of] += pod.count.least * min(one[of] for one in every)
            dearest[pod.role] = max(self._hour_of_one(name, nodes) for name, nodes in rated.items())
        low = max(shares.values())
        if self._most is None:
            return Amount(low, None)
        each = ((self._whole(nodes), max(dearest[pod.role] for pod in self._on(nodes))) for nodes in self.needed)
        return Amount(low, sum(number * hour for number, hour in each))

    def _rated(self, name: str, nodes: Iterable[Node], rate: _Rate) -> list[tuple[Node, float]]:
        """Returns the expected nodes of a group, or those that a pool may choose; none if a needed price is unknown."""
        group = self.capacity.node_groups.get(name)
        expected = [node for node in nodes if group is None or node.machine in group.running_machines] or list(nodes)
        rated = [(node, hour) for node in expected if (hour := rate(name, node)) is not None]
        if group is not None:
            return rated if len(rated) == len(expected) else []
        # A pool uses Spot if it may (EKS guide, EKS Auto Mode).
        sold = {node.capacity_type for node, _ in rated}
        return rated if all(node.capacity_type in sold for node in expected) else []

    def _hour_of_one(self, name: str, rated: Sequence[tuple[Node, float]]) -> float:
        """Returns the price of an hour. A group has any of its types; a pool takes the cheapest that holds the pod (EKS
        guide, EKS Auto Mode)."""
        choose = max if name in self.capacity.node_groups else min
        return choose(hour for _, hour in rated)

    def _missing(self, prices: Prices) -> str:
        """Returns which prices are unknown, in words."""
        nodes = (node for pod in self.pods for some in pod.landing.nodes.values() for node in some)
        return prices.missing(nodes)


def _shares(shape: PodShape, node: Node) -> Mapping[str, float]:
    """Returns the share of an empty node that a pod requests, of each resource that it requests."""
    least_bytes = shape.memory_bytes - shape.memory_slack_bytes
    there = dict(node.room.devices)
    devices = {name: number / there[name] for name, number in shape.devices if there.get(name)}
    return {**shares_of_room(shape.cpu_millis, least_bytes, node.room), **devices}


def shares_of_room(cpu_millis: int, memory_bytes: int, room: Room) -> Mapping[str, float]:
    """Returns the share of an empty node that a pod takes of its CPU, its memory and the number of its pods."""
    return {"cpu": cpu_millis / room.cpu_millis, "memory": memory_bytes / room.memory_bytes, "pods": 1 / room.pods}
