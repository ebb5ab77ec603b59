"""DescribeStacks of a stack in progress, which the CDK CLI waits with."""

import json
import time
from typing import Any

import pytest

from local.aws.ministack import stack_progress
from tests.local.aws_fixtures import AwsUnderTest, Stacks

HANDLE = {"Type": "AWS::CloudFormation::WaitConditionHandle"}


def waiting(seconds: int) -> dict[str, Any]:
    """Nobody signals: the stack fails after so many seconds."""
    properties = {"Handle": {"Ref": "Handle"}, "Timeout": str(seconds), "Count": 1}
    return {"Handle": HANDLE, "Wait": {"Type": "AWS::CloudFormation::WaitCondition", "Properties": properties}}


def create(aws: AwsUnderTest, name: str, seconds: int) -> Any:
    client = aws.client("cloudformation")
    client.create_stack(
        StackName=name, TemplateBody=json.dumps({"Resources": waiting(seconds)}), OnFailure="DO_NOTHING"
    )
    return client


def test_it_is_answered_when_the_stack_is_done(aws: AwsUnderTest, stacks: Stacks) -> None:
    assert stacks
    client = create(aws, "short", 1)
    listed = {one["StackName"]: one["StackStatus"] for one in client.describe_stacks()["Stacks"]}
    assert listed["short"] == "CREATE_IN_PROGRESS"
    (stack,) = client.describe_stacks(StackName="short")["Stacks"]
    assert stack["StackStatus"] == "CREATE_FAILED"
    client.delete_stack(StackName="short")


def test_it_is_answered_after_a_while_if_the_stack_is_not(
    aws: AwsUnderTest, stacks: Stacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stacks
    monkeypatch.setattr(stack_progress, "_LONGEST_SECONDS", 0.5)
    client = create(aws, "long", 4)
    asked = time.monotonic()
    (stack,) = client.describe_stacks(StackName="long")["Stacks"]
    assert stack["StackStatus"] == "CREATE_IN_PROGRESS"
    assert time.monotonic() - asked >= 0.5
    monkeypatch.undo()
    assert client.describe_stacks(StackName="long")["Stacks"][0]["StackStatus"] == "CREATE_FAILED"
    client.delete_stack(StackName="long")
