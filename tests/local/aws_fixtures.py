"""A local AWS for the whole test session, a job runner that tests steer, and stacks that are deleted after a test."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

    from local.aws.emr_containers.job_runs import JobRun
    from local.aws.server import LocalAws

CLUSTER_ENDPOINT = "https://127.0.0.1:6443"
CA_PEM = b"-----BEGIN CERTIFICATE-----\nlocal\n-----END CERTIFICATE-----\n"


class HeldRuns:
    """A job runner that only remembers; tests move the runs on."""

    def __init__(self) -> None:
        self.started: list[JobRun] = []
        self.cancelled: list[JobRun] = []
        self.fails_to_start = False

    def start(self, run: "JobRun") -> None:
        if self.fails_to_start:
            raise RuntimeError("no Spark here")
        self.started.append(run)

    def cancel(self, run: "JobRun") -> None:
        self.cancelled.append(run)
        threading.Thread(target=run.set_state, args=("CANCELLED",)).start()


class AwsUnderTest:
    """The running local AWS with its clients."""

    def __init__(self, server: "LocalAws", runner: HeldRuns) -> None:
        self.server = server
        self.runner = runner
        environment = server.environment
        self.session = boto3.Session(
            environment["AWS_ACCESS_KEY_ID"],
            environment["AWS_SECRET_ACCESS_KEY"],
            region_name=environment["AWS_REGION"],
        )

    def client(self, service: str) -> Any:
        no_retry = Config(retries={"total_max_attempts": 1})
        return self.session.client(service, endpoint_url=self.server.url, config=no_retry)  # type: ignore[call-overload]


class Stacks:
    """CloudFormation stacks from small templates."""

    def __init__(self, client: "CloudFormationClient") -> None:
        self.client = client
        self.created: list[str] = []

    def create(self, name: str, resources: dict[str, Any], outputs: dict[str, Any] | None = None) -> dict[str, str]:
        """Create and give the outputs; a failed stack is an AssertionError with the failed events."""
        self.created.append(name)
        self.client.create_stack(
            StackName=name, TemplateBody=_template(resources, outputs), Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        assert self.settled(name) == "CREATE_COMPLETE", self.failures(name)
        return self.outputs(name)

    def update(self, name: str, resources: dict[str, Any], outputs: dict[str, Any] | None = None) -> str:
        self.client.update_stack(
            StackName=name, TemplateBody=_template(resources, outputs), Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        return self.settled(name)

    def delete(self, name: str) -> str:
        stack_id = self.client.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
        self.client.delete_stack(StackName=name)
        status = self.settled(stack_id)
        if status == "DELETE_COMPLETE":
            self.created.remove(name)
        return status

    def refusal(self, name: str, resources: dict[str, Any]) -> str:
        """The failed events of a stack that must not come up."""
        self.created.append(name)
        self.client.create_stack(
            StackName=name, TemplateBody=_template(resources, None), Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        assert self.settled(name) == "ROLLBACK_COMPLETE"
        return self.failures(name)

    def settled(self, name: str) -> str:
        """The status once it is not in progress."""
        tick = threading.Event()
        for _ in range(6000):
            status = self.client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
            if not status.endswith("IN_PROGRESS"):
                return status
            tick.wait(0.05)
        raise AssertionError(f"{name} is still {status}")

    def failures(self, name: str) -> str:
        events = self.client.describe_stack_events(StackName=name)["StackEvents"]
        failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
        return "\n".join(event.get("ResourceStatusReason", "") for event in failed)

    def outputs(self, name: str) -> dict[str, str]:
        stack = self.client.describe_stacks(StackName=name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _template(resources: dict[str, Any], outputs: dict[str, Any] | None) -> str:
    named = {name: {"Value": value} for name, value in (outputs or {}).items()}
    return json.dumps({"Resources": resources, "Outputs": named})


def trust(service: str) -> dict[str, Any]:
    """A role resource that an AWS service may assume."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document}}


