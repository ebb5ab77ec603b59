"""How many pods a node holds."""

from emr_eks_placement.facts.instance_types import instance_type
from emr_eks_placement.scheduling.capacity import Room, room_of
from emr_eks_placement.scheduling.packing import pods_on
from emr_eks_placement.scheduling.pod import MIB, PodShape

ROOM = Room(cpu_millis=8000, memory_bytes=16000, storage_bytes=None, pods=10)


def pod(cpu: int, memory: int, storage: int = 0) -> PodShape:
    return PodShape(namespace="jobs", cpu_millis=cpu, memory_bytes=memory, storage_bytes=storage)


def test_the_scarcest_resource_decides_how_many_pods_a_node_holds() -> None:
    assert pods_on(ROOM, pod(1000, 1)) == 8
    assert pods_on(ROOM, pod(1, 4000)) == 4
    assert pods_on(ROOM, pod(1, 1)) == 10, "pods a node"
    assert pods_on(ROOM, pod(9000, 1)) == 0
    assert pods_on(ROOM, pod(1, 1, 500)) == 10, "a disk of unknown size does not decide"
    assert pods_on(Room(8000, 16000, 1000, 10), pod(1, 1, 500)) == 2


def test_pods_beside_take_their_part() -> None:
    assert pods_on(ROOM, pod(1000, 1), [pod(2500, 1)]) == 5
    assert pods_on(ROOM, pod(1, 1), [pod(1, 1), pod(1, 1)]) == 8, "pods a node"
    assert pods_on(ROOM, pod(1, 1), [pod(9000, 1)]) == 0, "these alone are too many"
    assert pods_on(Room(8000, 16000, 1000, 10), pod(1, 1, 400), [pod(1, 1, 600)]) == 1


def test_memory_that_a_pod_may_not_request_counts_for_sure_and_not_at_best() -> None:
    unsure = PodShape(namespace="jobs", cpu_millis=1, memory_bytes=4000, memory_slack_bytes=800)
    assert (pods_on(ROOM, unsure), pods_on(ROOM, unsure, lightest=True)) == (4, 5)


def test_devices_count_like_cpu() -> None:
    room = Room(8000, 16000, None, 10, devices=(("nvidia.com/gpu", 4),))
    with_devices = PodShape(namespace="jobs", cpu_millis=1000, memory_bytes=1, devices=(("nvidia.com/gpu", 2),))
    assert pods_on(room, with_devices) == 2
    assert pods_on(room, with_devices, [with_devices]) == 1
    assert pods_on(room, pod(1000, 1), [with_devices]) == 7


def test_system_pods_take_their_part_of_a_node() -> None:
    machine = instance_type("m6i.large")
    room = room_of(machine, 50)
    assert room.cpu_millis == machine.allocatable_cpu_millis - 150
    assert room.pods == machine.max_pods - 2
    assert room.storage_bytes == (50 * 1024 * 0.9 - 1024) * MIB
    assert room_of(machine, None).storage_bytes is None
    assert room_of(machine, 1).storage_bytes == 0, "the kubelet keeps more than there is"
