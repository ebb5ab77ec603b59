"""CloudFormation resource types: new ones, and additions to those MiniStack has."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from emr_eks_placement.facts.create_only import replacing
from local.aws.ministack import names

Properties = Mapping[str, Any]
Attributes = dict[str, Any]
Created = tuple[str, Attributes]
"""A resource's physical id (what `Ref` gives) and its attributes (what `Fn::GetAtt` gives)."""


@dataclass(frozen=True)
class ResourceType:
    """A CloudFormation resource type.

    `create(logical_id, properties, stack_name)` and `delete(physical_id, properties)` raise `ValueError` with the text
    of the stack event. A change of a property that can only be set at creation (`replacing`) replaces the resource:
    CloudFormation creates the new one before it deletes the old one, so an unchanged name lets the update fail, as on AWS.
    Any other change calls `update(physical_id, new_properties)`, which returns all attributes; without it, only tags may
    change, and the attributes remain.
    """

    name: str
    create: Callable[[str, Properties, str], Created]
    delete: Callable[[str, Properties], None]
    update: Callable[[str, Properties], Attributes] | None = None
    tags: Literal["list", "map"] | None = "list"
    may_wait: bool = False
    """Whether the handlers may block; they then run outside the gateway's event loop."""


def by_id(delete: Callable[[str], None]) -> Callable[[str, Properties], None]:
    """A deletion that needs no properties."""
    return lambda physical_id, _properties: delete(physical_id)


def generated_name(stack_name: str, logical_id: str, max_length: int) -> str:
    """Returns a name that CloudFormation generates; a replacement gets a new one."""
    return str(names.provisioners._physical_name(stack_name, logical_id, max_len=max_length))


def _handlers(resource_type: ResourceType) -> dict[str, Any]:
    handlers: dict[str, Any] = {"create": resource_type.create, "delete": resource_type.delete}
    change = resource_type.update
    if change is None:
        return handlers

    def update(
        physical_id: str, _old: Properties, new: Properties, _stack_name: str, _logical_id: str | None
    ) -> Created:
        return physical_id, change(physical_id, new)

    return {**handlers, "update": update, "update_with_logical_id": True}


@contextlib.contextmanager
def registered(resource_types: list[ResourceType]) -> Iterator[None]:
    """Let CloudFormation provision these types."""
    waiting = {resource_type.name for resource_type in resource_types if resource_type.may_wait}
    runs_elsewhere = names.stacks._runs_on_worker_thread
    with contextlib.ExitStack() as undo:
        for resource_type in resource_types:
            for table, entry in (
                (names.provisioners._RESOURCE_HANDLERS, _handlers(resource_type)),
                (names.provisioners._REPLACING_PROPERTIES, replacing(resource_type.name)),
            ):
                undo.enter_context(names.added_item(table, resource_type.name, entry))
            if resource_type.tags:
                tag_property = ("Tags", resource_type.tags)
                undo.enter_context(
                    names.added_item(names.provisioners._STACK_TAG_PROPERTY, resource_type.name, tag_property)
                )
        undo.enter_context(
            names.replaced_attribute(
                names.stacks, "_runs_on_worker_thread", lambda name: name in waiting or runs_elsewhere(name)
            )
        )
        yield


@dataclass(frozen=True)
class Completion:
    """What a type that MiniStack provisions lacks.

    `check(properties)` raises `ValueError` for properties that AWS refuses; `complete(physical_id, properties)` fixes the
    record and gives further attributes, after a creation and after an update; `delete` takes the place of MiniStack's.
    `made_up(logical_id, stack_name)` gives the property that is the physical id, which CloudFormation makes up where a template
    has none; an update keeps it.
    """

    type_name: str
    complete: Callable[[str, Properties], Attributes]
    check: Callable[[Properties], None] | None = None
    delete: Callable[[str, Properties], None] | None = None
    made_up: Callable[[str, str], Properties] | None = None


@contextlib.contextmanager
def completed(completions: list[Completion]) -> Iterator[None]:
    """Complete MiniStack's own resource types."""
    table = names.provisioners._RESOURCE_HANDLERS
    with contextlib.ExitStack() as undo:
        for completion in completions:
            undo.enter_context(
                names.added_item(
                    table, completion.type_name, _completed_handlers(table[completion.type_name], completion)
                )
            )
        yield


def _completed_handlers(original: Mapping[str, Any], completion: Completion) -> dict[str, Any]:
    def finished(created: tuple[str, Attributes | None], properties: Properties) -> Created:
        physical_id, attributes = created
        return physical_id, {**(attributes or {}), **completion.complete(physical_id, properties)}

    def create(logical_id: str, properties: Properties, stack_name: str) -> Created:
        if completion.check:
            completion.check(properties)
        if completion.made_up:
            properties = {**completion.made_up(logical_id, stack_name), **properties}
        return finished(original["create"](logical_id, properties, stack_name), properties)

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str, *where: Any) -> Created:
        if completion.check:
            completion.check(new)
        if completion.made_up:
            (logical_id,) = where
            made = completion.made_up(logical_id, stack_name)
            kept = {name: physical_id for name in made if name not in old}
            old, new = {**kept, **old}, {**made, **kept, **new}
        return finished(original["update"](physical_id, old, new, stack_name, *where), new)

    handlers = {**original, "create": create}
    if "update" in original:
        handlers["update"] = update
    if completion.delete:
        handlers["delete"] = completion.delete
    return handlers


def tag_resource(resource_id: str, properties: Properties) -> None:
    """Store a template's `Tags` list for an EC2 resource."""
    names.provisioners._ec2_apply_tags(resource_id, properties)


def retag_resource(resource_id: str, properties: Properties) -> None:
    """Replace an EC2 resource's tags by a template's `Tags` list."""
    names.ec2._tags[resource_id] = [dict(tag) for tag in properties.get("Tags", [])]
