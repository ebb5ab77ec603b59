"""Resources that change, by effect; alike ones together."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from emr_eks_placement.review.resources import Effect, ResourceChange

MOST_NAMES = 60
"""Resources of a group that a page names."""
EFFECTS: dict[Effect, str] = {"replaced": "±", "may be replaced": "±?", "removed": "-", "added": "+", "updated": "~"}
"""The sign of each effect, the worst first."""


@dataclass(frozen=True)
class Group:
    """Resources of one type with the same change. names: at most MOST_NAMES of them; more: how many others there are."""

    kind: str
    holds: str
    names: tuple[str, ...]
    more: int
    properties: tuple[str, ...]
    because: tuple[str, ...]
    kept: bool

    @property
    def number(self) -> int:
        """Of the resources."""
        return len(self.names) + self.more


@dataclass(frozen=True)
class ByEffect:
    """The changes with one effect."""

    effect: Effect
    groups: tuple[Group, ...]

    @property
    def sign(self) -> str:
        """Of the effect."""
        return EFFECTS[self.effect]

    @property
    def number(self) -> int:
        """Of the resources."""
        return sum(group.number for group in self.groups)


def by_effect(changes: Iterable[ResourceChange]) -> tuple[ByEffect, ...]:
    """The changes in tables, one for each effect, the worst first."""
    found: dict[Effect, dict[tuple[object, ...], list[ResourceChange]]] = defaultdict(lambda: defaultdict(list))
    for one in changes:
        found[one.effect][one.kind, one.properties, one.because, one.kept].append(one)
    return tuple(
        ByEffect(effect, tuple(_group(some) for some in found[effect].values()))
        for effect in EFFECTS
        if effect in found
    )


def _group(some: list[ResourceChange]) -> Group:
    first, names = some[0], tuple(f"{one.stack}: {one.name}" for one in some)
    more = max(0, len(names) - MOST_NAMES)
    return Group(first.kind, first.holds, names[:MOST_NAMES], more, first.properties, first.because, first.kept)
