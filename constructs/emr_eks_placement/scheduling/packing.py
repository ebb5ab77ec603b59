"""How many nodes pods need: first-fit decreasing over kinds of pod, so that its work does not grow with their number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from emr_eks_placement.scheduling.capacity import Room
from emr_eks_placement.scheduling.nodes import devices_on
from emr_eks_placement.scheduling.pod import PodShape


@dataclass(frozen=True)
class _Nodes:
    """Equal nodes and the room that is left on each."""

    room: Room
    count: int


def pods_on(room: Room, pod: PodShape) -> int:
    """How many pods of a shape the room holds."""
    limits = [
        room.pods,
        room.cpu_millis // pod.cpu_millis if pod.cpu_millis else room.pods,
        room.memory_bytes // pod.memory_bytes if pod.memory_bytes else room.pods,
    ]
    if pod.storage_bytes and room.storage_bytes is not None:
        limits.append(room.storage_bytes // pod.storage_bytes)
    for device, count in pod.devices:
        offered = devices_on(room, device)
        if count and offered is not None:
            limits.append(offered // count)
    return max(0, min(limits))


def nodes_for(pods: Sequence[tuple[PodShape, int]], room: Room) -> int:
    """How many nodes with that room hold these pods, given as shapes and numbers; each fits on an empty node, if only with
    the least memory that it may request.

    The largest pods first, each onto the first node with room: the number suffices, and is rarely more than needed.
    """
    used: list[_Nodes] = []
    for pod, count in sorted(pods, key=lambda one: (one[0].memory_bytes, one[0].cpu_millis), reverse=True):
        least = replace(pod, memory_bytes=pod.memory_bytes - pod.memory_slack_bytes)
        used = _place(pod if pods_on(room, pod) else least, count, used, room)
    return sum(nodes.count for nodes in used)


def _place(pod: PodShape, count: int, used: list[_Nodes], room: Room) -> list[_Nodes]:
    placed: list[_Nodes] = []
    for nodes in used:
        filled, count = _fill(pod, count, nodes)
        placed += filled
    most = pods_on(room, pod)
    filled, _ = _fill(pod, count, _Nodes(room, -(-count // most)))
    return placed + filled


def _fill(pod: PodShape, count: int, nodes: _Nodes) -> tuple[list[_Nodes], int]:
    """The nodes with as many of the pods as they hold: full ones, one partly filled, untouched ones; the pods left."""
    most = pods_on(nodes.room, pod)
    if not most or not count:
        return [nodes] if nodes.count else [], count
    full = min(nodes.count, count // most)
    rest = count - full * most
    filled = [_Nodes(_without(nodes.room, pod, most), full)] if full else []
    untouched = nodes.count - full
    if rest and untouched:
        filled.append(_Nodes(_without(nodes.room, pod, rest), 1))
        rest, untouched = 0, untouched - 1
    return [*filled, _Nodes(nodes.room, untouched)] if untouched else filled, rest


def _without(room: Room, pod: PodShape, count: int) -> Room:
    asked = dict(pod.devices)
    return replace(
        room,
        cpu_millis=room.cpu_millis - count * pod.cpu_millis,
        memory_bytes=room.memory_bytes - count * pod.memory_bytes,
        storage_bytes=None if room.storage_bytes is None else room.storage_bytes - count * pod.storage_bytes,
        pods=room.pods - count,
        devices=tuple((name, offered - count * asked.get(name, 0)) for name, offered in room.devices),
    )
