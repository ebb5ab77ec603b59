"""How many nodes pods need, against placing them one by one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from emr_eks_placement.facts.instance_types import instance_type
from emr_eks_placement.scheduling.capacity import Room, room_of
from emr_eks_placement.scheduling.nodes import fits
from emr_eks_placement.scheduling.packing import nodes_for, pods_on
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


def test_a_million_pods_are_counted_like_one() -> None:
    assert nodes_for([(pod(1000, 2000), 1_000_000)], ROOM) == 125_000


def test_small_pods_go_where_large_ones_leave_room() -> None:
    assert nodes_for([(pod(500, 500), 1), (pod(6000, 12000), 3)], ROOM) == 3
    assert nodes_for([(pod(4000, 8000), 3), (pod(2000, 4000), 2)], ROOM) == 2
    assert nodes_for([(pod(2000, 4000), 3), (pod(4000, 8000), 3)], ROOM) == 3


def test_pods_of_one_kind_take_disk_from_those_of_another() -> None:
    room = Room(cpu_millis=8000, memory_bytes=16000, storage_bytes=1000, pods=10)
    assert nodes_for([(pod(1000, 2000, 600), 1), (pod(1000, 1000, 400), 1)], room) == 1
    assert nodes_for([(pod(1000, 2000, 600), 1), (pod(1000, 1000, 600), 1)], room) == 2


def test_system_pods_take_their_part_of_a_node() -> None:
    machine = instance_type("m6i.large")
    room = room_of(machine, 50)
    assert room.cpu_millis == machine.allocatable_cpu_millis - 150
    assert room.pods == machine.max_pods - 2
    assert room.storage_bytes == (50 * 1024 * 0.9 - 1024) * MIB
    assert room_of(machine, None).storage_bytes is None
    assert room_of(machine, 1).storage_bytes == 0, "the kubelet keeps more than there is"


def one_by_one(pods: list[tuple[PodShape, int]]) -> int:
    """First fit of each pod, the largest first."""
    nodes: list[Room] = []
    for shape, count in sorted(pods, key=lambda one: (one[0].memory_bytes, one[0].cpu_millis), reverse=True):
        for _ in range(count):
            index = next((i for i, room in enumerate(nodes) if fits(shape, room)), len(nodes))
            if index == len(nodes):
                nodes.append(ROOM)
            room = nodes[index]
            left = Room(room.cpu_millis - shape.cpu_millis, room.memory_bytes - shape.memory_bytes, None, room.pods - 1)
            nodes[index] = left
    return len(nodes)


SHAPES = st.builds(pod, st.sampled_from([0, 500, 1000, 3000, 8000]), st.sampled_from([100, 2000, 5000, 16000]))


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(st.tuples(SHAPES, st.integers(0, 12)), max_size=4))
def test_counting_gives_what_placing_one_by_one_gives(pods: list[tuple[PodShape, int]]) -> None:
    assert nodes_for(pods, ROOM) == one_by_one(pods)
