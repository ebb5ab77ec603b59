"""MiniStack's CloudFormation asks somebody before it calls its services, which it does without IAM."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from local.aws.ministack import names

Properties = Mapping[str, Any]


class Overseer(Protocol):
    """Gets what a stack does. `ValueError` with the text of the stack event refuses it."""

    def created(self, kind: str, physical_id: str, properties: Properties, attributes: Properties) -> None:
        """A resource was created, and goes again if it is refused."""

    def update(self, kind: str, physical_id: str, properties: Properties) -> None:
        """A resource will get these properties."""

    def delete(self, kind: str, physical_id: str, properties: Properties) -> None:
        """A resource will be deleted."""

    def read_parameter(self, name: str) -> None:
        """An SSM parameter will be read, which a template's parameter names."""

    def read_stack(self, name: str) -> None:
        """A stack's outputs will be read, by Fn::GetStackOutput."""


@contextlib.contextmanager
def overseen(overseer: Overseer) -> Iterator[None]:
    """Ask the overseer about whatever a stack does, until the end of the block."""
    stacks, ssm = names.stacks, names.ssm
    provision, update, delete = stacks._provision_resource, stacks._update_resource, stacks._delete_resource
    resolve, resolve_functions = ssm.resolve_parameter_value, stacks._resolve_refs

    def overseen_provision(kind: str, logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Any]:
        physical_id, attributes = provision(kind, logical_id, properties, stack_name)
        try:
            overseer.created(kind, physical_id, properties, attributes or {})
        except Exception:
            delete(kind, physical_id, properties, stack_name, logical_id)
            raise
        return physical_id, attributes

    def overseen_update(kind: str, physical_id: str, old: Properties, new: Properties, *where: Any) -> Any:
        if old != new:
            overseer.update(kind, physical_id, new)
        new_id, attributes = update(kind, physical_id, old, new, *where)
        if new_id != physical_id:
            overseer.created(kind, new_id, new, attributes or {})
        return new_id, attributes

    def overseen_delete(kind: str, physical_id: str, properties: Properties, *where: Any) -> Any:
        overseer.delete(kind, physical_id, properties)
        return delete(kind, physical_id, properties, *where)

    def overseen_resolve(name: str, *more: Any) -> Any:
        overseer.read_parameter(name)
        return resolve(name, *more)

    def overseen_functions(value: Any, *where: Any) -> Any:
        _tell(overseer.read_stack, _read_stacks(value))
        return resolve_functions(value, *where)

    with contextlib.ExitStack() as undo:
        for owner, name, value in (
            (stacks, "_provision_resource", overseen_provision),
            (stacks, "_update_resource", overseen_update),
            (stacks, "_delete_resource", overseen_delete),
            (stacks, "_resolve_refs", overseen_functions),
            (ssm, "resolve_parameter_value", overseen_resolve),
        ):
            undo.enter_context(names.replaced_attribute(owner, name, value))
        yield


def _tell(listener: Callable[[str], None], names_read: Iterator[str]) -> None:
    for name in names_read:
        listener(name)


def _read_stacks(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "Fn::GetStackOutput" in value:
            yield str(value["Fn::GetStackOutput"]["StackName"])
        for one in value.values():
            yield from _read_stacks(one)
    elif isinstance(value, list):
        for one in value:
            yield from _read_stacks(one)
