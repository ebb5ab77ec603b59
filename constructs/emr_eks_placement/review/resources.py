"""The effects of a change on CloudFormation resources: added, updated, replaced, removed, from the templates of both
sides."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from emr_eks_placement.facts.create_only import may_replace, replacing

Effect = Literal["replaced", "may be replaced", "removed", "added", "updated"]
Holds = Literal["data", "pods", ""]
Templates = Mapping[str, Mapping[str, Any]]
"""The templates of an app by stack."""

_EFFECTS: tuple[Effect, ...] = ("replaced", "may be replaced", "removed", "added", "updated")
_HOLDS: tuple[Holds, ...] = ("data", "pods", "")
_DATA = frozenset(
    {"AWS::S3::Bucket", "AWS::Logs::LogGroup", "AWS::KMS::Key", "AWS::EFS::FileSystem", "AWS::DynamoDB::Table"}
)
_PODS = frozenset(
    {
        *(f"AWS::EKS::{name}" for name in ("Cluster", "Nodegroup", "FargateProfile")),
        "AWS::EMRContainers::VirtualCluster",
        *(f"AWS::EC2::{name}" for name in ("VPC", "Subnet")),
    }
)
# Attributes of a resource other than its properties; the CDK's metadata changes nothing that is deployed.
_ATTRIBUTES = ("Condition", "CreationPolicy", "DeletionPolicy", "UpdatePolicy", "UpdateReplacePolicy")
_KEPT = ("Retain", "RetainExceptOnCreate")


@dataclass(frozen=True)
class ResourceChange:
    """A resource that a deployment adds, updates, replaces or removes.

    name: its construct path, or its logical id if the template has none. properties: those that change. because: the
    replaced resources that it depends on. kept: whether a replaced or removed resource remains outside the stack.
    holds: what is lost with it.
    """

    stack: str
    logical_id: str
    name: str
    kind: str
    effect: Effect
    properties: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    kept: bool = False

    @property
    def holds(self) -> Holds:
        """Data, or pods that run on or by it."""
        return "data" if self.kind in _DATA else "pods" if self.kind in _PODS else ""

    @property
    def ends_something(self) -> bool:
        """Whether data or running pods may be lost with it."""
        return bool(self.holds) and self.effect in ("replaced", "may be replaced", "removed") and not self.kept


def resource_changes(before: Templates, after: Templates) -> tuple[ResourceChange, ...]:
    """Returns the changes from one app's templates to the other's: first those that may lose data or pods, then by
    effect."""
    changes = [change for stack in sorted({*before, *after}) for change in _of_stack(stack, before, after)]
    return tuple(sorted(changes, key=_rank))


def _rank(change: ResourceChange) -> tuple[Any, ...]:
    return (
        not change.ends_something,
        _HOLDS.index(change.holds) if change.ends_something else 0,
        _EFFECTS.index(change.effect),
        change.stack,
        change.name,
    )


def _of_stack(stack: str, before: Templates, after: Templates) -> Iterator[ResourceChange]:
    old, new = (one.get(stack, {}).get("Resources") or {} for one in (before, after))
    found = {id_: _change(stack, id_, old.get(id_), new.get(id_)) for id_ in dict.fromkeys((*old, *new))}
    changes = {id_: change for id_, change in found.items() if change is not None}
    yield from _with_consequences(stack, changes, new).values()


def _change(
    stack: str, id_: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> ResourceChange | None:
    shown = new or old or {}
    base = ResourceChange(stack, id_, name_of(id_, shown), str(shown.get("Type")), "updated")
    if old is None:
        return replace(base, effect="added")
    kept = old.get("DeletionPolicy") in _KEPT
    if new is None:
        return replace(base, effect="removed", kept=kept)
    kept = old.get("UpdateReplacePolicy") in _KEPT
    if old.get("Type") != new.get("Type"):
        return replace(base, effect="replaced", properties=("Type",), kept=kept)
    paths = sorted(_differences(old.get("Properties") or {}, new.get("Properties") or {}))
    attributes = tuple(name for name in _ATTRIBUTES if old.get(name) != new.get(name))
    if not paths and not attributes:
        return None
    effect = _effect(base.kind, paths)
    return replace(base, effect=effect, properties=(*_tops(paths), *attributes), kept=kept and effect != "updated")


def name_of(id_: str, resource: Mapping[str, Any]) -> str:
    """Returns the construct path of a resource without its app and stack, or its logical id where the template has
    none."""
    path = (resource.get("Metadata") or {}).get("aws:cdk:path")
    return (
        re.sub(r"/(?:Resource|Default)$", "", path.partition("/")[2]) if isinstance(path, str) and "/" in path else id_
    )


def _differences(old: object, new: object, path: str = "") -> Iterator[str]:
    """Yields the paths of values that differ; lists count as one value."""
    if isinstance(old, dict) and isinstance(new, dict) and not (is_function(old) or is_function(new)):
        for key in dict.fromkeys((*old, *new)):
            yield from _differences(old.get(key), new.get(key), f"{path}/{key}" if path else str(key))
    elif old != new:
        yield path


def is_function(value: Mapping[str, Any]) -> bool:
    """Returns whether it is CloudFormation's, such as Ref."""
    return len(value) == 1 and str(next(iter(value))).startswith(("Ref", "Fn::"))


