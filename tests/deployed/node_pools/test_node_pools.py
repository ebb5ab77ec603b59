"""An environment with a node pool, deployed by the CDK CLI to a local cluster: its manifests, and pods on its nodes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from emr_eks_placement.assembly import read_assembly
from emr_eks_placement.aws.cluster import read_cluster
from local.cdk import CdkCli
from local.cluster import LocalCluster
from stacks.platform import PlatformStack
from tests.changed_environment import changed_environment

POOL = {
    "instance_types": ["m6i.4xlarge", "m5.4xlarge"],
    "capacity_types": ["spot"],
    "labels": {"workload": "burst"},
    "zones": ["us-east-1b"],
}


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[tuple[LocalCluster, CdkCli]]:
    environment = changed_environment(tmp_path, node_pools={"burst": POOL})
    assembly = tmp_path / "cdk.out"
    app = cdk.App(outdir=str(assembly), analytics_reporting=False)
    PlatformStack(app, environment=environment)
    app.synth()
    cli = CdkCli(environment.name, assembly, tmp_path / "cdk.log")
    with LocalCluster(tmp_path, region=environment.region) as local:
        cli.bootstrap("000000000000", environment.region)
        cli.deploy(tmp_path / "outputs.json")
        yield local, cli


def pod(node_selector: dict[str, str]) -> dict[str, Any]:
    resources = {"requests": {"cpu": "2", "memory": "4Gi"}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "spark", "namespace": "default"},
        "spec": {"nodeSelector": node_selector, "containers": [{"name": "a", "image": "a", "resources": resources}]},
    }


def test_a_node_pool_deploys_takes_pods_and_leaves_nothing_behind(deployed: tuple[LocalCluster, CdkCli]) -> None:
    local, cli = deployed
    eks = local.session.client("eks")
    (name,) = eks.list_clusters()["clusters"]
    cluster = eks.describe_cluster(name=name)["cluster"]
    assert cluster["computeConfig"]["enabled"]
    (node_class,), (pool,) = local.kubernetes.objects("nodeclasses"), local.kubernetes.objects("nodepools")
    role = node_class["spec"]["role"]
    assert pool["spec"]["template"]["spec"]["nodeClassRef"]["name"] == node_class["metadata"]["name"] == "burst"
    assert node_class["spec"]["securityGroupSelectorTerms"] == [
        {"id": cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]}
    ]
    entries = eks.list_access_entries(clusterName=name)["accessEntries"]
    (entry,) = (one for one in entries if one.endswith(f"role/{role}"))
    assert eks.describe_access_entry(clusterName=name, principalArn=entry)["accessEntry"]["type"] == "EC2"
    subnet_ids = [term["id"] for term in node_class["spec"]["subnetSelectorTerms"]]
    subnets = local.session.client("ec2").describe_subnets(SubnetIds=subnet_ids)["Subnets"]
    assert [one["AvailabilityZone"] for one in subnets] == ["us-east-1b"]
    assert set(eks.list_addons(clusterName=name)["addons"]) == {"coredns", "kube-proxy", "vpc-cni"}

    live, (synthesized,) = read_cluster(local.session, name), read_assembly(cli.assembly).values()
    assert (live.node_pools, live.other_nodes) == (synthesized.node_pools, "")

    local.kubernetes.create(pod({"karpenter.sh/nodepool": "burst", "karpenter.sh/capacity-type": "spot"}))
    (placed,) = local.kubernetes.objects("pods")
    (node,) = (
        one for one in local.kubernetes.objects("nodes") if one["metadata"]["name"] == placed["spec"]["nodeName"]
    )
    labels = node["metadata"]["labels"]
    assert labels["topology.kubernetes.io/zone"] == "us-east-1b"
    assert (labels["workload"], labels["eks.amazonaws.com/compute-type"]) == ("burst", "auto")
    local.kubernetes.delete("pods", "spark", "default")

    cli.destroy()
    assert not local.kubernetes.objects("nodepools")
    assert not local.kubernetes.objects("nodeclasses")
    assert not eks.list_clusters()["clusters"]
