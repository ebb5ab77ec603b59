"""An environment on resources of somebody else, deployed by the CDK CLI to a local cluster and destroyed again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from emr_eks_placement.aws.cluster import read_cluster
from emr_eks_placement.cli.main import main
from local.cdk import CdkCli
from local.cluster import LocalCluster
from tests.changed_environment import changed_environment, synthesize

ZONES = ("us-east-1a", "us-east-1b")


class SomebodyElse:
    """The owner of a VPC, a cluster with its OIDC provider, a bucket, a KMS key and a role for Fargate."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        ec2, iam = session.client("ec2"), session.client("iam")
        self.vpc_id = ec2.create_vpc(CidrBlock="10.60.0.0/16")["Vpc"]["VpcId"]
        self.subnets = {
            zone: ec2.create_subnet(VpcId=self.vpc_id, AvailabilityZone=zone, CidrBlock=f"10.60.{number}.0/24")[
                "Subnet"
            ]["SubnetId"]
            for number, zone in enumerate(ZONES)
        }
        self.security_group_id = ec2.create_security_group(
            GroupName="analytics", Description="of the cluster", VpcId=self.vpc_id
        )["GroupId"]
        self.key_arn = session.client("kms").create_key()["KeyMetadata"]["Arn"]
        session.client("s3").create_bucket(Bucket="analytics-jobs")
        session.client("s3").delete_public_access_block(Bucket="analytics-jobs")
        trust = {"Service": "eks-fargate-pods.amazonaws.com"}
        self.role_arn = iam.create_role(RoleName="fargate", AssumeRolePolicyDocument=_trust(trust))["Role"]["Arn"]
        self.cluster = session.client("eks").create_cluster(
            name="analytics",
            version="1.35",
            roleArn=self.role_arn,
            resourcesVpcConfig={"subnetIds": list(self.subnets.values())},
            accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"},
        )["cluster"]
        self.provider_arn = iam.create_open_id_connect_provider(
            Url=self.cluster["identity"]["oidc"]["issuer"], ClientIDList=["sts.amazonaws.com"]
        )["OpenIDConnectProviderArn"]

    def settings(self) -> dict[str, Any]:
        """All of it in an environment file."""
        created = dict.fromkeys(("cidr", "nat_gateways"))
        return {
            "network": {"vpc_id": self.vpc_id, "subnets": self.subnets, **created},
            "cluster": {
                "name": "analytics",
                "oidc_provider_arn": self.provider_arn,
                "security_group_id": self.security_group_id,
                "emr_access": "cloudformation",
            },
            "bucket": {"name": "analytics-jobs", "kms_key_arn": self.key_arn},
            "encryption": {"customer_managed_key": True, "kms_key_arn": self.key_arn},
            "fargate_pod_execution_role_arn": self.role_arn,
        }

    def left(self) -> dict[str, object]:
        """What is there of it, as it is described."""
        vpcs = self._session.client("ec2").describe_subnets(Filters=[{"Name": "vpc-id", "Values": [self.vpc_id]}])
        eks, iam = self._session.client("eks"), self._session.client("iam")
        return {
            "subnets": sorted(subnet["SubnetId"] for subnet in vpcs["Subnets"]),
            "cluster": eks.describe_cluster(name="analytics")["cluster"]["resourcesVpcConfig"]["subnetIds"],
            "node groups": eks.list_nodegroups(clusterName="analytics")["nodegroups"],
            "profiles": eks.list_fargate_profiles(clusterName="analytics")["fargateProfileNames"],
            "access entries": eks.list_access_entries(clusterName="analytics")["accessEntries"],
            "provider": iam.get_open_id_connect_provider(OpenIDConnectProviderArn=self.provider_arn)["ClientIDList"],
            "role": iam.list_role_policies(RoleName="fargate")["PolicyNames"],
            "key": self._session.client("kms").describe_key(KeyId=self.key_arn)["KeyMetadata"]["KeyState"],
        }


def _trust(principal: dict[str, str]) -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalCluster]:
    with LocalCluster(tmp_path, region="us-east-1") as cluster:
        yield cluster


def test_an_environment_on_resources_of_somebody_else(
    local: LocalCluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    somebody = SomebodyElse(local.session)
    before = somebody.left()
    environment = changed_environment(tmp_path, **somebody.settings())
    cli = CdkCli(environment.name, synthesize(environment, tmp_path / "cdk.out"), tmp_path / "cdk.log")
    cli.bootstrap("000000000000", environment.region)
    cli.deploy(tmp_path / "outputs.json")

    outputs = json.loads((tmp_path / "outputs.json").read_text())
    assert outputs["changed-virtual-clusters"]["BucketName"] == "analytics-jobs"
    keys = [each["Key"] for each in local.session.client("s3").list_objects_v2(Bucket="analytics-jobs")["Contents"]]
    assert "job-runs/trip-count/fargate.json" in keys
    assert local.has_namespace("spark-jobs")
    assert not local.kubernetes.objects("configmaps")
    capacity = read_cluster(local.session, "analytics")
    assert len(capacity.node_groups) == len(environment.node_groups)
    assert [profile.zones for profile in capacity.fargate_profiles.values()] == [ZONES]
    name = outputs["changed-virtual-clusters"]["SparkLogGroupName"]
    (log_group,) = local.session.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert log_group["kmsKeyId"] == somebody.key_arn

    assert main(["doctor", "-e", str(tmp_path / "changed.yaml"), "--output", "json"]) == 1
    findings = {one["name"]: one for one in json.loads(capsys.readouterr().out) if one["state"] != "ok"}
    assert set(findings) == {"bucket"}, "the bucket is as it was given"

    cli.destroy()
    assert somebody.left() == before
    assert not local.has_namespace("spark-jobs")
    local.session.client("s3").head_bucket(Bucket="analytics-jobs")
