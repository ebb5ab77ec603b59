"""The templates of the choices of a network."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from emr_eks_placement.assembly import read_assembly
from emr_eks_placement.environment import capacity_of
from emr_eks_placement.facts.fargate import DEFAULT_VCPU_QUOTA
from stacks import EnvironmentStacks
from stacks.platform import PlatformStack
from tests.changed_environment import PRIVATE_NETWORK, changed_environment
from tests.infra.gates import GATES, unexplained
from tests.infra.synthesized import Synthesized, cli_context

NODES_PODS_AND_EMR = {"ecr.api", "ecr.dkr", "sts", "logs", "eks", "eks-auth", "ec2", "emr-containers"}
CHOICES: dict[str, dict[str, dict[str, Any]]] = {
    "private": {"network": PRIVATE_NETWORK, "cluster": {"endpoint_access": "private"}},
    "routed": {"network": {"nat_gateways": 2, "interface_endpoints": True, "flow_logs": True}},
    "more": {"network": {"interface_endpoints": True, "more_endpoints": ["glue", "kms", "secretsmanager", "ssm"]}},
}


class Choices:
    """A choice -> the synthesized environment, created when a test first asks for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._done: dict[str, Synthesized] = {}

    def __call__(self, choice: str) -> Synthesized:
        if choice not in self._done:
            folder = self._folder / choice
            folder.mkdir()
            environment = changed_environment(folder, **CHOICES[choice])
            app = cdk.App(outdir=str(folder / "cdk.out"), context=cli_context(), analytics_reporting=False)
            stacks = EnvironmentStacks(app, environment)
            app.synth()
            self._done[choice] = Synthesized(environment, stacks, folder / "cdk.out")
        return self._done[choice]


@pytest.fixture(scope="module")
def choices(tmp_path_factory: pytest.TempPathFactory) -> Choices:
    return Choices(tmp_path_factory.mktemp("choices"))


@pytest.fixture
def private(choices: Choices) -> Synthesized:
    return choices("private")


def interface_endpoints(synthesized: Synthesized) -> dict[str, dict[str, Any]]:
    """By the service's name without com.amazonaws.<region>."""
    prefix = f"com.amazonaws.{synthesized.environment.region}."
    endpoints = [
        each for each in synthesized.properties("AWS::EC2::VPCEndpoint") if each["VpcEndpointType"] == "Interface"
    ]
    assert all(each["ServiceName"].startswith(prefix) for each in endpoints)
    return {each["ServiceName"].removeprefix(prefix): each for each in endpoints}


def private_subnets(synthesized: Synthesized) -> list[dict[str, str]]:
    return [
        {"Ref": key}
        for key, subnet in synthesized.of_type("AWS::EC2::Subnet").items()
        if subnet["Properties"]["MapPublicIpOnLaunch"] is False
    ]


@pytest.mark.parametrize("choice", CHOICES)
def test_cfn_lint_has_nothing_to_say(choices: Choices, choice: str) -> None:
    assert not unexplained(GATES["cfn-lint"]([choices(choice)]))


@pytest.mark.parametrize("choice", CHOICES)
def test_the_synthesis_warns_of_nothing(choices: Choices, choice: str) -> None:
    folder = choices(choice).folder
    assert not [file.name for file in folder.glob("*.json") if "aws:cdk:warning" in file.read_text()]


@pytest.mark.parametrize("choice", CHOICES)
def test_the_assembly_has_the_capacity_of_the_environment(choices: Choices, choice: str) -> None:
    synthesized = choices(choice)
    expected = replace(capacity_of(synthesized.environment), fargate_vcpus=DEFAULT_VCPU_QUOTA)
    assert read_assembly(synthesized.folder) == {"Cluster": expected}


def test_nothing_leads_out_of_a_private_network(private: Synthesized) -> None:
    kinds = {resource["Type"] for resource in private.resources.values()}
    assert not kinds & {
        "AWS::EC2::NatGateway",
        "AWS::EC2::EIP",
        "AWS::EC2::InternetGateway",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::EC2::Route",
    }
    subnets = private.properties("AWS::EC2::Subnet")
    assert [subnet["AvailabilityZone"] for subnet in subnets] == list(private.environment.zones)
    assert {subnet["MapPublicIpOnLaunch"] for subnet in subnets} == {False}


@pytest.mark.parametrize("choice", CHOICES)
def test_s3_is_reached_through_the_gateway_endpoint_of_every_private_subnet(choices: Choices, choice: str) -> None:
    synthesized = choices(choice)
    subnets = private_subnets(synthesized)
    associations = synthesized.properties("AWS::EC2::SubnetRouteTableAssociation")
    tables = [each["RouteTableId"] for each in associations if each["SubnetId"] in subnets]
    endpoints = synthesized.properties("AWS::EC2::VPCEndpoint")
    (gateway,) = (each for each in endpoints if each["VpcEndpointType"] == "Gateway")
    assert gateway["RouteTableIds"] == tables
    assert len(tables) == len(synthesized.environment.zones)


@pytest.mark.parametrize("choice", CHOICES)
def test_everything_runs_in_the_private_subnets(choices: Choices, choice: str) -> None:
    synthesized = choices(choice)
    subnets = private_subnets(synthesized)
    (cluster,) = synthesized.properties("AWS::EKS::Cluster")
    assert cluster["ResourcesVpcConfig"]["SubnetIds"] == subnets
    for group in synthesized.properties("AWS::EKS::Nodegroup"):
        assert group["Subnets"] == subnets
    for profile in synthesized.properties("AWS::EKS::FargateProfile"):
        assert [synthesized.exported(subnet) for subnet in profile["Subnets"]] == subnets


