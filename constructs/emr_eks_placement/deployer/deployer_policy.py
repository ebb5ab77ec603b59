"""Derives the IAM policies for a deployment by the CDK CLI from a cloud assembly."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from emr_eks_placement.assembly.cloud_assembly import Resource, Stack, load_stacks
from emr_eks_placement.assembly.values import Resolver
from emr_eks_placement.common.document_field import Field, read_json
from emr_eks_placement.common.errors import Finding, InputError, RuleError, finding, placed_at, refused
from emr_eks_placement.deployer.names import Names
from emr_eks_placement.deployer.statements import Policy, Statements, policies
from emr_eks_placement.facts.deployment import CUSTOM_RESOURCE, GRANTS, Grant, arn, grant
from emr_eks_placement.facts.regions import partition

_NOTHING_IS_CALLED = ("AWS::CDK::Metadata",)
_ACCOUNT = re.compile("[0-9]{12}", re.ASCII)
_MEND = "Name the folder that cdk synth writes, by default cdk.out"


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


def caller_policy(folder: Path, account: str | None) -> Policy:
    """Returns the policy to assume the roles in the manifests of a cloud assembly: to deploy, to look up, to upload
    files.

    Raises InputError if the folder is no assembly.
    """
    roles = sorted({_arn(role, region, account) for role, region in _roles(folder)})
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": roles}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _roles(folder: Path) -> Iterator[tuple[str, str]]:
    """Yields every role with its region; * if the region is open until the deployment."""
    file = folder / "manifest.json"
    with placed_at(str(file)):
        for artifact in read_json(file, _MEND)["artifacts"].entries().values():
            kind, properties = artifact["type"].text(), artifact["properties"]
            if kind == "cdk:cloud-assembly":
                yield from _roles(folder / properties["directoryName"].text())
            elif kind == "aws:cloudformation:stack":
                region = artifact["environment"].text().rpartition("/")[2]
                for role in (properties["assumeRoleArn"], properties["lookupRole"]["arn"]):
                    yield from _named(role, region)
            elif kind == "cdk:asset-manifest":
                yield from _publishing_roles(folder / properties["file"].text())


def _publishing_roles(file: Path) -> Iterator[tuple[str, str]]:
    with placed_at(str(file)):
        assets = read_json(file, _MEND)
        for kind in ("files", "dockerImages"):
            for asset in assets[kind].entries().values():
                for destination in asset["destinations"].entries().values():
                    yield from _named(destination["assumeRoleArn"], destination["region"].text("unknown-region"))


def _named(role: Field, region: str) -> Iterator[tuple[str, str]]:
    if role.value is not None:
        yield role.text(), "*" if region == "unknown-region" else region


def _arn(role: str, region: str, account: str | None) -> str:
    """Returns the role's ARN with the CDK's placeholders filled in."""
    filled = {"Partition": partition(region), "AccountId": account or "*", "Region": region}
    for name, value in filled.items():
        role = role.replace(f"${{AWS::{name}}}", value)
    return role
