"""What clusters, node groups, profiles and virtual clusters are called."""

from collections.abc import Mapping
from typing import TypeVar

from emr_eks_placement.assembly.cloud_assembly import Resource

Key = TypeVar("Key")
_INNER = ("Resource", "Default")  # what constructs call the resource that they stand for


def names_of(resource: Resource, physical_name: str | None = None) -> list[str]:
    """Names that fit, the shortest first: the physical name, else the last component of the construct path.

    Longer ones put more of the path before it. Without path metadata, the logical id stands for the path.
    """
    path = list(resource.construct_path) or [resource.stack.id, resource.logical_id]
    while len(path) > 1 and path[-1] in _INNER:
        path.pop()
    if physical_name is not None:
        path[-1] = physical_name
    shown = ["/".join(path[start:]) for start in reversed(range(len(path)))]
    return [*shown, f"{resource.stack.id}/{resource.logical_id}"]


def distinct_names(candidates: Mapping[Key, list[str]]) -> dict[Key, str]:
    """For each key the first of its candidates that no other is called; the last ones, which must differ, if need be."""
    level = dict.fromkeys(candidates, 0)
    while True:
        called: dict[str, list[Key]] = {}
        for key, names in candidates.items():
            called.setdefault(names[level[key]], []).append(key)
        longer = [key for keys in called.values() if len(keys) > 1 for key in _longer(keys, level, candidates)]
        if not longer:
            return {key: name for name, keys in called.items() for key in keys}
        for key in longer:
            level[key] += 1


def _longer(keys: list[Key], level: Mapping[Key, int], candidates: Mapping[Key, list[str]]) -> list[Key]:
    """Of keys that are called the same, those to call by their next name: by the last only if none has another."""
    for kept in (2, 1):
        movable = [key for key in keys if level[key] + kept < len(candidates[key])]
        if movable:
            return movable
    return []
