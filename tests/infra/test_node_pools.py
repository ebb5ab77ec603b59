"""What node pools add to an environment's templates, and that its capacity can be read from them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from emr_eks_placement.assembly import read_assembly
from emr_eks_placement.environment import capacity_of
from emr_eks_placement.facts.fargate import DEFAULT_VCPU_QUOTA
from stacks import EnvironmentStacks
from tests.changed_environment import changed_environment
from tests.infra.gates import GATES, unexplained
from tests.infra.synthesized import Synthesized, cli_context
from tests.infra.test_existing import CLUSTER, VPC

POOLS: dict[str, Any] = {
    "spark-burst": {
        "instance_types": ["m6i.4xlarge", "m5.4xlarge"],
        "capacity_types": ["spot", "on-demand"],
        "max_vcpus": 320,
        "labels": {"workload": "spark-burst"},
        "taints": [
            {"key": "workload", "value": "spark-burst", "effect": "NoSchedule"},
            {"key": "a", "effect": "NoExecute"},
        ],
        "zones": ["us-east-1b"],
        "disk_gib": 200,
    },
    "arm": {"instance_types": ["m7g.2xlarge"]},
}
MANIFEST = "Custom::AWSCDK-EKS-KubernetesResource"


def synthesized(folder: Path, **parts: Any) -> Synthesized:
    """dev.yaml with these pools and settings."""
    environment = changed_environment(folder, node_pools=POOLS, **parts)
    app = cdk.App(outdir=str(folder / "cdk.out"), context=cli_context(), analytics_reporting=False)
    stacks = EnvironmentStacks(app, environment)
    app.synth()
    return Synthesized(environment, stacks, folder / "cdk.out")


@pytest.fixture(scope="module")
def pooled(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    return synthesized(tmp_path_factory.mktemp("pooled"))


def manifest(pooled: Synthesized, name: str) -> list[dict[str, Any]]:
    """The pool's NodeClass and NodePool, with the logical ids of what they refer to."""
    _, resource = pooled.at(f"NodePools/{name}/Resource/Default", MANIFEST)
    joined = resource["Properties"]["Manifest"]["Fn::Join"][1]
    text = "".join(
        part if isinstance(part, str) else part.get("Ref") or ".".join(part["Fn::GetAtt"]) for part in joined
    )
    objects: list[dict[str, Any]] = json.loads(text)
    return objects


def test_the_assembly_has_the_capacity_of_the_environment(pooled: Synthesized) -> None:
    expected = replace(capacity_of(pooled.environment), fargate_vcpus=DEFAULT_VCPU_QUOTA)
    assert set(expected.node_pools) == set(POOLS)
    assert read_assembly(pooled.folder) == {"Cluster": expected}


def test_auto_mode_is_on_in_all_its_parts_and_without_pools_of_its_own(pooled: Synthesized) -> None:
    (cluster,) = pooled.properties("AWS::EKS::Cluster")
    assert cluster["ComputeConfig"] == {"Enabled": True, "NodePools": []}
    assert cluster["StorageConfig"] == {"BlockStorage": {"Enabled": True}}
    assert cluster["KubernetesNetworkConfig"]["ElasticLoadBalancing"] == {"Enabled": True}
    assert "BootstrapSelfManagedAddons" not in cluster, "or a cluster that is there would be replaced"
    role = pooled.resources[cluster["RoleArn"]["Fn::GetAtt"][0]]["Properties"]
    attached = json.dumps(role["ManagedPolicyArns"])
    for policy in ("Cluster", "Compute", "BlockStorage", "LoadBalancing", "Networking"):
        assert f"AmazonEKS{policy}Policy" in attached
    assert "sts:TagSession" in json.dumps(role["AssumeRolePolicyDocument"])


