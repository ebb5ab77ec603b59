"""Fills the holes of a grant with names of resources; generated names become patterns."""

import re
from collections.abc import Iterator, Mapping

from emr_eks_placement.assembly.cloud_assembly import Resource, Stack
from emr_eks_placement.assembly.values import Reference, Resolver
from emr_eks_placement.common.document_field import Field, Unresolved
from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.regions import partition

_NAME_PROPERTIES: Mapping[str, str] = {
    "AWS::EKS::Cluster": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Lambda::LayerVersion": "LayerName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SSM::Parameter": "Name",
    "AWS::Scheduler::Schedule": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
# So that another one needs no new policy.
_NAMED_AFTER_STACK = ("AWS::Scheduler::Schedule", "AWS::StepFunctions::StateMachine")
_IDS: Mapping[str, str] = {"AWS::KMS::Key": "*-*-*-*-*"}  # ids of resources without names: those of KMS are UUIDs
# The start of a generated name is not documented for the CloudFormation handlers of these types: it is the stack's name,
# as for the other types, or the logical id, as in the public handlers in aws-cloudformation's repositories.
_MAYBE_BY_LOGICAL_ID: Mapping[str, str] = {
    "AWS::EKS::Cluster": "",
    "AWS::Lambda::LayerVersion": "",
    "AWS::Logs::LogGroup": "",
    "AWS::SSM::Parameter": "CFN-",
    "AWS::Scheduler::Schedule": "",
    "AWS::StepFunctions::StateMachine": "",
}
# The least number of characters of the stack's name and of the logical id in a generated name (IdentifierUtils.fairSplit in
# aws-cloudformation/cloudformation-cli-java-plugin, for names of at most 63; 40 without the stack's name).
_KEPT_OF_EACH, _KEPT_WITHOUT_STACK = 24, 23
_PATH = 2  # segments of a parameter's name to keep, so that another parameter in the same folder needs no new policy


class Names:
    """The names in an assembly. account: its number, or * if unknown."""

    def __init__(self, resolver: Resolver, account: str | None) -> None:
        self._resolver = resolver
        self._account = account

    def of_hole(self, hole: str, resource: Resource) -> list[str]:
        """Returns the values of a grant's hole for that resource; none if the property is absent.

        Raises RuleError, with the property's path, for a value that is known only at deployment.
        """
        place = self.of_place(resource.stack)
        if hole in place:
            return [place[hole]]
        return self._own(resource, of_stack=True) if hole == "name" else self._of_property(resource, hole)

    def of_place(self, stack: Stack) -> dict[str, str]:
        """Returns the holes for the place where a stack is deployed."""
        region = stack.region or "*"
        place = {"partition": partition(region), "region": region, "account": self._account_of(stack)}
        return {**place, "stack": stack.name or "*"}

    def _account_of(self, stack: Stack) -> str:
        return self._account or stack.account or "*"

    def _own(self, resource: Resource, *, of_stack: bool) -> list[str]:
        if resource.kind not in _NAME_PROPERTIES:
            return [_IDS.get(resource.kind, "*")]
        given = self._of_property(resource, _NAME_PROPERTIES[resource.kind])
        if resource.kind == "AWS::SSM::Parameter" and given:
            return [_below_path(name) for name in given]
        if resource.kind in _NAMED_AFTER_STACK and resource.stack.name:
            stack = f"{resource.stack.name}-"
            given = list(dict.fromkeys(f"{stack}*" if name.startswith(stack) else name for name in given))
        return given or list(_made_up(resource, of_stack=of_stack))

    def has(self, resource: Resource, path: str) -> bool:
        """Returns whether the resource has the property, and its value is not false."""
        fields = _fields(self._resolver.properties(resource), path.split("."))
        return any(field.value not in (None, False, "false") for field in fields)

    def _of_property(self, resource: Resource, path: str) -> list[str]:
        found: dict[str, None] = {}
        for value in _fields(self._resolver.properties(resource), path.split(".")):
            patterns = list(self._patterns(resource.stack, value.value))
            if "*" in patterns:
                raise RuleError(
                    value.value.value if isinstance(value.value, Unresolved) else value.value,
                    f"what it names is known only at deployment, so no permission of {resource.kind} can be limited to it",
                    "Write the name itself, or set a default for its parameter",
                    path=value.path,
                )
            found.update(dict.fromkeys(patterns))
        return list(found)

    def _patterns(self, stack: Stack, value: object) -> Iterator[str]:
        match value:
            case None:
                return
            case Reference():
                yield from self._own(value.resource, of_stack=False)
            case Unresolved(value={"Fn::If": [_, one, other]}):
                for branch in (one, other):
                    yield from self._patterns(stack, self._branch(stack, branch))
            case Unresolved(parts=parts):
                yield _resource_part("".join(self._part(stack, part) for part in parts) or "*")
            case _:
                yield _resource_part(str(value))

    def _branch(self, stack: Stack, value: object) -> object:
        return None if value == {"Ref": "AWS::NoValue"} else self._resolver.resolve(stack, value)

    def _part(self, stack: Stack, part: object) -> str:
        match part:
            case str():
                return part
            case Unresolved(value={"Ref": "AWS::AccountId"}):
                return self._account_of(stack)
        return "*"


def _fields(field: Field, path: list[str]) -> Iterator[Field]:
    """Yields the fields at the path; at a list on the way, those of every item."""
    if isinstance(field.value, list):
        for item in field.items():
            yield from _fields(item, path)
    elif path:
        yield from _fields(field[path[0]], path[1:])
    else:
        yield field


def _made_up(resource: Resource, *, of_stack: bool) -> Iterator[str]:
    """Yields the name that CloudFormation generates: STACK-LOGICALID-RANDOM, cut to its maximum length.

    of_stack: the start that the names of all resources of the stack share.
    """
    stack = re.sub("-{2,}", "-", (resource.stack.name or "*").lstrip("-"))
    whole = len(stack) <= _KEPT_OF_EACH
    logical_id = resource.logical_id[:_KEPT_OF_EACH] if whole and not of_stack else ""
    name = f"{stack}-{logical_id}*" if whole else f"{stack[:_KEPT_OF_EACH]}*"
    yield name.lower() if resource.kind == "AWS::S3::Bucket" else name
    if resource.kind in _MAYBE_BY_LOGICAL_ID:
        yield f"{_MAYBE_BY_LOGICAL_ID[resource.kind]}{resource.logical_id[:_KEPT_WITHOUT_STACK]}*"


def _below_path(name: str) -> str:
    segments = name.strip("/").split("/")
    return "/".join([*segments[:_PATH], "*"] if len(segments) > _PATH else segments)


def _resource_part(text: str) -> str:
    """Returns the name in an ARN, with its path; other texts unchanged."""
    found = re.fullmatch(r"arn:[^:]*:[^:]*:[^:]*:[^:]*:[\w-]+[:/](.+)", text)
    return found[1] if found else text
