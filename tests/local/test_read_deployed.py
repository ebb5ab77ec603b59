"""What is deployed of an environment, read from its stacks' templates in the local AWS."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from emr_eks_placement.aws.deployed_environment import read_deployed
from emr_eks_placement.changes import METADATA_KEY, Deployed, JobRunsRecord, PlatformRecord, VirtualClustersRecord
from emr_eks_placement.common.errors import InputError
from local.aws.ministack.settings import enforcing_iam
from stacks import comparison
from tests.local.aws_fixtures import Stacks
from tests.local.reading import Account
from tests.unit.environments import environment

_ACCOUNT = "000000000000"
_PLATFORM = {"zones": ["us-east-1a", "us-east-1b"], "cidr": "10.0.0.0/16", "version": "1.35"}
_FINE = {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}}
_FAILING = {
    "Nat": {"Type": "AWS::EC2::NatGateway", "Properties": {"SubnetId": "subnet-0", "AllocationId": "eipalloc-0"}}
}


def _create(stacks: Stacks, part: str, record: Any, resources: dict[str, Any] = _FINE) -> str:
    name = f"read-{part}"
    stacks.created.append(name)
    template = {"Metadata": {METADATA_KEY: record} if record else {"other": 1}, "Resources": resources}
    stacks.client.create_stack(StackName=name, TemplateBody=json.dumps(template))
    return stacks.settled(name)


def test_nothing_is_deployed(account: Account) -> None:
    assert read_deployed(account.session(), "read", _ACCOUNT) == Deployed()


def test_records_are_read_back(account: Account, stacks: Stacks) -> None:
    _create(stacks, "platform", _PLATFORM)
    _create(stacks, "virtual-clusters", {"namespaces": {"a": "b"}, "fargate_profiles": {"a": "0"}})
    assert read_deployed(account.session(), "read", _ACCOUNT) == Deployed(
        platform=PlatformRecord(zones=("us-east-1a", "us-east-1b"), cidr="10.0.0.0/16", version="1.35"),
        virtual_clusters=VirtualClustersRecord(namespaces={"a": "b"}, fargate_profiles={"a": "0"}),
    )


def test_the_definition_stacks_that_exist_are_found_by_the_first(account: Account, stacks: Stacks) -> None:
    _create(stacks, "job-runs", {"definition_stacks": {"spark": 3}})
    _create(stacks, "job-runs-spark-1", None)
    _create(stacks, "job-runs-spark-3", None, _FAILING)
    _create(stacks, "job-runs-reports-1", None)  # of which the first stack does not know
    assert read_deployed(account.session(), "read", _ACCOUNT) == Deployed(
        job_runs=JobRunsRecord(definition_stacks={"spark": 3}), definition_stacks=("job-runs-spark-1",)
    )


def test_definitions_are_outdated_when_the_virtual_clusters_are_created_after_them(
    account: Account, stacks: Stacks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(comparison, "aws_session", lambda **_: account.session())

    def warnings() -> str:
        comparison.compare(environment(name="read"), _ACCOUNT)
        return capsys.readouterr().err

    def outdated() -> tuple[str, ...]:
        return read_deployed(account.session(), "read", _ACCOUNT).outdated

    _create(stacks, "virtual-clusters", {"namespaces": {"a": "b"}})
    _create(stacks, "job-runs", {"definition_stacks": {"spark": 1}})
    _create(stacks, "job-runs-spark-1", None)
    assert outdated() == ()
    assert not warnings()
    stacks.delete("read-virtual-clusters")
    _create(stacks, "virtual-clusters", {"namespaces": {"a": "b"}})
    assert outdated() == ("job-runs", "job-runs-spark-1")
    assert "Delete it, cdk destroy read-job-runs-spark-1 -c environment=read, and deploy again." in warnings()


def test_a_stack_that_failed_to_be_created_is_not_compared(account: Account, stacks: Stacks) -> None:
    assert _create(stacks, "platform", _PLATFORM, _FAILING) == "ROLLBACK_COMPLETE"
    assert read_deployed(account.session(), "read", _ACCOUNT) == Deployed()


def test_a_stack_without_a_record_is_not_compared(account: Account, stacks: Stacks) -> None:
    _create(stacks, "platform", None)
    assert read_deployed(account.session(), "read", _ACCOUNT) == Deployed()


@pytest.mark.parametrize("record", [{"zones": 1}, {"cidr": "10.0.0.0/16"}, ["zones"]])
def test_an_invalid_record_is_reported(account: Account, stacks: Stacks, record: Any) -> None:
    _create(stacks, "platform", record)
    with pytest.raises(InputError, match=f"the template's {METADATA_KEY} metadata is not as this package writes it"):
        read_deployed(account.session(), "read", _ACCOUNT)


def test_another_account_is_reported(account: Account) -> None:
    with pytest.raises(
        InputError, match="are those of account 000000000000, and the stacks are deployed to 111122223333"
    ):
        read_deployed(account.session(), "read", "111122223333")


@pytest.mark.parametrize("denied", ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"])
def test_a_denied_read_is_reported(account: Account, stacks: Stacks, user: Callable[..., str], denied: str) -> None:
    _create(stacks, "platform", _PLATFORM)
    allowed = {"sts:GetCallerIdentity", "cloudformation:DescribeStacks", "cloudformation:GetTemplate"} - {denied}
    reader = user(*allowed)
    with enforcing_iam(), pytest.raises(InputError, match=f"{denied} is denied"):
        read_deployed(account.session(reader), "read", _ACCOUNT)
