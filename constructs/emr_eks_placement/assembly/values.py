"""Resolves the intrinsic functions of a template as far as the assembly allows.

Parameters are assumed to have their defaults, and an account's zones to be the region's name with the letters from a;
only the account knows them. Source: CloudFormation template reference, intrinsic functions.
"""

import re
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from emr_eks_placement.assembly.cloud_assembly import Resource, Stack
from emr_eks_placement.assembly.texts import joined, split, substitutions
from emr_eks_placement.common.document_field import Field, Unresolved

_OPEN = Unresolved(None)
_ABSENT = object()  # AWS::NoValue


@dataclass(frozen=True, kw_only=True, repr=False)
class Reference(Unresolved):
    """A value of a resource that is known only after its creation: an attribute, or Ref."""

    resource: Resource
    attribute: str


class Resolver:
    """Resolves values of an assembly's templates to data, with Unresolved for each open value."""

    def __init__(self, stacks: Sequence[Stack]) -> None:
        self._stacks = stacks
        self._followed: set[tuple[str, ...]] = set()

    def resources(self, *kinds: str) -> list[Resource]:
        """Returns the resources of these types in all stacks."""
        return [one for stack in self._stacks for one in stack.resources.values() if one.kind in kinds]

    def properties(self, resource: Resource) -> Field:
        """Returns a resource's resolved properties; their path is that in its template."""
        resolved = self.resolve(resource.stack, resource.properties.value)
        return Field(resolved, resource.properties.path)

    def resolve(self, stack: Stack, value: object) -> object:
        """Returns the resolved value of a template's value, without absent entries."""
        if isinstance(value, list):
            return [one for one in (self.resolve(stack, item) for item in value) if one is not _ABSENT]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Ref" or str(name).startswith("Fn::"):
                function = _FUNCTIONS.get(name)
                found = function(self, stack, argument) if function else _OPEN
                return replace(found, value=value) if isinstance(found, Unresolved) else found
        resolved = ((key, self.resolve(stack, item)) for key, item in value.items())
        return {key: one for key, one in resolved if one is not _ABSENT}

    def _ref(self, stack: Stack, argument: object) -> object:
        name = str(argument)
        if name.startswith("AWS::"):
            known = {"AWS::Region": stack.region, "AWS::AccountId": stack.account, "AWS::StackName": stack.name}
            return _ABSENT if name == "AWS::NoValue" else known.get(name) or _OPEN
        if name in stack.resources:
            return Reference(None, resource=stack.resources[name], attribute="Ref")
        return self._parameter(stack, name)

    def _parameter(self, stack: Stack, name: str) -> object:
        parameter = stack.template["Parameters"][name]
        if stack.parent is not None:
            given = stack.parent.properties["Parameters"][name].value
            if given is not None:
                return self._follow(stack.parent.stack, given, "parameter", stack.id, name)
        kind, default = parameter["Type"].known_text() or "", parameter["Default"].value
        if default is None or kind.startswith("AWS::SSM::Parameter::"):  # an SSM parameter's name is its default
            return _OPEN
        is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
        return [part.strip() for part in default.split(",")] if is_list and isinstance(default, str) else default

    def _attribute(self, stack: Stack, argument: object) -> object:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        match parts:
            case [str(id_), str(attribute)] if id_ in stack.nested and attribute.startswith("Outputs."):
                return self._output(stack.nested[id_], attribute.removeprefix("Outputs."))
            case [str(id_), str(attribute)] if id_ in stack.resources:
                return Reference(None, resource=stack.resources[id_], attribute=attribute)
        return _OPEN

    def _output(self, stack: Stack, name: str) -> object:
        value = stack.template["Outputs"][name]["Value"].value
        return _OPEN if value is None else self._follow(stack, value, "output", stack.id, name)

    def _follow(self, stack: Stack, value: object, *key: str) -> object:
        """Returns the value resolved in another stack; a value that refers to itself stays open."""
        if key in self._followed:
            return _OPEN
        self._followed.add(key)
        try:
            return self.resolve(stack, value)
        finally:
            self._followed.remove(key)

    def _imported(self, stack: Stack, argument: object) -> object:
        name = self.resolve(stack, argument)
        seen = [(one, id_) for known, one, id_ in self._exports if known == name and one.shares_environment(stack)]
        nearest = sorted(seen, key=lambda found: found[0].folder != stack.folder)
        return self._output(*nearest[0]) if nearest else _OPEN

    @cached_property
    def _exports(self) -> list[tuple[str, Stack, str]]:
        """Returns the exports with known names: name, stack and output."""
        outputs = ((stack, *one) for stack in self._stacks for one in stack.template["Outputs"].entries().items())
        named = ((self.resolve(stack, output["Export"]["Name"].value), stack, id_) for stack, id_, output in outputs)
        return [(name, stack, id_) for name, stack, id_ in named if isinstance(name, str)]

    def _stack_output(self, stack: Stack, argument: object) -> object:
        """Resolves Fn::GetStackOutput, the CDK's weak reference to another stack."""
        match self.resolve(stack, argument):
            case {"StackName": str(name), "OutputName": str(output), **rest}:
                region = rest.get("Region", stack.region)
                named = [one for one in self._stacks if one.name == name and one.region == region]
                nearest = sorted(named, key=lambda one: one.folder != stack.folder)
                return self._output(nearest[0], output) if nearest else _OPEN
        return _OPEN

    def _join(self, stack: Stack, argument: object) -> object:
        match argument:
            case [str(separator), items]:
                parts = self.resolve(stack, items)
                return joined(separator, parts) if isinstance(parts, list) else _OPEN
        return _OPEN

    def _split(self, stack: Stack, argument: object) -> object:
        match argument:
            case [str(separator), source] if separator:
                text = self.resolve(stack, source)
                parts = (text,) if isinstance(text, str) else text.parts if isinstance(text, Unresolved) else ()
                return split(separator, parts) if parts and all(map(_is_whole, parts)) else _OPEN
        return _OPEN

    def _select(self, stack: Stack, argument: object) -> object:
        match self.resolve(stack, argument):
            case [str() | int() as index, list(items)] if re.fullmatch("[0-9]{1,3}", str(index), re.ASCII):
                return items[int(index)] if int(index) < len(items) else _OPEN
        return _OPEN

    def _substituted(self, stack: Stack, argument: object) -> object:
        match [argument, {}] if isinstance(argument, str) else argument:
            case [str(text), dict(own)]:
                found = substitutions(text)
                return joined("", [one if name is None else self._named(stack, name, own) for one, name in found])
        return _OPEN

    def _named(self, stack: Stack, name: str, own: Mapping[str, object]) -> object:
        """Resolves ${name} in an Fn::Sub with its own values."""
        if name in own:
            return self.resolve(stack, own[name])
        return self.resolve(stack, {"Fn::GetAtt": name} if "." in name else {"Ref": name})

    def _zones(self, stack: Stack, argument: object) -> object:
        region = self.resolve(stack, argument) or stack.region
        return [region + letter for letter in string.ascii_lowercase] if isinstance(region, str) else _OPEN

    def _mapped(self, stack: Stack, argument: object) -> object:
        match self.resolve(stack, argument):
            case [str(name), str(first), str(second)]:
                found = stack.template["Mappings"][name][first][second].value
                return _OPEN if found is None else found
        return _OPEN


def _is_whole(part: object) -> bool:
    """Returns whether a part of a text is known, or is the id or name from a Ref, which is never split."""
    return isinstance(part, str) or (isinstance(part, Reference) and part.attribute == "Ref")


_FUNCTIONS: Mapping[str, Callable[[Resolver, Stack, object], object]] = {
    "Ref": Resolver._ref,
    "Fn::GetAtt": Resolver._attribute,
    "Fn::ImportValue": Resolver._imported,
    "Fn::GetStackOutput": Resolver._stack_output,
    "Fn::Join": Resolver._join,
    "Fn::Split": Resolver._split,
    "Fn::Select": Resolver._select,
    "Fn::Sub": Resolver._substituted,
    "Fn::GetAZs": Resolver._zones,
    "Fn::FindInMap": Resolver._mapped,
}
