"""Schedulers that place pods one by one, for tests: kube-scheduler as we read it, and such as choose badly on purpose.

Our reading of kubernetes/kubernetes 1.34, pkg/scheduler/framework/plugins/noderesources, with the default weights: of the
nodes that pass NodeResourcesFit, the one with the highest sum of LeastAllocated (least_allocated.go) and BalancedAllocation
(balanced_allocation.go), ties at random. For pods without preferences, volumes or services the other scores are
equal on all nodes but for ImageLocality, which may prefer any node by up to its weight of 1: `image_locality` does so
at random.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from emr_eks_placement.scheduling.capacity import Node, Room
from emr_eks_placement.scheduling.pod import PodShape

MAX_SCORE = 100


@dataclass
class Machine:
    """A node that runs: what it is of, what it really has, and the pods on it."""

    group: str
    node: Node
    room: Room
    pods: list[PodShape] = field(default_factory=list)

    def left(self) -> tuple[int, int, int]:
        """CPU, memory and pods."""
        return (
            self.room.cpu_millis - sum(pod.cpu_millis for pod in self.pods),
            self.room.memory_bytes - sum(pod.memory_bytes for pod in self.pods),
            self.room.pods - len(self.pods),
        )

    def has_room(self, pod: PodShape) -> bool:
        cpu, memory, pods = self.left()
        return pod.cpu_millis <= cpu and pod.memory_bytes <= memory and pods > 0


Choice = Callable[[Sequence[Machine], PodShape, Random], Machine]


def _least_allocated(machine: Machine, pod: PodShape) -> int:
    cpu, memory, _ = machine.left()
    scores = [
        (free - asked) * MAX_SCORE // capacity if capacity and asked <= free else 0
        for free, asked, capacity in (
            (cpu, pod.cpu_millis, machine.room.cpu_millis),
            (memory, pod.memory_bytes, machine.room.memory_bytes),
        )
    ]
    return sum(scores) // len(scores)


def _balanced(machine: Machine, pod: PodShape) -> int:
    cpu, memory, _ = machine.left()
    fractions = [
        min(1.0, 1 - (free - asked) / capacity)
        for free, asked, capacity in (
            (cpu, pod.cpu_millis, machine.room.cpu_millis),
            (memory, pod.memory_bytes, machine.room.memory_bytes),
        )
        if capacity
    ]
    spread = abs(fractions[0] - fractions[1]) / 2 if len(fractions) == 2 else 0.0
    return int((1 - spread) * MAX_SCORE)


def by_score(machines: Sequence[Machine], pod: PodShape, random: Random) -> Machine:
    scores = [_least_allocated(one, pod) + _balanced(one, pod) for one in machines]
    return random.choice([one for one, score in zip(machines, scores, strict=True) if score == max(scores)])


def image_locality(machines: Sequence[Machine], pod: PodShape, random: Random) -> Machine:
    return max(
        machines, key=lambda one: _least_allocated(one, pod) + _balanced(one, pod) + random.choice([0, 0, MAX_SCORE])
    )


def at_random(machines: Sequence[Machine], _pod: PodShape, random: Random) -> Machine:
    return random.choice(machines)


def emptiest(machines: Sequence[Machine], _pod: PodShape, random: Random) -> Machine:
    return max(machines, key=lambda one: (one.left(), random.random()))


def fullest(machines: Sequence[Machine], _pod: PodShape, random: Random) -> Machine:
    return min(machines, key=lambda one: (one.left(), random.random()))


def most_wasteful(machines: Sequence[Machine], pod: PodShape, random: Random) -> Machine:
    """Where the pod leaves least for the next of its kind."""

    def rest(one: Machine) -> int:
        cpu, memory, _ = one.left()
        return (cpu % pod.cpu_millis if pod.cpu_millis else 0) + (memory % pod.memory_bytes if pod.memory_bytes else 0)

    return max(machines, key=lambda one: (rest(one), random.random()))


CHOICES: tuple[Choice, ...] = (by_score, image_locality, at_random, emptiest, fullest, most_wasteful)


def place(
    machines: list[Machine], pod: PodShape, able: Callable[[Machine], bool], choose: Choice, random: Random
) -> bool:
    """Puts the pod on one of the nodes that can take it; False where it waits."""
    found = [one for one in machines if able(one) and one.has_room(pod)]
    if found:
        choose(found, pod, random).pods.append(pod)
    return bool(found)
