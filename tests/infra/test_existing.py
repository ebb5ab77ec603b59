"""Environments that are given what others create: it is used, and nothing of it is created or changed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from emr_eks_placement.environment import capacity_of
from stacks import EnvironmentStacks
from tests.changed_environment import changed_environment
from tests.infra.synthesized import Synthesized, cli_context

ACCOUNT = "arn:aws:iam::111122223333"
VPC: dict[str, Any] = {
    "vpc_id": "vpc-0123456789abcdef0",
    "subnets": {"us-east-1a": "subnet-0123456789abcdef0", "us-east-1b": "subnet-0123456789abcdef1"},
    **dict.fromkeys(("cidr", "nat_gateways")),  # dev.yaml's, of a VPC that is created
}
CLUSTER = {
    "name": "analytics",
    "oidc_provider_arn": f"{ACCOUNT}:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABCDEF",
    "security_group_id": "sg-0123456789abcdef0",
    "emr_access": "cloudformation",
}
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
GIVEN: dict[str, Any] = {
    "network": VPC,
    "cluster": CLUSTER,
    "bucket": {"name": "analytics-jobs", "kms_key_arn": KEY},
    "encryption": {"customer_managed_key": True, "kms_key_arn": KEY},
    "fargate_pod_execution_role_arn": f"{ACCOUNT}:role/fargate",
}

Deploy = Callable[..., Synthesized]


@pytest.fixture
def synthesized_with(tmp_path: Path) -> Deploy:
    """Settings to replace in dev.yaml -> its templates."""

    def synthesize(**parts: Any) -> Synthesized:
        environment = changed_environment(tmp_path, **parts)
        folder = tmp_path / "cdk.out"
        app = cdk.App(outdir=str(folder), context=cli_context(), analytics_reporting=False)
        stacks = EnvironmentStacks(app, environment)
        app.synth()
        return Synthesized(environment, stacks, folder)

    return synthesize


@pytest.mark.parametrize(
    ("parts", "absent"),
    [
        (["network"], ["AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::NatGateway", "AWS::EC2::VPCEndpoint"]),
        (["network", "cluster"], ["AWS::EKS::Cluster", "AWS::IAM::OIDCProvider", "AWS::EC2::VPC"]),
        (["bucket"], ["AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::KMS::Key"]),
        (["encryption"], ["AWS::KMS::Key"]),
        (list(GIVEN), ["AWS::EC2::VPC", "AWS::EKS::Cluster", "AWS::S3::Bucket", "AWS::KMS::Key"]),
    ],
)
def test_what_is_given_is_not_created(synthesized_with: Deploy, parts: list[str], absent: list[str]) -> None:
    made = synthesized_with(**{part: GIVEN[part] for part in parts})
    kinds = {resource["Type"] for resource in made.resources.values()}
    assert not kinds & set(absent)
    assert {"AWS::EKS::FargateProfile", "AWS::EMRContainers::VirtualCluster", "AWS::EKS::Nodegroup"} <= kinds


def test_profiles_and_node_groups_are_of_the_given_cluster_in_the_given_subnets(synthesized_with: Deploy) -> None:
    made = synthesized_with(network=VPC, cluster=CLUSTER)
    subnets = list(VPC["subnets"].values())
    for kind in ("AWS::EKS::Nodegroup", "AWS::EKS::FargateProfile"):
        for properties in made.properties(kind):
            assert (properties["ClusterName"], properties["Subnets"]) == ("analytics", subnets)
    (virtual_cluster,) = made.properties("AWS::EMRContainers::VirtualCluster")
    assert virtual_cluster["ContainerProvider"]["Id"] == "analytics"


def test_a_single_zone_has_the_given_subnet_of_that_zone(synthesized_with: Deploy) -> None:
    spark = {"spark": {"namespace": "spark-jobs", "fargate": {"single_zones": ["us-east-1b"]}}}
    made = synthesized_with(network=VPC, virtual_clusters=spark)
    _, profile = made.at("Fargate/spark-us-east-1b", "AWS::EKS::FargateProfile")
    assert profile["Properties"]["Subnets"] == ["subnet-0123456789abcdef1"]


def test_a_given_cluster_lets_the_kubectl_handler_in_by_an_access_entry_alone(synthesized_with: Deploy) -> None:
    made = synthesized_with(network=VPC, cluster=CLUSTER)
    (entry,) = made.properties("AWS::EKS::AccessEntry")
    assert entry["ClusterName"] == "analytics"
    (policy,) = entry["AccessPolicies"]
    assert policy["AccessScope"] == {"Type": "cluster"}
    assert json.dumps(policy["PolicyArn"]).endswith('cluster-access-policy/AmazonEKSClusterAdminPolicy"]]}')
    (handler,) = (
        each
        for each in made.properties("AWS::Lambda::Function")
        if each["Handler"] == "index.handler" and "VpcConfig" in each
    )
    assert handler["VpcConfig"]["SecurityGroupIds"] == [CLUSTER["security_group_id"]]
    for manifest in made.properties("Custom::AWSCDK-EKS-KubernetesResource"):
        assert "aws-auth" not in json.dumps(manifest)
        assert "PruneLabel" not in manifest  # what a manifest no longer names stays, with the jobs in it
        assert manifest["ClusterName"] == "analytics"


def test_the_kubectl_handler_of_a_public_endpoint_is_outside_the_vpc(synthesized_with: Deploy) -> None:
    cluster = {**CLUSTER, "endpoint_access": "public"}
    del cluster["security_group_id"]
    made = synthesized_with(network=VPC, cluster=cluster)
    assert all("VpcConfig" not in each for each in made.properties("AWS::Lambda::Function"))


def test_execution_roles_trust_the_given_provider(synthesized_with: Deploy) -> None:
    made = synthesized_with(network=VPC, cluster=CLUSTER)
    _, role = made.at("spark/ExecutionRole/Resource/Resource", "AWS::IAM::Role")
    _, values = role["Properties"]["AssumeRolePolicyDocument"]["Fn::Sub"]
    assert values == {
        "Provider": CLUSTER["oidc_provider_arn"],
        "Issuer": "oidc.eks.us-east-1.amazonaws.com/id/ABCDEF",
    }


def test_plan_knows_that_a_given_cluster_may_have_other_nodes(tmp_path: Path) -> None:
    environment = changed_environment(tmp_path, network=VPC, cluster=CLUSTER)
    assert "existing cluster" in capacity_of(environment).other_nodes
    assert not capacity_of(changed_environment(tmp_path, network=VPC)).other_nodes


def test_fargate_pulls_images_with_the_given_role(synthesized_with: Deploy) -> None:
    arn = GIVEN["fargate_pod_execution_role_arn"]
    made = synthesized_with(fargate_pod_execution_role_arn=arn)
    assert {each["PodExecutionRoleArn"] for each in made.properties("AWS::EKS::FargateProfile")} == {arn}
    services = json.dumps(made.properties("AWS::IAM::Role"))
    assert "eks-fargate-pods" not in services


def _key_arns(made: Synthesized) -> list[Any]:
    """What secrets, the bucket and the log groups are encrypted with."""
    (cluster,) = made.properties("AWS::EKS::Cluster")
    (bucket,) = made.properties("AWS::S3::Bucket")
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["BucketKeyEnabled"] is True
    assert cluster["EncryptionConfig"][0]["Resources"] == ["secrets"]
    return [
        cluster["EncryptionConfig"][0]["Provider"]["KeyArn"],
        rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"],
        *(group["KmsKeyId"] for group in made.properties("AWS::Logs::LogGroup")),
    ]


def test_a_created_key_is_that_of_secrets_bucket_and_log_groups(synthesized_with: Deploy) -> None:
    made = synthesized_with(encryption={"customer_managed_key": True}, network={"flow_logs": True})
    (key_id,) = made.of_type("AWS::KMS::Key")
    (key,) = made.properties("AWS::KMS::Key")
    arns = [made.exported(each) for each in _key_arns(made)]
    assert arns == [{"Fn::GetAtt": [key_id, "Arn"]}] * 4
    assert key["EnableKeyRotation"] is True
    (logs,) = (each for each in key["KeyPolicy"]["Statement"] if "Service" in each["Principal"])
    (allowed,) = logs["Condition"]["ArnLike"].items()
    parts = ["arn:", {"Ref": "AWS::Partition"}, ":logs:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}]
    assert allowed == ("kms:EncryptionContext:aws:logs:arn", {"Fn::Join": ["", [*parts, ":log-group:*"]]})


def test_a_given_key_is_that_of_secrets_bucket_and_log_groups(synthesized_with: Deploy) -> None:
    made = synthesized_with(encryption=GIVEN["encryption"], network={"flow_logs": True})
    assert _key_arns(made) == [KEY] * 4


def test_roles_may_use_the_key_of_what_they_read(synthesized_with: Deploy) -> None:
    made = synthesized_with(encryption=GIVEN["encryption"], bucket=GIVEN["bucket"])
    for path, actions in {
        "spark/ExecutionRole/Resource/DefaultPolicy/Resource": {"kms:Decrypt", "kms:GenerateDataKey"},
        "Eks/Cluster/Role/DefaultPolicy/Resource": {"kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"},
    }.items():
        policy_id, policy = made.at(path, "AWS::IAM::Policy")
        statements = policy["Properties"]["PolicyDocument"]["Statement"]
        (statement,) = (each for each in statements if each["Resource"] == KEY)
        assert set(statement["Action"]) == actions
        if path.startswith("Eks"):
            ((_, cluster),) = made.of_type("AWS::EKS::Cluster").items()
            assert policy_id in cluster["DependsOn"]
