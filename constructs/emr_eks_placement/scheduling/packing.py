"""How many pods a node holds beside others."""

from collections.abc import Iterable

from emr_eks_placement.scheduling.capacity import Room
from emr_eks_placement.scheduling.nodes import devices_on
from emr_eks_placement.scheduling.pod import PodShape


def pods_on(room: Room, pod: PodShape, beside: Iterable[PodShape] = (), *, lightest: bool = False) -> int:
    """How many pods of a shape the room holds beside these others; none where the others alone exceed it.

    lightest: each pod with the least memory that it may request, rather than the most. A resource that the room does not
    know, such as a disk of unknown size, sets no limit.
    """
    others = tuple(beside)
    left = [
        (room.pods - len(others), 1),
        (room.cpu_millis - sum(other.cpu_millis for other in others), pod.cpu_millis),
        (room.memory_bytes - sum(_memory(other, lightest) for other in others), _memory(pod, lightest)),
    ]
    if room.storage_bytes is not None:
        left.append((room.storage_bytes - sum(other.storage_bytes for other in others), pod.storage_bytes))
    for name in {name for one in (pod, *others) for name, _ in one.devices}:
        offered = devices_on(room, name)
        if offered is not None:
            left.append((offered - sum(_devices(other, name) for other in others), _devices(pod, name)))
    if any(free < 0 for free, _ in left):
        return 0
    return min(free // asked for free, asked in left if asked)


def _memory(pod: PodShape, lightest: bool) -> int:
    return pod.memory_bytes - (pod.memory_slack_bytes if lightest else 0)


def _devices(pod: PodShape, name: str) -> int:
    return dict(pod.devices).get(name, 0)
