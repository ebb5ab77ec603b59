"""Choices of network and cluster that no environment file makes."""

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from emr_eks_placement.environment import Environment
from stacks.platform import PlatformStack
from tests.infra.conftest import Synthesize

ADMIN = "arn:aws:iam::111122223333:role/admin"


@pytest.fixture
def platform(tmp_path: Path, synthesize: Synthesize) -> Any:
    """Settings of the cluster -> the platform's template."""

    def make(**cluster: Any) -> Template:
        data = synthesize("dev").environment.model_dump(exclude_unset=True)
        data["cluster"] |= cluster
        data["jobs"] = {}
        stack = PlatformStack(cdk.App(outdir=str(tmp_path)), environment=Environment.model_validate(data))
        return Template.from_stack(stack)

    return make


@pytest.mark.parametrize(
    ("access", "public", "private"),
    [("public", True, False), ("private", False, True), ("public-and-private", True, True)],
)
def test_endpoint_access(platform: Any, access: str, public: bool, private: bool) -> None:
    template = platform(endpoint_access=access)
    vpc = {"EndpointPublicAccess": public, "EndpointPrivateAccess": private}
    template.has_resource_properties("AWS::EKS::Cluster", {"ResourcesVpcConfig": vpc})
    (cluster,) = template.find_resources("AWS::EKS::Cluster").values()
    # Without the private endpoint too, whatever joins needs the way out first.
    assert set(template.find_resources("AWS::EC2::Route")) <= set(cluster["DependsOn"])


@pytest.mark.parametrize("policy", ["standard", "extended"])
def test_the_upgrade_policy_is_eks_own_unless_it_is_set(platform: Any, policy: str) -> None:
    wanted = {"UpgradePolicy": {"SupportType": policy.upper()}}
    platform(upgrade_policy=policy).has_resource_properties("AWS::EKS::Cluster", wanted)
    (cluster,) = platform().find_resources("AWS::EKS::Cluster").values()
    assert "UpgradePolicy" not in cluster["Properties"]


def test_the_kubectl_handler_reaches_a_private_endpoint(platform: Any) -> None:
    template = platform(endpoint_access="private")
    functions = template.find_resources("AWS::Lambda::Function").items()
    assert {"VpcConfig" in each["Properties"] for name, each in functions if "Kubectl" in name} == {True}


def test_admins_are_cluster_admins_by_access_entry(platform: Any) -> None:
    template = platform(admins=[ADMIN])
    policy = {
        "Fn::Join": [
            "",
            ["arn:", {"Ref": "AWS::Partition"}, ":eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"],
        ]
    }
    template.has_resource_properties(
        "AWS::EKS::AccessEntry",
        {"PrincipalArn": ADMIN, "AccessPolicies": [{"AccessScope": {"Type": "cluster"}, "PolicyArn": policy}]},
    )
