"""The names of clusters, node groups, profiles, virtual clusters and IAM roles."""

from collections.abc import Mapping
from typing import TypeVar

from emr_eks_placement.assembly.cloud_assembly import Resource
from emr_eks_placement.assembly.values import Reference, Resolver
from emr_eks_placement.common.document_field import Field, Unresolved

Key = TypeVar("Key")
_INNER = ("Resource", "Default")  # construct ids of the one resource that a construct wraps
_ROLE = "AWS::IAM::Role"


def names_of(resource: Resource, physical_name: str | None = None) -> list[str]:
    """Returns possible names, the shortest first: the physical name, or else the last component of the construct path.

    Longer names add more of the path. Without path metadata, the logical id replaces the path.
    """
    path = list(resource.construct_path) or [resource.stack.id, resource.logical_id]
    while len(path) > 1 and path[-1] in _INNER:
        path.pop()
    if physical_name is not None:
        path[-1] = physical_name
    shown = ["/".join(path[start:]) for start in reversed(range(len(path)))]
    return [*shown, f"{resource.stack.id}/{resource.logical_id}"]


def distinct_names(candidates: Mapping[Key, list[str]]) -> dict[Key, str]:
    """Returns one name for each key: its first candidate that no other key has. The last candidates must be distinct."""
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
    """Returns the keys of one name that take their next candidate. A key takes its last one only if no other can move."""
    for kept in (2, 1):
        movable = [key for key in keys if level[key] + kept < len(candidates[key])]
        if movable:
            return movable
    return []


def role_name(arn: Field, resolver: Resolver) -> str:
    """Returns the name of the role with that ARN, or the logical id of a role of the assembly that has no name.

    Raises RuleError if neither the ARN nor its last part is known.
    """
    value = arn.value
    if isinstance(value, Reference) and value.resource.kind == _ROLE:
        return resolver.properties(value.resource)["RoleName"].known_text() or value.resource.logical_id
    text = value.end if isinstance(value, Unresolved) else arn.text()
    _, slash, name = text.rpartition("/")
    if not slash or not name:
        raise arn.refused("must be the ARN of an IAM role", "Write for example arn:aws:iam::111122223333:role/spark")
    return name