def cluster_resources() -> dict[str, Any]:
    """A VPC with a private and a public subnet, and an EKS cluster named `spark` in it."""
    return {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Private": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"},
        },
        "Public": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.2.0/24", "AvailabilityZone": "us-east-1b"},
        },
        "Gateway": {"Type": "AWS::EC2::InternetGateway"},
        "Attachment": {
            "Type": "AWS::EC2::VPCGatewayAttachment",
            "Properties": {"VpcId": {"Ref": "Vpc"}, "InternetGatewayId": {"Ref": "Gateway"}},
        },
        "PublicRoutes": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
        "ToInternet": {
            "Type": "AWS::EC2::Route",
            "DependsOn": "Attachment",
            "Properties": {
                "RouteTableId": {"Ref": "PublicRoutes"},
                "DestinationCidrBlock": "0.0.0.0/0",
                "GatewayId": {"Ref": "Gateway"},
            },
        },
        "PublicAssociation": {
            "Type": "AWS::EC2::SubnetRouteTableAssociation",
            "Properties": {"SubnetId": {"Ref": "Public"}, "RouteTableId": {"Ref": "PublicRoutes"}},
        },
        "ClusterRole": trust("eks.amazonaws.com"),
        "Cluster": {
            "Type": "AWS::EKS::Cluster",
            "Properties": {
                "Name": "spark",
                "Version": "1.35",
                "RoleArn": {"Fn::GetAtt": ["ClusterRole", "Arn"]},
                "ResourcesVpcConfig": {"SubnetIds": [{"Ref": "Private"}, {"Ref": "Public"}]},
                "AccessConfig": {"AuthenticationMode": "API_AND_CONFIG_MAP"},
            },
        },
        "NodeRole": trust("ec2.amazonaws.com"),
        "PodRole": trust("eks-fargate-pods.amazonaws.com"),
    }


CLUSTER_OUTPUTS: dict[str, Any] = {
    "VpcId": {"Ref": "Vpc"},
    "VpcCidr": {"Fn::GetAtt": ["Vpc", "CidrBlock"]},
    "Private": {"Ref": "Private"},
    "Public": {"Ref": "Public"},
    "NodeRoleArn": {"Fn::GetAtt": ["NodeRole", "Arn"]},
    "PodRoleArn": {"Fn::GetAtt": ["PodRole", "Arn"]},
    **{
        attribute: {"Fn::GetAtt": ["Cluster", attribute]}
        for attribute in (
            "Arn",
            "Endpoint",
            "CertificateAuthorityData",
            "OpenIdConnectIssuerUrl",
            "ClusterSecurityGroupId",
            "EncryptionConfigKeyArn",
        )
    },
}


@pytest.fixture(scope="package")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsUnderTest]:
    # These take a second or two, and not every test here needs them.
    from local.aws.emr_containers.namespace_access import NamespaceAccess
    from local.aws.server import LocalAws

    runner = HeldRuns()
    state_dir: Path = tmp_path_factory.mktemp("local-aws")
    with LocalAws(
        state_dir=state_dir,
        cluster_endpoint=CLUSTER_ENDPOINT,
        cluster_ca_pem=CA_PEM,
        job_runner=runner,
        namespace_access=NamespaceAccess(exists=lambda _cluster, namespace: namespace != "missing"),
    ) as server:
        yield AwsUnderTest(server, runner)


@pytest.fixture
def stacks(aws: AwsUnderTest) -> Iterator[Stacks]:
    made = Stacks(aws.client("cloudformation"))
    yield made
    for name in reversed(list(made.created)):
        assert made.delete(name) == "DELETE_COMPLETE", made.failures(name)


@pytest.fixture(scope="package")
def cluster(aws: AwsUnderTest) -> Iterator[dict[str, str]]:
    """The outputs of a stack with an EKS cluster named `spark`, shared by the tests that need one."""
    made = Stacks(aws.client("cloudformation"))
    yield made.create("shared-cluster", cluster_resources(), CLUSTER_OUTPUTS)
    assert made.delete("shared-cluster") == "DELETE_COMPLETE", made.failures("shared-cluster")
