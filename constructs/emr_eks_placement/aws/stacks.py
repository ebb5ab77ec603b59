"""The deployed stacks of an environment."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from emr_eks_placement.aws.errors import aws_errors
from emr_eks_placement.aws.session import client

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import StackTypeDef


def read_stacks(
    session: boto3.Session, environment: str, parts: Iterable[str]
) -> dict[str, Mapping[str, tuple[str, ...]]]:
    """Returns the names of the existing stacks <environment>-<part>, with the physical ids of their resources by type.

    Calls cloudformation:ListStackResources. Raises botocore's errors unchanged.
    """
    cloudformation: CloudFormationClient = client(session, "cloudformation")
    stacks = {f"{environment}-{part}": _resources(cloudformation, f"{environment}-{part}") for part in parts}
    return {name: resources for name, resources in stacks.items() if resources}


def own_resources(session: boto3.Session, environment: str, part: str, *resource_types: str) -> tuple[str, ...]:
    """Returns the physical ids of these types in the stack <environment>-<part>; none if it is not deployed.

    Raises InputError if cloudformation:ListStackResources fails.
    """
    with aws_errors(f"environment {environment}"):
        stacks = read_stacks(session, environment, [part])
    return tuple(id_ for stack in stacks.values() for kind in resource_types for id_ in stack.get(kind, ()))


def stack_status(cloudformation: "CloudFormationClient", stack: str) -> str | None:
    """Returns the status of a stack (cloudformation:DescribeStacks); None if it does not exist, which CloudFormation
    reports only by its message. Raises botocore's errors unchanged."""
    found = described_stack(cloudformation, stack)
    return found["StackStatus"] if found else None


def described_stack(cloudformation: "CloudFormationClient", stack: str) -> "StackTypeDef | None":
    """Returns the full description of a stack, as `stack_status` does its status."""
    try:
        return cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in error.response["Error"].get("Message", ""):
            return None
        raise


def _resources(cloudformation: "CloudFormationClient", stack: str) -> Mapping[str, tuple[str, ...]]:
    """Returns None if the stack does not exist, which CloudFormation reports only by its message."""
    found: dict[str, tuple[str, ...]] = {}
    try:
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
            for resource in page["StackResourceSummaries"]:
                if resource["ResourceStatus"] != "DELETE_COMPLETE" and resource.get("PhysicalResourceId"):
                    kind = resource["ResourceType"]
                    found[kind] = (*found.get(kind, ()), resource["PhysicalResourceId"])
    except ClientError as error:
        if "does not exist" in error.response["Error"].get("Message", ""):
            return {}
        raise
    return found
