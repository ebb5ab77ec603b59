"""Who may assume the roles of the templates, and what of them is allowed on every resource."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infra.conftest import NAMES, Synthesize
from tests.infra.synthesized import Synthesized
from tests.infra.test_network_choices import CHOICES, Choices

Statement = dict[str, Any]

# By service: why its trust has neither aws:SourceArn nor aws:SourceAccount.
WITHOUT_SOURCE = {
    "ec2.amazonaws.com": "that EC2 sends them for an instance profile is not documented (EC2 guide, IAM roles; IAM guide, "
    "confused deputy)",
}
# By action: why it is allowed on every resource, or on all of a kind.
ON_ALL = {
    "logs:DescribeLogGroups": "EMR looks its log group up in the list, and a list has no narrower ARN",
}


@pytest.fixture(scope="module", params=[*NAMES, *CHOICES])
def one(
    request: pytest.FixtureRequest, synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory
) -> Synthesized:
    if request.param in CHOICES:
        return Choices(tmp_path_factory.mktemp("choices"))(request.param)
    return synthesize(request.param)


def trust_statements(one: Synthesized) -> Iterator[Statement]:
    for role in one.properties("AWS::IAM::Role"):
        document = role["AssumeRolePolicyDocument"]
        yield from document.get("Statement", [])  # a job execution role's is Fn::Sub of its text


def policy_statements(one: Synthesized) -> Iterator[Statement]:
    documents = [policy["PolicyDocument"] for policy in one.properties("AWS::IAM::Policy")]
    for role in one.properties("AWS::IAM::Role"):
        documents += [policy["PolicyDocument"] for policy in role.get("Policies", [])]
    for document in documents:
        yield from document["Statement"]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_a_service_assumes_a_role_for_this_account_alone(one: Synthesized) -> None:
    services = set()
    for statement in trust_statements(one):
        (service,) = listed(statement["Principal"]["Service"])
        services.add(service)
        keys = [key for values in statement.get("Condition", {}).values() for key in values]
        assert bool(keys) != (service in WITHOUT_SOURCE), service
        assert set(keys) <= {"aws:SourceArn", "aws:SourceAccount"}
        assert not keys or "AWS::AccountId" in json.dumps(statement["Condition"])
    assert services >= {
        "ec2.amazonaws.com",
        "eks.amazonaws.com",
        "eks-fargate-pods.amazonaws.com",
        "lambda.amazonaws.com",
    }


def test_what_is_allowed_on_every_resource_has_a_reason(one: Synthesized) -> None:
    found = set()
    for statement in policy_statements(one):
        for resource in listed(statement["Resource"]):
            text = json.dumps(resource)
            # An ARN of a bucket's or log group's own ends in :* or /*, which leaves no other one to it.
            if resource == "*" or ':log-group:*"' in text:
                found |= set(listed(statement["Action"]))
    assert found == {action for action in ON_ALL if any(vc.logs.cloudwatch for vc in clusters(one))}


def clusters(one: Synthesized) -> list[Any]:
    return list(one.environment.virtual_clusters.values())


def test_no_statement_allows_all_actions_of_a_service(one: Synthesized) -> None:
    for statement in policy_statements(one):
        assert statement["Effect"] == "Allow"
        assert not [action for action in listed(statement["Action"]) if action.endswith((":*", "*:*")) or action == "*"]
