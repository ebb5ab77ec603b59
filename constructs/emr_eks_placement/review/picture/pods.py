"""The pods of every run by the place that takes them, alike ones together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from emr_eks_placement.job.placement import ROLES, Role
from emr_eks_placement.planning import Count, Plan, PlannedPod
from emr_eks_placement.planning.in_words import requests_in_words
from emr_eks_placement.review.picture.signs import SAME, Sign, sign_of

PlaceKey = tuple[str, str]
"""ec2 or fargate, and the name of the node group, node pool or profile."""
NOWHERE: PlaceKey = ("", "nowhere")
UNKNOWN: PlaceKey = ("ec2", "")
_Key = tuple[Role, tuple[str, ...], bool, Sign, tuple[str, ...]]


@dataclass(frozen=True)
class Pods:
    """Pods of one role that go to the same zones of a place.

    runs: by JOB/PLACEMENT; count: of one run, the lowest and the highest of all. is_sure: whether no other place may take
    them. left: the zones that they were in before and are not in now.
    """

    role: Role
    zones: tuple[str, ...]
    runs: tuple[str, ...]
    count: Count
    is_sure: bool
    sign: Sign = SAME
    left: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """As: driver; executors x 2-10."""
        return self.role if self.role != "executors" else f"{self.role} x {self.count}"


@dataclass(frozen=True)
class _There:
    """What is compared of one kind of pod of a run in a place."""

    zones: tuple[str, ...]
    count: Count
    is_sure: bool
    size: str


def pods_by_place(before: Mapping[str, Plan] | None, after: Mapping[str, Plan]) -> dict[PlaceKey, tuple[Pods, ...]]:
    """The pods in each place; before None: nothing is compared."""
    old, new = _by_place(before or {}), _by_place(after)
    found: dict[PlaceKey, tuple[Pods, ...]] = {}
    for place in dict.fromkeys((*new, *old)):
        found[place] = tuple(_alike(old.get(place, {}), new.get(place, {}), is_compared=before is not None))
    return found


def together(pods: Iterable[Pods]) -> tuple[Pods, ...]:
    """Pods of several places as if these were one."""
    grouped: dict[_Key, list[Pods]] = defaultdict(list)
    for one in pods:
        grouped[one.role, one.zones, one.is_sure, one.sign, one.left].append(one)
    return tuple(
        Pods(role, zones, _runs(some), _spanned(one.count for one in some), sure, sign, left)
        for (role, zones, sure, sign, left), some in sorted(grouped.items(), key=lambda item: _rank(item[0]))
    )


def _by_place(plans: Mapping[str, Plan]) -> dict[PlaceKey, dict[tuple[Role, str], _There]]:
    found: dict[PlaceKey, dict[tuple[Role, str], _There]] = defaultdict(dict)
    for label, plan in plans.items():
        for pod in plan.pods:
            for place, zones in _places(pod):
                is_sure = len(pod.landing.on) == 1
                found[place][pod.role, label] = _There(zones, pod.count, is_sure, _size(pod))
    return found


def _places(pod: PlannedPod) -> Iterator[tuple[PlaceKey, tuple[str, ...]]]:
    landing = pod.landing
    if landing.pending:
        yield NOWHERE, ()
    elif not landing.on:
        yield UNKNOWN, ()
    for name in () if landing.pending else landing.on:
        zones = {node.zone for node in landing.nodes.get(name, ())} or set(landing.zones)
        yield (landing.compute, name), tuple(sorted(zones))


def _size(pod: PlannedPod) -> str:
    return f"{requests_in_words(pod)} {pod.landing.size or ''}"


def _alike(
    old: Mapping[tuple[Role, str], _There], new: Mapping[tuple[Role, str], _There], *, is_compared: bool
) -> tuple[Pods, ...]:
    single = []
    for role, label in dict.fromkeys((*new, *old)):
        before, after = old.get((role, label)), new.get((role, label))
        there = after or before
        assert there is not None, "a key of one of them"  # noqa: S101
        sign = sign_of(before, after) if is_compared else SAME
        left = tuple(zone for zone in before.zones if zone not in after.zones) if before and after else ()
        single.append(Pods(role, there.zones, (label,), there.count, there.is_sure, sign, left))
    return together(single)


def _rank(key: _Key) -> tuple[object, ...]:
    role, zones, is_sure, sign, left = key
    return ROLES.index(role), not is_sure, -len(zones), zones, sign, left


def _runs(pods: Iterable[Pods]) -> tuple[str, ...]:
    return tuple(run for one in pods for run in one.runs)


def _spanned(counts: Iterable[Count]) -> Count:
    every = list(counts)
    most = [one.most for one in every]
    return Count(min(one.least for one in every), None if None in most else max(one for one in most if one is not None))
