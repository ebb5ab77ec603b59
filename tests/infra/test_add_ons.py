"""VPC CNI, kube-proxy and CoreDNS are add-ons that EKS manages, of EKS's versions or of the environment's."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.infra.synthesized import Synthesized
from tests.infra.test_core_dns import NO_NODES, POOL
from tests.infra.test_core_dns import synthesized as made_of

WITH: dict[str, dict[str, Any]] = {
    "node groups": {},
    "node groups and pools": POOL,
    "no nodes": NO_NODES,
    "CoreDNS on Fargate beside node groups": {"cluster": {"core_dns": "fargate"}},
}
PINNED = {"vpc-cni": "v1.21.1-eksbuild.1", "kube-proxy": "v1.35.0-eksbuild.2"}


def add_ons(made: Synthesized) -> dict[str, tuple[str, Any]]:
    """Logical id and resource of each add-on by its name."""
    return {one["Properties"]["AddonName"]: (key, one) for key, one in made.of_type("AWS::EKS::Addon").items()}


@pytest.mark.parametrize("capacity", WITH)
def test_every_new_cluster_has_all_three_managed(tmp_path: Path, capacity: str) -> None:
    made = made_of(tmp_path / "made", **WITH[capacity])
    found = add_ons(made)
    assert set(found) == {"vpc-cni", "kube-proxy", "coredns"}
    for _, one in found.values():
        assert one["Properties"]["ClusterName"] == {"Ref": made.at("Eks/Cluster/Resource", "AWS::EKS::Cluster")[0]}
        assert (one["Properties"]["ResolveConflicts"], one["Properties"]["PreserveOnDelete"]) == ("OVERWRITE", True)
        assert "AddonVersion" not in one["Properties"], "EKS takes its default for the version of the cluster"
        assert "ServiceAccountRoleArn" not in one["Properties"], "the node role has what VPC CNI needs"
    (cluster,) = made.properties("AWS::EKS::Cluster")
    assert "BootstrapSelfManagedAddons" not in cluster, "or a cluster that is there would be replaced"


@pytest.mark.parametrize("capacity", ["node groups", "node groups and pools"])
def test_nodes_come_after_the_network_and_before_core_dns(tmp_path: Path, capacity: str) -> None:
    made = made_of(tmp_path / "made", **WITH[capacity])
    found, groups = add_ons(made), made.of_type("AWS::EKS::Nodegroup")
    for group in groups.values():
        assert {found["vpc-cni"][0], found["kube-proxy"][0]} <= set(group["DependsOn"])
    assert set(groups) <= set(found["coredns"][1]["DependsOn"])
    assert "AmazonEKS_CNI_Policy" in json.dumps(made.at("NodeGroups/NodeRole/Resource", "AWS::IAM::Role")[1])


def test_versions_are_those_that_the_environment_names(tmp_path: Path) -> None:
    made = made_of(tmp_path / "made", cluster={"add_on_versions": PINNED})
    versions = {name: one["Properties"].get("AddonVersion") for name, (_, one) in add_ons(made).items()}
    assert versions == {**PINNED, "coredns": None}


def test_machine_images_and_forced_updates_are_of_the_group_that_names_them(tmp_path: Path) -> None:
    system = {"instance_types": ["m6i.large"], "release_version": "1.35.2-20261120", "force_update": True}
    made = made_of(tmp_path / "made", node_groups={"system": system})
    _, group = made.at("NodeGroups/system", "AWS::EKS::Nodegroup")
    wanted = {"Version": "1.35", "ReleaseVersion": "1.35.2-20261120", "ForceUpdateEnabled": True}
    assert {name: group["Properties"][name] for name in wanted} == wanted
    _, other = made.at("NodeGroups/spark-drivers", "AWS::EKS::Nodegroup")
    assert not {"ReleaseVersion", "ForceUpdateEnabled"} & set(other["Properties"])