def _tops(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path.partition("/")[0] for path in paths))


def _effect(kind: str, paths: Iterable[str]) -> Effect:
    """A custom resource counts as updated, as the CDK has it: its handler decides."""
    some = list(paths)
    if any(_covers(one, path) for one in replacing(kind) for path in some):
        return "replaced"
    return "may be replaced" if any(_covers(one, path) for one in may_replace(kind) for path in some) else "updated"


def _covers(fixed: str, path: str) -> bool:
    """Returns whether a change at the path affects the property; a list in it covers each of its entries."""
    parts, changed = [part for part in fixed.split("/") if part != "*"], path.split("/")
    return parts[: len(changed)] == changed or changed[: len(parts)] == parts


def _with_consequences(
    stack: str, changes: dict[str, ResourceChange], resources: Mapping[str, Mapping[str, Any]]
) -> dict[str, ResourceChange]:
    """Adds the resources that depend on a replaced one: a property gets another value, which may replace them too."""
    todo = [id_ for id_, change in changes.items() if change.effect == "replaced"]
    while todo:
        replaced = todo.pop()
        for id_, resource in resources.items():
            paths = list(_references(resource.get("Properties") or {}, replaced))
            before = changes.get(id_)
            if not paths or id_ == replaced or (before is not None and before.effect == "added"):
                continue
            effect = _effect(str(resource.get("Type")), paths)
            base = before or ResourceChange(stack, id_, name_of(id_, resource), str(resource.get("Type")), "updated")
            if replaced in base.because:
                continue
            is_new = effect == "replaced" and base.effect != "replaced"
            worst = min(base.effect, effect, key=_EFFECTS.index)
            kept = resource.get("UpdateReplacePolicy") in _KEPT and worst != "updated"
            changes[id_] = replace(base, effect=worst, because=(*base.because, replaced), kept=kept)
            todo += [id_] if is_new else []
    return changes


def _references(value: object, logical_id: str, path: str = "") -> Iterator[str]:
    """Yields the paths of values that refer to a resource."""
    if isinstance(value, dict):
        if _refers(value, logical_id):
            yield path
            return
        for key, one in value.items():
            function = key.startswith("Fn::")
            yield from _references(one, logical_id, path if function else f"{path}/{key}" if path else str(key))
    elif isinstance(value, list):
        for one in value:
            yield from _references(one, logical_id, path)


def _refers(value: Mapping[str, Any], logical_id: str) -> bool:
    if value.get("Ref") == logical_id:
        return True
    attribute = value.get("Fn::GetAtt")
    if (attribute[:1] == [logical_id]) if isinstance(attribute, list) else str(attribute).startswith(f"{logical_id}."):
        return True
    text = value.get("Fn::Sub")
    text = text[0] if isinstance(text, list) and text else text
    return isinstance(text, str) and re.search(rf"\$\{{{re.escape(logical_id)}(?:\.[^}}]*)?\}}", text) is not None
