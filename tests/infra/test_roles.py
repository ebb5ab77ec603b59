"""Who may assume the roles of the templates, and what of them is allowed on every resource."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from emr_eks_placement.infra import state_machines
from tests.infra.conftest import Synthesize
from tests.infra.every_choice import every_choice
from tests.infra.synthesized import Synthesized

Statement = dict[str, Any]

# By service: why its trust has neither aws:SourceArn nor aws:SourceAccount.
WITHOUT_SOURCE = {
    "ec2.amazonaws.com": "that EC2 sends them for an instance profile is not documented (EC2 guide, IAM roles; IAM guide, "
    "confused deputy)",
}
# By action: why it is allowed on every resource, or on all of a kind.
ON_ALL = {
    "logs:DescribeLogGroups": "EMR looks its log group up in the list, and a list has no narrower ARN",
    "emr-containers:CreateVirtualCluster": "what is to be created has no ARN (Service Authorization Reference)",
    "emr-containers:ListVirtualClusters": "a list has no narrower ARN (Service Authorization Reference)",
    **dict.fromkeys(state_machines.LOG, "log deliveries have no ARN (Step Functions guide, logging)"),
    **dict.fromkeys(state_machines.TRACE, "traces have no ARN (Step Functions guide, X-Ray)"),
}


@pytest.fixture(scope="module")
def everything(synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory) -> list[Synthesized]:
    return list(every_choice(synthesize, tmp_path_factory.mktemp("choices")))


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


def test_a_service_assumes_a_role_for_this_account_alone(everything: list[Synthesized]) -> None:
    services = set()
    for statement in (statement for one in everything for statement in trust_statements(one)):
        (service,) = listed(statement["Principal"]["Service"])
        services.add(service)
        keys = {key for values in statement.get("Condition", {}).values() for key in values}
        assert keys <= {"aws:SourceArn", "aws:SourceAccount"}
        assert bool(keys) != (service in WITHOUT_SOURCE), service
        assert not keys or "AWS::AccountId" in json.dumps(statement["Condition"])
    others = {
        "eks.amazonaws.com",
        "eks-fargate-pods.amazonaws.com",
        "lambda.amazonaws.com",
        "scheduler.amazonaws.com",
        "states.amazonaws.com",
        "vpc-flow-logs.amazonaws.com",
    }
    assert services == {*WITHOUT_SOURCE, *others}


def test_what_is_allowed_on_every_resource_has_a_reason(everything: list[Synthesized]) -> None:
    found = set()
    for statement in (statement for one in everything for statement in policy_statements(one)):
        for resource in listed(statement["Resource"]):
            if resource == "*" or ':log-group:*"' in json.dumps(resource):
                found |= set(listed(statement["Action"]))
    assert found == set(ON_ALL)


def test_no_statement_allows_all_actions_of_a_service(everything: list[Synthesized]) -> None:
    for statement in (statement for one in everything for statement in policy_statements(one)):
        assert statement["Effect"] == "Allow"
        assert not [action for action in listed(statement["Action"]) if action.endswith(":*") or action == "*"]
