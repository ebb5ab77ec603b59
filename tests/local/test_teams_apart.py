"""Two teams on a cluster: the roles that the CDK makes for them, deployed here, let neither reach what is the other's.

The local AWS evaluates trust policies and IAM policies by MiniStack's reading of them: no proof about AWS.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import boto3
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template
from botocore.exceptions import ClientError

from emr_eks_placement.environment import ExecutionRole, VirtualCluster
from emr_eks_placement.infra import EmrVirtualCluster, JobBucket
from local.aws import web_identity
from local.aws.emr_containers.access import base36
from local.aws.ministack import state
from local.aws.ministack.settings import enforcing_iam
from tests.local.aws_fixtures import AwsUnderTest, Stacks

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

ACCOUNT = "000000000000"
ISSUER = "oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
TEAMS = {"reporting": "spark-reporting", "science": "spark-science"}
ROLES = [("reporting", None), ("reporting", "etl"), ("science", None)]
KINDS = {
    "AWS::IAM::Role",
    "AWS::IAM::Policy",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
}


def _output(team: str, role: str | None) -> str:
    return f"Role{team}{role or ''}"


def template() -> dict[str, Any]:
    """What of two virtual clusters concerns rights; without the bucket's policy, as the local AWS has no TLS."""
    stack = cdk.Stack(cdk.App(analytics_reporting=False), "Teams")
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
    cluster = eks.Cluster.from_cluster_attributes(
        stack,
        "Cluster",
        cluster_name="spark",
        vpc=ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id="vpc-0", availability_zones=["us-east-1a"]),
        open_id_connect_provider=iam.OpenIdConnectProvider.from_open_id_connect_provider_arn(stack, "Oidc", provider),
    )
    bucket = JobBucket(stack, "Bucket", removal_policy=cdk.RemovalPolicy.DESTROY).bucket
    cdk.CfnOutput(stack, "BucketName", value=bucket.bucket_name)
    for name, namespace in TEAMS.items():
        roles = {"etl": ExecutionRole()} if name == "reporting" else {}
        made = EmrVirtualCluster(
            stack,
            name,
            name=name,
            owner=("teams",),
            settings=VirtualCluster(namespace=namespace, existing_namespace=True, execution_roles=roles),
            cluster=cluster,
            bucket=bucket,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        for role in (None, *roles):
            cdk.CfnOutput(stack, _output(name, role), value=made.deployed.role_arn(role))
        assert made.deployed.log_group_name
        cdk.CfnOutput(stack, f"{name}LogGroup", value=made.deployed.log_group_name)
    whole = Template.from_stack(stack).to_json()
    return {
        "Resources": {key: one for key, one in whole["Resources"].items() if one["Type"] in KINDS},
        "Outputs": {key: one["Value"] for key, one in whole["Outputs"].items() if "Export" not in one},
    }


class Teams:
    """The deployed teams, and the credentials that their pods get."""

    def __init__(self, aws: AwsUnderTest, outputs: dict[str, str]) -> None:
        self.aws = aws
        self.outputs = outputs
        self.bucket = outputs["BucketName"]

    def assume(self, role_arn: str, namespace: str, *, account_of: str | None = None, audience: str) -> boto3.Session:
        """As a pod of that namespace does, with a service account that EMR creates for a role: by default this one."""
        name = (account_of or role_arn).rsplit("/", 1)[-1]
        subject = f"system:serviceaccount:{namespace}:emr-containers-sa-spark-driver-{ACCOUNT}-{base36(name)}"
        claims = {"iss": f"https://{ISSUER}", "sub": subject, "aud": audience}
        token = web_identity.token(claims, self.aws.server.environment["AWS_SECRET_ACCESS_KEY"])
        answer = self.aws.client("sts").assume_role_with_web_identity(
            RoleArn=role_arn, RoleSessionName="pod", WebIdentityToken=token
        )
        made = answer["Credentials"]
        return boto3.Session(
            made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"], region_name="us-east-1"
        )

    def client(self, team: str, role: str | None, service: str) -> Any:
        session = self.assume(self.outputs[_output(team, role)], TEAMS[team], audience="sts.amazonaws.com")
        return session.client(service, endpoint_url=self.aws.server.url)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def teams(aws: AwsUnderTest) -> Iterator[Teams]:
    stacks, wanted = Stacks(aws.client("cloudformation")), template()
    made = Teams(aws, stacks.create("teams", wanted["Resources"], wanted["Outputs"]))
    s3 = aws.client("s3")
    keys = [f"{kind}/{team}/x" for team in TEAMS for kind in ("job-files", "pod-templates", "logs", "data")]
    for key in keys:
        s3.put_object(Bucket=made.bucket, Key=key, Body=b"x")
    with enforcing_iam():
        yield made
    versions = s3.list_object_versions(Bucket=made.bucket)
    for one in [*versions.get("Versions", []), *versions.get("DeleteMarkers", [])]:
        s3.delete_object(Bucket=made.bucket, Key=one["Key"], VersionId=one["VersionId"])
    assert stacks.delete("teams") == "DELETE_COMPLETE", stacks.failures("teams")


def allowed(call: Callable[..., object], **arguments: object) -> bool:
    """Whether the call is allowed; anything else that is wrong with it is raised."""
    try:
        call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException"):
            return False
        raise
    return True


def s3_rights(s3: "S3Client", bucket: str, team: str) -> dict[str, set[str]]:
    """What is allowed in each folder of a team."""
    rights: dict[str, set[str]] = {}
    for kind in ("job-files", "pod-templates", "logs", "data"):
        key = f"{kind}/{team}/x"
        calls = {
            "get": allowed(s3.get_object, Bucket=bucket, Key=key),
            "put": allowed(s3.put_object, Bucket=bucket, Key=key, Body=b"y"),
            "list": allowed(s3.list_objects_v2, Bucket=bucket, Prefix=f"{kind}/{team}/"),
            "delete": allowed(s3.delete_object, Bucket=bucket, Key=f"{key}-none"),
        }
        rights[kind] = {name for name, done in calls.items() if done}
    return rights


@pytest.mark.parametrize(("team", "role"), ROLES)
def test_a_role_reaches_its_teams_folders_and_no_others(teams: Teams, team: str, role: str | None) -> None:
    s3 = teams.client(team, role, "s3")
    assert s3_rights(s3, teams.bucket, team) == {
        "job-files": {"get", "list"},
        "pod-templates": {"get", "list"},
        "logs": {"get", "put", "list"},
        "data": {"get", "put", "list", "delete"},
    }
    for other in TEAMS.keys() - {team}:
        assert set().union(*s3_rights(s3, teams.bucket, other).values()) == set()
    for prefix in ("", "data/", "logs/"):
        assert not allowed(s3.list_objects_v2, Bucket=teams.bucket, Prefix=prefix)


@pytest.mark.parametrize(("team", "role"), ROLES)
def test_a_role_writes_into_its_teams_log_group_and_no_other(teams: Teams, team: str, role: str | None) -> None:
    """By evaluation: MiniStack asks for log-group:NAME where AWS asks for log-group:NAME:* (CloudWatch Logs guide)."""
    role_arn = teams.outputs[_output(team, role)]
    for other in TEAMS:
        group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{teams.outputs[f'{other}LogGroup']}"
        wanted = {
            "CreateLogStream": f"{group}:*",
            "PutLogEvents": f"{group}:log-stream:a",
            "GetLogEvents": f"{group}:*",
        }
        rights = {action for action, resource in wanted.items() if state.role_may(role_arn, f"logs:{action}", resource)}
        assert rights == ({"CreateLogStream", "PutLogEvents"} if other == team else set())


@pytest.mark.parametrize(("team", "role"), ROLES)
def test_only_a_service_account_of_its_own_namespace_assumes_a_role(teams: Teams, team: str, role: str | None) -> None:
    arn, here, audience = teams.outputs[_output(team, role)], TEAMS[team], "sts.amazonaws.com"
    for namespace in (*TEAMS.values(), "default", f"{here}-x"):
        let_in = allowed(teams.assume, role_arn=arn, namespace=namespace, audience=audience)
        assert let_in == (namespace == here), namespace
    for other in ROLES:
        account_of = teams.outputs[_output(*other)]
        let_in = allowed(teams.assume, role_arn=arn, namespace=here, account_of=account_of, audience=audience)
        assert let_in == (other == (team, role)), other
    assert not allowed(teams.assume, role_arn=arn, namespace=here, audience="another")
