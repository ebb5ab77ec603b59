"""dev.yaml with all that it can add, deployed by the CDK CLI with no more rights than its deployer policies give.

A proof about the policies' ARNs and conditions, by names, tags and an IAM of the local AWS; what handlers call is what the
registry's schemas say.
"""

import copy
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from emr_eks_placement.aws.bucket import bucket_of, empty_bucket
from emr_eks_placement.deployer import DeployerPolicies, deployer_policies
from local.aws.ministack.settings import enforcing_iam
from local.aws.ministack.verdicts import documents_allow
from local.cdk import CdkCli, CdkError
from local.cluster import LocalCluster
from local.processes import Processes
from tests.changed_environment import changed_environment, synthesize
from tests.deployment_permissions.enforced import DeploymentPermissions, Request, deploying_with

ACCOUNT, REGION = "000000000000", "us-east-1"
EVERYTHING: dict[str, Any] = {
    "network": {"nat_gateways": 2, "interface_endpoints": True, "flow_logs": True},
    "encryption": {"customer_managed_key": True},
    "jobs": {
        "nightly": {
            "virtual_cluster": "spark",
            "entry_point": "s3://example-code/nightly.py",
            "release_label": "emr-7.12.0-latest",
            "placements": {"fargate": {"state_machine": {}, "schedule": {"expression": "rate(1 day)"}}},
        }
    },
}
STACK_TAG = "aws:ResourceTag/aws:cloudformation:stack-name"
# What is left to CloudFormation of other stacks' resources: of those with ids and no names, what a handler may call before
# they have tags, and what is no more than tags; OIDC providers, which EKS names; KMS keys, which have no tags; the parameter
# of the CDK's kubectl handler, which CloudFormation names by its logical id.
WITHOUT_NAME_OR_TAG = {
    *(f"ec2:{direction}SecurityGroup{way}" for direction in ("Authorize", "Revoke") for way in ("Egress", "Ingress")),
    *(f"ec2:UpdateSecurityGroupRuleDescriptions{way}" for way in ("Egress", "Ingress")),
    *("ec2:CreateFlowLogs", "ec2:CreateSecurityGroup", "ec2:CreateTags", "ec2:DeleteTags", "ec2:DescribeVpcAttribute"),
    "ec2:RunInstances",
    *("ec2:ModifySubnetAttribute", "ec2:ModifyVpcAttribute", "ec2:ModifyVpcEndpoint", "ec2:ModifyVpcTenancy"),
    *(f"emr-containers:{action}" for action in ("DescribeVirtualCluster", "ListTagsForResource")),
    *(f"emr-containers:{action}" for action in ("TagResource", "UntagResource")),
    *(f"ssm:{action}" for action in ("DeleteParameter", "GetParameters", "ListTagsForResource", "PutParameter")),
    *("ssm:AddTagsToResource", "ssm:RemoveTagsFromResource"),
}
ROLE = f"cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-{REGION}"


@dataclass(frozen=True)
class Deployer:
    """The user of the CDK CLI, with the policies for it and for CloudFormation's role."""

    environment: str
    cli: CdkCli
    policies: DeployerPolicies
    keys: dict[str, str]
    session: boto3.Session


