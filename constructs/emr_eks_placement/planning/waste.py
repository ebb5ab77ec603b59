"""Executors that leave much of their nodes empty, and a size that would fill them."""

from collections.abc import Iterator

from emr_eks_placement.planning.planned_pod import PlannedPod
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.capacity import Node
from emr_eks_placement.scheduling.packing import pods_on
from emr_eks_placement.scheduling.pod import MIB

_USED_ENOUGH = 0.6  # of a node's CPU or memory; below it another size is cheaper
_FEWEST = 3  # executors; with fewer, no node is saved


def problems_of_waste(executors: PlannedPod) -> Iterator[Problem]:
    """Yields a problem if every kind of node that can take the executors stays almost half empty when full of them."""
    nodes = {node.machine.name: node for some in executors.landing.nodes.values() for node in some}.values()
    if not nodes or executors.number < _FEWEST or executors.shape.devices:
        return
    best = max(nodes, key=lambda node: _used(executors, node))
    if _used(executors, best) >= _USED_ENOUGH:
        return
    held = pods_on(best.room, executors.shape, lightest=True)
    shares = " and ".join(f"{share:.0%} of its {what}" for share, what in _shares(executors, best))
    what = f"{best.machine.name} holds {held} of them, which take {shares}"
    more = held + 1
    smaller = _size(best, more)
    fix = f"To have {more} on a node, let each request at most {smaller}; to fill it with {held}, up to {_size(best, held)}"
    yield Problem("EXECUTORS_LEAVE_ROOM", "executors", what, fix=fix)


def _used(executors: PlannedPod, node: Node) -> float:
    return max(share for share, _ in _shares(executors, node))


def _shares(executors: PlannedPod, node: Node) -> list[tuple[float, str]]:
    """Returns the share of a node's CPU and memory that its maximum number of executors requests."""
    held = pods_on(node.room, executors.shape, lightest=True)
    return [
        (held * executors.shape.cpu_millis / node.room.cpu_millis, "CPU"),
        (held * executors.shape.memory_bytes / node.room.memory_bytes, "memory"),
    ]


def _size(node: Node, number: int) -> str:
    """Returns the size with which the node certainly holds the number, including overhead and sidecars."""
    memory = node.sure_room.memory_bytes // number // MIB
    return f"{node.sure_room.cpu_millis // number / 1000:g} vCPU and {memory} MiB"