def test_the_nodes_may_join_and_have_the_clusters_security_group(pooled: Synthesized) -> None:
    cluster_id, _ = pooled.at("Eks/Cluster/Resource", "AWS::EKS::Cluster")
    role_id, role = pooled.at("NodePools/NodeRole/Resource", "AWS::IAM::Role")
    _, entry = pooled.at("NodePools/NodeAccess", "AWS::EKS::AccessEntry")
    assert entry["Properties"]["Type"] == "EC2"
    assert entry["Properties"]["PrincipalArn"] == {"Fn::GetAtt": [role_id, "Arn"]}
    assert "AmazonEKSAutoNodePolicy" in json.dumps(entry["Properties"]["AccessPolicies"])
    for policy in ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"):
        assert policy in json.dumps(role["Properties"]["ManagedPolicyArns"])
    for name in POOLS:
        node_class, _ = manifest(pooled, name)
        assert node_class["spec"]["role"] == role_id
        assert node_class["spec"]["securityGroupSelectorTerms"] == [{"id": f"{cluster_id}.ClusterSecurityGroupId"}]


def test_a_node_pool_asks_for_what_its_settings_say(pooled: Synthesized) -> None:
    node_class, pool = manifest(pooled, "spark-burst")
    subnets = [pooled.resources[term["id"]]["Properties"] for term in node_class["spec"]["subnetSelectorTerms"]]
    assert [(one["AvailabilityZone"], one["MapPublicIpOnLaunch"]) for one in subnets] == [("us-east-1b", False)]
    assert node_class["spec"]["ephemeralStorage"] == {"size": "200Gi"}
    template = pool["spec"]["template"]
    assert template["metadata"]["labels"] == {"workload": "spark-burst"}
    assert template["spec"]["nodeClassRef"] == {
        "group": "eks.amazonaws.com",
        "kind": "NodeClass",
        "name": "spark-burst",
    }
    assert template["spec"]["taints"] == [
        {"key": "workload", "value": "spark-burst", "effect": "NoSchedule"},
        {"key": "a", "effect": "NoExecute"},
    ]
    assert {one["key"]: (one["operator"], one["values"]) for one in template["spec"]["requirements"]} == {
        "node.kubernetes.io/instance-type": ("In", ["m6i.4xlarge", "m5.4xlarge"]),
        "kubernetes.io/arch": ("In", ["amd64"]),
        "karpenter.sh/capacity-type": ("In", ["spot", "on-demand"]),
        "topology.kubernetes.io/zone": ("In", ["us-east-1b"]),
    }
    assert pool["spec"]["limits"] == {"cpu": "320"}
    assert pool["spec"]["disruption"]["consolidationPolicy"] == "WhenEmpty"


def test_pools_go_before_what_their_nodes_need(pooled: Synthesized) -> None:
    """CloudFormation deletes a resource before those that it depends on or refers to."""
    entry_id, _ = pooled.at("NodePools/NodeAccess", "AWS::EKS::AccessEntry")
    cluster_id, _ = pooled.at("Eks/Cluster/Resource", "AWS::EKS::Cluster")
    for name in POOLS:
        _, resource = pooled.at(f"NodePools/{name}/Resource/Default", MANIFEST)
        assert entry_id in resource["DependsOn"]
        assert resource["Properties"]["ClusterName"] == {"Ref": cluster_id}


def test_a_cluster_that_is_there_gets_pools_and_is_left_as_it_is(tmp_path: Path) -> None:
    made = synthesized(tmp_path, network=VPC, cluster=CLUSTER)
    assert not made.of_type("AWS::EKS::Addon")
    access_id, _ = made.at("Eks/KubectlAccess/Resource", "AWS::EKS::AccessEntry")
    _, resource = made.at("NodePools/arm/Resource/Default", MANIFEST)
    assert access_id in resource["DependsOn"]
    node_class, _ = manifest(made, "arm")
    assert node_class["spec"]["securityGroupSelectorTerms"] == [{"id": CLUSTER["security_group_id"]}]
    assert [term["id"] for term in node_class["spec"]["subnetSelectorTerms"]] == list(VPC["subnets"].values())
    assert set(read_assembly(made.folder)["analytics"].node_pools) == set(POOLS)


def test_cfn_lint_has_nothing_to_say(pooled: Synthesized) -> None:
    assert not unexplained(GATES["cfn-lint"]([pooled]))


def test_without_pools_there_is_nothing_of_them(dev: Synthesized) -> None:
    (cluster,) = dev.properties("AWS::EKS::Cluster")
    assert cluster["ComputeConfig"] == {"Enabled": False}
    assert not any("NodePools" in resource["Metadata"].get("aws:cdk:path", "") for resource in dev.resources.values())