class ProcessesWithKeys(Processes):
    """Runs programs with these keys. In the environment of this process MiniStack would take them for root's."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        super().__init__()
        self._keys = keys

    def run(self, command: Sequence[str], *, seconds: float | None = None, **options: Any) -> tuple[int, str, str]:
        """Runs a command as Processes does."""
        return super().run(command, seconds=seconds, **{**options, "env": {**options["env"], **self._keys}})


@pytest.fixture(scope="module")
def deployer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployer]:
    folder = tmp_path_factory.mktemp("deployer")
    environment = changed_environment(folder, **EVERYTHING)
    cli = CdkCli(environment.name, synthesize(environment, folder / "cdk.out"), folder / "cdk.log")
    with LocalCluster(folder, region=REGION) as local:
        made = deployer_policies(cli.assembly, ACCOUNT)
        iam = local.session.client("iam")
        arns = [
            iam.create_policy(PolicyName=f"deployer-{number}", PolicyDocument=json.dumps(policy))["Policy"]["Arn"]
            for number, policy in enumerate(made.execution, 1)
        ]
        cli.bootstrap(ACCOUNT, REGION, execution_policies=arns)
        iam.create_user(UserName="deployer")
        iam.put_user_policy(UserName="deployer", PolicyName="caller", PolicyDocument=json.dumps(made.caller))
        key = iam.create_access_key(UserName="deployer")["AccessKey"]
        keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        yield Deployer(environment.name, cli, made, keys, local.session)


@pytest.fixture(scope="module")
def asked(deployer: Deployer) -> dict[Request, bool]:
    """What CloudFormation asked the role for, to create, change and delete every resource."""
    assembly = deployer.cli.assembly
    cli = CdkCli(deployer.environment, assembly, assembly.with_name("deployer.log"), ProcessesWithKeys(deployer.keys))
    with enforcing_iam(), deploying_with(ROLE, ACCOUNT, REGION) as permissions:
        cli.deploy(assembly.with_name("outputs.json"))
        cli.assert_no_difference()
        permissions.change_everything()
        empty_bucket(deployer.session, str(bucket_of(deployer.session, deployer.environment)))
        cli.destroy()
    return permissions.requests


def statements(policies: DeployerPolicies) -> list[dict[str, Any]]:
    return [statement for policy in policies.execution for statement in policy["Statement"]]


def denied(allowed: list[dict[str, Any]], asked: Iterable[Request]) -> list[Request]:
    document = {"Version": "2012-10-17", "Statement": allowed}
    return [
        one for one in asked if not documents_allow([document], ACCOUNT, REGION, one.action, one.arn, dict(one.context))
    ]


def test_the_policies_are_enough_to_deploy_and_to_destroy(asked: dict[Request, bool], deployer: Deployer) -> None:
    assert len(asked) > 500
    assert all(asked.values())
    assert not denied(statements(deployer.policies), asked)
    left = deployer.session.client("cloudformation").describe_stacks()["Stacks"]
    assert [stack["StackName"] for stack in left] == ["CDKToolkit"]


def test_every_action_of_every_statement_is_needed(asked: dict[Request, bool], deployer: Deployer) -> None:
    whole = statements(deployer.policies)
    assert {statement["Effect"] for statement in whole} == {"Allow"}, (
        "what no statement allows by itself, none allow together"
    )
    allowed = [asked.keys() - denied([statement], asked) for statement in whole]
    allowing = Counter(request for requests in allowed for request in requests)
    for statement, requests in zip(whole, allowed, strict=True):
        by_this_alone = [request for request in requests if allowing[request] == 1]
        for action in statement["Action"]:
            others = [one for one in statement["Action"] if one != action]
            less = [{**statement, "Action": others}] if others else []
            assert denied(less, by_this_alone), (action, statement["Resource"])


@pytest.mark.parametrize(
    ("mine", "other"), [("changed", "other"), (REGION, "eu-west-1"), (ACCOUNT, "111122223333")], ids=str
)
def test_another_environment_is_out_of_reach(
    mine: str, other: str, asked: dict[Request, bool], deployer: Deployer
) -> None:
    """The same requests, for stacks of another name, in another region or account."""
    whole = [{"Version": "2012-10-17", "Statement": statements(deployer.policies)}]
    elsewhere = {one for one in (_with(request, mine, other) for request in asked) if one}
    assert len(elsewhere) > 100
    reached = {
        one.action
        for one in elsewhere
        if documents_allow(whole, ACCOUNT, REGION, one.action, one.arn, dict(one.context))
    }
    assert {one for one in reached if "OpenIDConnectProvider" not in one and not one.startswith("kms:")} == (
        WITHOUT_NAME_OR_TAG if mine == "changed" else set()
    )


def _with(request: Request, mine: str, other: str) -> Request | None:
    """The request on what belongs to another one; None where nothing tells whose it is."""
    tag = dict(request.context).get(STACK_TAG, "")
    arn = request.arn.replace(mine, other)
    if (arn, tag) == (request.arn, tag.replace(mine, other)):
        return None
    return request._replace(arn=arn, context=tuple((key, value.replace(mine, other)) for key, value in request.context))


def test_a_deployment_without_one_permission_fails_and_leaves_nothing(deployer: Deployer, tmp_path: Path) -> None:
    whole = copy.deepcopy(statements(deployer.policies))
    for statement in whole:
        statement["Action"] = [one for one in statement["Action"] if one != "ec2:CreateNatGateway"]
    document = {"Version": "2012-10-17", "Statement": [one for one in whole if one["Action"]]}
    iam = deployer.session.client("iam")
    for policy in iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=ROLE, PolicyArn=policy["PolicyArn"])
    iam.put_role_policy(RoleName=ROLE, PolicyName="less", PolicyDocument=json.dumps(document))
    with deploying_with(ROLE, ACCOUNT, REGION), pytest.raises(CdkError, match="not authorized to perform: ec2:Create"):
        deployer.cli.deploy(tmp_path / "outputs.json")
    gateways = deployer.session.client("ec2").describe_nat_gateways()["NatGateways"]
    assert {gateway["State"] for gateway in gateways} == {"deleted"}


def test_the_caller_may_only_assume_the_roles(deployer: Deployer) -> None:
    client = boto3.Session(
        deployer.keys["AWS_ACCESS_KEY_ID"], deployer.keys["AWS_SECRET_ACCESS_KEY"], region_name=REGION
    ).client("cloudformation", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    with enforcing_iam(), pytest.raises(client.exceptions.ClientError, match="not authorized"):
        client.describe_stacks()


def test_permissions_record_what_they_refuse() -> None:
    permissions = DeploymentPermissions("nobody", ACCOUNT, REGION)
    with pytest.raises(ValueError, match=r"to perform: ssm:GetParameters on resource: .*:parameter/a"):
        permissions.read_parameter("/a")
    assert [one.action for one, allowed in permissions.requests.items() if not allowed] == ["ssm:GetParameters"]
