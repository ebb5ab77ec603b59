"""What a map shows: the network, the cluster, every place that takes pods, and the pods in it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from emr_eks_placement.environment import Environment
from emr_eks_placement.review.picture.in_words import (
    cluster_in_words,
    namespaces_in_words,
    network_in_words,
    node_groups_in_words,
    node_pools_in_words,
    number_of,
    profiles_in_words,
    zones_in_words,
)
from emr_eks_placement.review.picture.pods import NOWHERE, UNKNOWN, PlaceKey, Pods, pods_by_place, together
from emr_eks_placement.review.picture.signs import SAME, Sign, sign_of
from emr_eks_placement.review.review import Side

MOST_ALONE = 30
"""Places of a kind that a map shows one by one: as many node groups as EKS allows by default. Of more, alike ones are one."""
_Words = Mapping[str, tuple[str, tuple[str, ...], object]]
_Pods = Mapping[PlaceKey, tuple[Pods, ...]]


@dataclass(frozen=True)
class Place:
    """What takes pods. names: more than one where a map shows several as one. left: zones that it had before."""

    names: tuple[str, ...]
    details: str
    zones: tuple[str, ...]
    pods: tuple[Pods, ...] = ()
    sign: Sign = SAME
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Places of one kind; title: of all of them, kind: of one."""

    title: str
    kind: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Label:
    """A zone or a namespace. details: what else there is to say of it."""

    name: str
    details: str
    sign: Sign = SAME


@dataclass(frozen=True)
class Picture:
    """All that a map shows of an environment, or of a change of it."""

    name: str
    network: str
    cluster: str
    zones: tuple[Label, ...]
    namespaces: tuple[Label, ...]
    sections: tuple[Section, ...]
    is_change: bool


def picture_of(before: Side | None, after: Side) -> Picture | None:
    """The picture of a change, of one environment without `before`; None where the side after has no environment."""
    new = after.environment
    if new is None:
        return None
    old = before.environment if before is not None else None
    pods = pods_by_place(before.plans if before is not None and old is not None else None, after.plans)
    return Picture(
        name=new.name,
        network=_changed(network_in_words, old, new),
        cluster=_changed(cluster_in_words, old, new),
        zones=_labels(zones_in_words, old, new),
        namespaces=_labels(namespaces_in_words, old, new),
        sections=tuple(one for one in _sections(old, new, pods) if one.places),
        is_change=old is not None,
    )


def _changed(words: Callable[[Environment], str], old: Environment | None, new: Environment) -> str:
    was, now = words(old) if old is not None else None, words(new)
    return now if was is None or was == now else f"{was} → {now}"


def _labels(
    words: Callable[[Environment], Mapping[str, str]], old: Environment | None, new: Environment
) -> tuple[Label, ...]:
    was, now = words(old) if old is not None else {}, words(new)
    return tuple(
        Label(name, now.get(name) or was[name], sign_of(was.get(name), now.get(name)) if old is not None else SAME)
        for name in dict.fromkeys((*now, *was))
    )


def _sections(old: Environment | None, new: Environment, pods: _Pods) -> Iterator[Section]:
    for title, kind, compute, words in (
        ("EC2 node groups", "node group", "ec2", node_groups_in_words),
        ("Node pools of EKS Auto Mode", "node pool", "ec2", node_pools_in_words),
        ("Fargate profiles", "Fargate profile", "fargate", profiles_in_words),
    ):
        before = words(old) if old is not None else None
        yield Section(title, kind, tuple(_few(_places(compute, before, words(new), pods), kind)))
    others = {
        "other nodes": (UNKNOWN, "which the environment file does not describe"),
        "nowhere": (NOWHERE, "Pending, or refused by the Kubernetes API"),
    }
    found = (Place((name,), details, (), pods[key]) for name, (key, details) in others.items() if key in pods)
    yield Section("No place in the file", "no place", tuple(found))


def _places(compute: str, before: _Words | None, after: _Words, pods: _Pods) -> Iterator[Place]:
    old = before or {}
    for name in dict.fromkeys((*after, *old)):
        was, now = old.get(name), after.get(name)
        details, zones, _ = now or old[name]
        if was and now and was[0] != now[0]:
            details = f"{was[0]} → {now[0]}"
        left = tuple(zone for zone in was[1] if zone not in now[1]) if was and now else ()
        sign = sign_of(was, now) if before is not None else SAME
        yield Place((name,), details, zones, pods.get((compute, name), ()), sign, left)


def _few(places: Iterable[Place], kind: str) -> Iterator[Place]:
    """The places, alike ones as one where there are too many."""
    every = list(places)
    if len(every) <= MOST_ALONE:
        yield from every
        return
    alike: dict[tuple[tuple[str, ...], Sign, tuple[str, ...]], list[Place]] = defaultdict(list)
    for place in every:
        alike[place.zones, place.sign, place.left].append(place)
    for (zones, sign, left), some in alike.items():
        if len(some) == 1:
            yield from some
            continue
        names = tuple(name for place in some for name in place.names)
        pods = together(pods for place in some for pods in place.pods)
        details = f"{number_of(len(names), kind)}: {', '.join(names)}"
        yield Place(names, details, zones, pods, sign, left)