@pytest.mark.parametrize(
    ("choice", "services"),
    [
        ("private", NODES_PODS_AND_EMR | {"lambda"}),
        ("routed", NODES_PODS_AND_EMR),
        ("more", NODES_PODS_AND_EMR | {"glue", "kms", "secretsmanager", "ssm"}),
    ],
)
def test_interface_endpoints(choices: Choices, choice: str, services: set[str]) -> None:
    synthesized = choices(choice)
    endpoints = interface_endpoints(synthesized)
    assert endpoints.keys() == services
    for endpoint in endpoints.values():
        assert endpoint["PrivateDnsEnabled"] is True
        assert endpoint["SubnetIds"] == private_subnets(synthesized)


@pytest.mark.parametrize("choice", CHOICES)
def test_the_endpoints_let_the_vpc_in_on_443_only(choices: Choices, choice: str) -> None:
    synthesized = choices(choice)
    group_id, group = synthesized.at("InterfaceEndpoints/SecurityGroup/Resource", "AWS::EC2::SecurityGroup")
    for endpoint in interface_endpoints(synthesized).values():
        assert endpoint["SecurityGroupIds"] == [{"Fn::GetAtt": [group_id, "GroupId"]}]
    (vpc_id,) = synthesized.of_type("AWS::EC2::VPC")
    (rule,) = group["Properties"]["SecurityGroupIngress"]
    assert rule["CidrIp"] == {"Fn::GetAtt": [vpc_id, "CidrBlock"]}
    assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)
    assert not [each for each in synthesized.properties("AWS::EC2::SecurityGroupIngress") if group_id in str(each)]


def test_a_private_network_takes_a_kubernetes_api_that_is_public_too(tmp_path: Path) -> None:
    environment = changed_environment(tmp_path, network=PRIVATE_NETWORK)
    stack = PlatformStack(cdk.App(outdir=str(tmp_path / "cdk.out")), environment=environment)
    access = {"EndpointPublicAccess": True, "EndpointPrivateAccess": True}
    Template.from_stack(stack).has_resource_properties("AWS::EKS::Cluster", {"ResourcesVpcConfig": access})


def test_the_cluster_waits_for_the_endpoints(private: Synthesized) -> None:
    ((_, cluster),) = private.of_type("AWS::EKS::Cluster").items()
    assert set(private.of_type("AWS::EC2::VPCEndpoint")) <= set(cluster["DependsOn"])


def test_the_kubectl_handler_is_next_to_the_endpoints(private: Synthesized) -> None:
    """Both of its functions, with the cluster's security group, which the private Kubernetes API lets in; what calls the
    handler needs Lambda's API alone.
    """
    (cluster_id,) = private.of_type("AWS::EKS::Cluster")
    platform = private.templates[f"{private.environment.name}-platform"]["Resources"].items()
    functions = [
        each["Properties"] for name, each in platform if each["Type"] == "AWS::Lambda::Function" and "Kubectl" in name
    ]
    assert len(functions) == 2
    for function in functions:
        assert function["VpcConfig"] == {
            "SubnetIds": private_subnets(private),
            "SecurityGroupIds": [{"Fn::GetAtt": [cluster_id, "ClusterSecurityGroupId"]}],
        }


def test_flow_logs_have_a_log_group_and_a_role_for_it_alone(private: Synthesized) -> None:
    group_id, group = private.at("FlowLogs/LogGroup", "AWS::Logs::LogGroup")
    role_id, role = private.at("FlowLogs/Role/Resource", "AWS::IAM::Role")
    (vpc_id,) = private.of_type("AWS::EC2::VPC")
    assert group["Properties"] == {"RetentionInDays": 7}
    assert group["DeletionPolicy"] == group["UpdateReplacePolicy"] == "Delete"  # the environment retains no data
    (flow_log,) = private.properties("AWS::EC2::FlowLog")
    assert flow_log == {
        "ResourceId": {"Ref": vpc_id},
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogDestinationType": "cloud-watch-logs",
        "LogGroupName": {"Ref": group_id},
        "DeliverLogsPermissionArn": {"Fn::GetAtt": [role_id, "Arn"]},
    }
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    source = ["arn:", {"Ref": "AWS::Partition"}, ":ec2:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}]
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnLike": {"aws:SourceArn": {"Fn::Join": ["", [*source, ":vpc-flow-log/*"]]}},
    }
    (policy,) = role["Properties"]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Resource"] == {"Fn::GetAtt": [group_id, "Arn"]}
    assert statement["Action"] == ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    assert "ManagedPolicyArns" not in role["Properties"]
    assert not [each for each in private.properties("AWS::IAM::Policy") if {"Ref": role_id} in each["Roles"]]


def test_flow_logs_are_kept_for_30_days_by_default(choices: Choices) -> None:
    _, group = choices("routed").at("FlowLogs/LogGroup", "AWS::Logs::LogGroup")
    assert group["Properties"] == {"RetentionInDays": 30}


def test_nobody_pays_for_what_was_not_chosen(dev: Synthesized) -> None:
    assert not interface_endpoints(dev)
    assert not dev.of_type("AWS::EC2::FlowLog")
