"""What the constructs grant to the roles of other apps: actions, on which resources, on which condition."""

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from emr_eks_placement.definition import DeployedVirtualCluster
from emr_eks_placement.environment import Cluster, DataAccess, ExecutionRole, VirtualCluster
from emr_eks_placement.infra import EmrVirtualCluster, ExistingEksCluster, JobBucket, JobExecutionRole, JobRuns
from tests.infra.conftest import Synthesize

GIVEN = "arn:aws:iam::111122223333:role/audit"


@pytest.fixture
def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(), "Spark", env=cdk.Environment(region="us-east-1", account="111122223333"))


@pytest.fixture
def grantee(stack: cdk.Stack) -> iam.Role:
    return iam.Role(stack, "Pipeline", assumed_by=iam.AccountRootPrincipal())


@pytest.fixture
def spark(stack: cdk.Stack) -> EmrVirtualCluster:
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-01234567", availability_zones=["us-east-1a"], private_subnet_ids=["subnet-01234567"]
    )
    settings = Cluster(
        name="analytics",
        oidc_provider_arn="arn:aws:iam::111122223333:oidc-provider/oidc.example.com/id/A",
        endpoint_access="public",
    )
    return EmrVirtualCluster(
        stack,
        "VirtualCluster",
        name="spark",
        owner=("analytics",),
        settings=VirtualCluster(
            namespace="spark-jobs", execution_roles={"audit": ExecutionRole(execution_role_arn=GIVEN)}
        ),
        cluster=ExistingEksCluster(stack, "Eks", settings=settings, vpc=vpc).cluster,
        bucket=JobBucket(stack, "Bucket").bucket,
    )


def granted(stack: cdk.Stack) -> dict[str, Any]:
    """The only statement that the pipeline's role has."""
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy")
    (policy,) = (each for name, each in policies.items() if name.startswith("Pipeline"))
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    found: dict[str, Any] = statement
    return found


def arn_of(stack: cdk.Stack, kind: str) -> dict[str, Any]:
    (logical_id,) = Template.from_stack(stack).find_resources(kind)
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def test_starting_job_runs_is_bound_to_the_execution_roles(
    stack: cdk.Stack, grantee: iam.Role, spark: EmrVirtualCluster
) -> None:
    spark.grant_start_job_run(grantee)
    statement = granted(stack)
    assert statement["Action"] == "emr-containers:StartJobRun"
    assert statement["Resource"] == arn_of(stack, "AWS::EMRContainers::VirtualCluster")
    own, given = statement["Condition"]["ArnEquals"]["emr-containers:ExecutionRoleArn"]
    assert own["Fn::GetAtt"][0].startswith("VirtualClusterExecutionRole")
    assert given == GIVEN


@pytest.mark.parametrize(
    ("grant", "actions"),
    [
        ("grant_read_job_runs", ["emr-containers:ListJobRuns", "emr-containers:DescribeJobRun"]),
        ("grant_cancel_job_run", "emr-containers:CancelJobRun"),
    ],
)
def test_job_runs_are_read_and_cancelled_on_the_virtual_cluster_alone(
    stack: cdk.Stack, grantee: iam.Role, spark: EmrVirtualCluster, grant: str, actions: object
) -> None:
    getattr(spark, grant)(grantee)
    statement = granted(stack)
    arn = arn_of(stack, "AWS::EMRContainers::VirtualCluster")
    assert statement["Action"] == actions
    assert statement["Resource"] == [arn, {"Fn::Join": ["", [arn, "/jobruns/*"]]}]


def test_definitions_are_read_from_the_environments_parameters(
    stack: cdk.Stack, grantee: iam.Role, synthesize: Synthesize
) -> None:
    deployed = DeployedVirtualCluster(virtual_cluster_id="a1", execution_role_arn=GIVEN, bucket="jobs")
    environment = synthesize("dev").environment
    bucket = JobBucket(stack, "Bucket").bucket
    JobRuns(stack, "JobRuns", environment=environment, deployed={"spark": deployed}, bucket=bucket).grant_read(grantee)
    statement = granted(stack)
    assert statement["Action"] == "ssm:GetParameter"
    parameters = ":ssm:us-east-1:111122223333:parameter/emr-eks-placement/dev/job-runs/*"
    assert statement["Resource"] == {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, parameters]]}


def test_jobs_may_use_the_keys_of_the_data_that_they_reach(stack: cdk.Stack) -> None:
    key = "arn:aws:kms:us-east-1:111122223333:key/trips"
    JobExecutionRole(
        stack,
        "Role",
        role_name="spark",
        namespace="spark-jobs",
        oidc_provider=iam.OpenIdConnectProvider.from_open_id_connect_provider_arn(
            stack, "Oidc", "arn:aws:iam::111122223333:oidc-provider/oidc.example.com/id/A"
        ),
        bucket=JobBucket(stack, "Bucket").bucket,
        folder="spark",
        data_access=DataAccess(read=("s3://trips/raw/",), kms_key_arns=(key,)),
    )
    (policy,) = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    (statement,) = (each for each in statements if each["Resource"] == key)
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
