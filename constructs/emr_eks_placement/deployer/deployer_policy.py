"""Derives the IAM policies for a deployment by the CDK CLI from a cloud assembly."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from emr_eks_placement.assembly.cloud_assembly import Resource, Stack, load_stacks
from emr_eks_placement.assembly.values import Resolver
from emr_eks_placement.common.errors import Finding, InputError, RuleError, finding, refused
from emr_eks_placement.deployer.caller import caller_policy
from emr_eks_placement.deployer.names import Names
from emr_eks_placement.deployer.statements import Policy, Statements, policies
from emr_eks_placement.facts.deployment import CUSTOM_RESOURCE, GRANTS, Grant, arn, grant

_NOTHING_IS_CALLED = ("AWS::CDK::Metadata",)
_ACCOUNT = re.compile("[0-9]{12}", re.ASCII)


class DeployerPolicies(NamedTuple):
    """The policies. execution: of the role that CloudFormation deploys with; caller: of the user who runs the CDK CLI."""

    execution: list[Policy]
    caller: Policy


def deployer_policies(folder: Path, account: str | None = None) -> DeployerPolicies:
    """Returns the policies to deploy, change and delete the stacks of a cloud assembly.

    folder: written by `cdk synth`; account: its 12 digits, by default from the assembly; if neither has it, ARNs
    contain *. Raises InputError if the folder is no assembly, for a resource type with unknown permissions, and for a
    resource whose name is known only at deployment.
    """
    if account is not None and not _ACCOUNT.fullmatch(account):
        raise refused("--account", account, "an AWS account is 12 digits", "Write for example 111122223333")
    stacks = load_stacks(folder)
    try:
        execution = policies(_execution(stacks, account).write())
    except RuleError as broken:
        raise InputError([finding(str(folder), broken)]) from None
    except RecursionError:
        raise refused(
            str(folder), None, "its values are nested too deeply to be read", "Synthesize the app again: cdk synth"
        ) from None
    return DeployerPolicies(execution, caller_policy(folder, account))


def _execution(stacks: list[Stack], account: str | None) -> Statements:
    names = Names(Resolver(stacks), account)
    statements, findings = Statements(), list[Finding]()
    for stack in stacks:
        for resource in stack.resources.values():
            try:
                for needed in _grants(resource):
                    if needed.when is None or names.has(resource, needed.when):
                        statements.add(needed, partial(names.of_hole, resource=resource))
            except RuleError as broken:
                path = broken.path or ("Resources", resource.logical_id, "Type")
                findings.append(finding(str(stack.file), broken, path=path))
        place = names.of_place(stack)
        for needed in (*_parameters(stack), *_outputs_of_others(stack)):
            statements.add(needed, partial(_only, place))
    if findings:
        raise InputError(findings)
    return statements


def _only(names: Mapping[str, str], hole: str) -> list[str]:
    return [names[hole]]


def _grants(resource: Resource) -> tuple[Grant, ...]:
    if resource.kind in _NOTHING_IS_CALLED:
        return ()
    if resource.kind.startswith("Custom::"):
        return CUSTOM_RESOURCE
    if resource.kind not in GRANTS:
        raise RuleError(
            resource.kind,
            "the permissions of this resource type are not known: only those of this package's constructs are",
            "Grant the permissions in the registry's schema of the type by hand",
        )
    return GRANTS[resource.kind]


def _parameters(stack: Stack) -> Iterator[Grant]:
    """Yields the SSM parameters of a template's parameters, which CloudFormation reads (CloudFormation guide, SSM
    parameter types)."""
    for parameter in stack.template["Parameters"].entries().values():
        name = parameter["Default"].known_text()
        if (parameter["Type"].known_text() or "").startswith("AWS::SSM::Parameter::") and name:
            yield grant("ssm", "GetParameters", arn("ssm", f"parameter/{name.strip('/')}"))


def _outputs_of_others(stack: Stack) -> Iterator[Grant]:
    """Yields the stacks whose outputs a template uses, which CloudFormation reads (CloudFormation guide,
    Fn::GetStackOutput)."""
    for name in sorted(set(_named_stacks(stack.template.value))):
        yield grant("cloudformation", "DescribeStacks", arn("cloudformation", f"stack/{name}/*"))


def _named_stacks(value: object) -> Iterator[str]:
    match value:
        case {"Fn::GetStackOutput": {"StackName": str(name)}}:
            yield name
        case dict():
            for one in value.values():
                yield from _named_stacks(one)
        case list():
            for one in value:
                yield from _named_stacks(one)
