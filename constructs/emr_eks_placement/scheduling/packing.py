"""How many pods a node holds next to others."""

from collections.abc import Iterator, Sequence

from emr_eks_placement.scheduling.capacity import Room
from emr_eks_placement.scheduling.nodes import devices_on
from emr_eks_placement.scheduling.pod import PodShape


def pods_on(room: Room, pod: PodShape, beside: Sequence[PodShape] = (), *, lightest: bool = False) -> int:
    """Returns how many pods of a shape the room holds next to these others; 0 if the others alone exceed it.

    lightest: count each pod with the least memory that it may request, not the most. A resource that the room does not
    know, such as a disk of unknown size, is no limit.
    """
    pods, cpu, memory, storage = room.pods - len(beside), room.cpu_millis, room.memory_bytes, room.storage_bytes
    devices = bool(pod.devices)
    for other in beside:
        cpu -= other.cpu_millis
        memory -= other.memory_bytes - (other.memory_slack_bytes if lightest else 0)
        storage = None if storage is None else storage - other.storage_bytes
        devices = devices or bool(other.devices)
    if pods < 0 or cpu < 0 or memory < 0 or (storage is not None and storage < 0):
        return 0
    number, asked = pods, pod.memory_bytes - (pod.memory_slack_bytes if lightest else 0)
    if cpu < number * pod.cpu_millis:
        number = cpu // pod.cpu_millis
    if memory < number * asked:
        number = memory // asked
    if storage is not None and storage < number * pod.storage_bytes:
        number = storage // pod.storage_bytes
    for free, each in _devices_left(room, pod, beside) if devices else ():
        if free < 0:
            return 0
        if free < number * each:
            number = free // each
    return number


def _devices_left(room: Room, pod: PodShape, beside: Sequence[PodShape]) -> Iterator[tuple[int, int]]:
    """Yields, for each device of known number in the room, what the others leave, and what the pod asks for."""
    for name in {name for one in (pod, *beside) for name, _ in one.devices}:
        offered = devices_on(room, name)
        if offered is not None:
            yield offered - sum(_devices(other, name) for other in beside), _devices(pod, name)


def _devices(pod: PodShape, name: str) -> int:
    return dict(pod.devices).get(name, 0)
