"""A new cluster without any EC2 node: CoreDNS on Fargate, by a profile of its own."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from emr_eks_placement.assembly import read_assembly
from emr_eks_placement.definition import CheckedEnvironment
from emr_eks_placement.environment import capacity_of
from emr_eks_placement.facts.fargate import DEFAULT_VCPU_QUOTA
from stacks import EnvironmentStacks
from tests.changed_environment import changed_environment
from tests.infra.gates import GATES, unexplained
from tests.infra.synthesized import Synthesized, cli_context

JOB: dict[str, Any] = {
    "virtual_cluster": "spark",
    "entry_point": "s3://example-code/trips.py",
    "release_label": "emr-7.12.0-latest",
    "placements": {"all-on-fargate": {"mode": "fargate", "submitter": "fargate"}},
}
NO_NODES: dict[str, Any] = {
    "cluster": {"core_dns": "fargate"},
    "node_groups": {"system": None, "spark-drivers": None, "spark-executors": None},
    "jobs": {"trip-count": JOB},
}
POOL = {"node_pools": {"burst": {"instance_types": ["m6i.4xlarge"]}}}


def synthesized(folder: Path, **parts: Any) -> Synthesized:
    folder.mkdir(exist_ok=True)
    environment = changed_environment(folder, **parts)
    app = cdk.App(outdir=str(folder / "cdk.out"), context=cli_context(), analytics_reporting=False)
    stacks = EnvironmentStacks(app, environment)
    app.synth()
    return Synthesized(environment, stacks, folder / "cdk.out")


@pytest.fixture(scope="module")
def without_nodes(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    return synthesized(tmp_path_factory.mktemp("without-nodes"), **NO_NODES)


def core_dns(made: Synthesized) -> dict[str, Any]:
    (addon,) = (one for one in made.of_type("AWS::EKS::Addon").values() if one["Properties"]["AddonName"] == "coredns")
    return addon


def profile_of_core_dns(made: Synthesized) -> str:
    (name,) = (
        key
        for key, one in made.of_type("AWS::EKS::FargateProfile").items()
        if one["Properties"]["Selectors"] == [
            {"Namespace": "kube-system", "Labels": [{"Key": "k8s-app", "Value": "kube-dns"}]}
        ]
    )  # fmt: skip
    return name


def test_nothing_of_it_is_an_ec2_node(without_nodes: Synthesized) -> None:
    for kind in ("AWS::EKS::Nodegroup", "AWS::EC2::LaunchTemplate", "AWS::AutoScaling::AutoScalingGroup"):
        assert not without_nodes.of_type(kind)
    roles = json.dumps(without_nodes.properties("AWS::IAM::Role"))
    assert "AmazonEKSWorkerNodePolicy" not in roles
    assert "ec2.amazonaws.com" not in roles


def test_core_dns_is_moved_to_fargate_once_a_profile_takes_it(without_nodes: Synthesized) -> None:
    addon = core_dns(without_nodes)
    assert json.loads(addon["Properties"]["ConfigurationValues"]) == {"computeType": "Fargate"}
    assert addon["Properties"]["ResolveConflicts"] == "OVERWRITE", "EKS creates the cluster with CoreDNS for EC2"
    assert addon["DependsOn"] == [profile_of_core_dns(without_nodes)]


def test_all_of_a_job_runs_on_fargate(without_nodes: Synthesized) -> None:
    capacity = capacity_of(without_nodes.environment)
    assert (capacity.node_groups, set(capacity.fargate_profiles)) == ({}, {"core-dns", "spark"})
    assert read_assembly(without_nodes.folder) == {"Cluster": replace(capacity, fargate_vcpus=DEFAULT_VCPU_QUOTA)}
    ((_, found),) = CheckedEnvironment.of(without_nodes.environment).plans()
    assert [pod.landing.compute for pod in found.pods] == ["fargate"] * 3
    assert not [one for one in found.problems if one.severity == "error"]
    assert found.nodes == ()


@pytest.mark.parametrize("gate", ["cfn-lint", "iam-actions", "clusters"])
def test_the_gates_have_nothing_to_say(gate: str, without_nodes: Synthesized) -> None:
    assert not unexplained(GATES[gate]([without_nodes]))


def test_with_node_groups_they_do_not_wait_for_core_dns(tmp_path: Path) -> None:
    made = synthesized(tmp_path / "both", cluster={"core_dns": "fargate"})
    assert core_dns(made)["DependsOn"] == [profile_of_core_dns(made)]
    assert made.of_type("AWS::EKS::Nodegroup")


def test_with_eks_auto_mode_core_dns_is_on_fargate_too(tmp_path: Path) -> None:
    made = synthesized(tmp_path / "pooled", **NO_NODES, **POOL)
    addon = core_dns(made)
    assert json.loads(addon["Properties"]["ConfigurationValues"]) == {"computeType": "Fargate"}
    assert addon["DependsOn"] == [profile_of_core_dns(made)]


def test_node_pools_that_come_later_leave_the_add_on_as_it_is(without_nodes: Synthesized, tmp_path: Path) -> None:
    """CloudFormation would make a second add-on of the name before it deletes the first, which EKS refuses."""
    later = synthesized(tmp_path / "later", **NO_NODES, **POOL)

    def id_of(made: Synthesized) -> str:
        return made.at("NetworkAddons/coredns", "AWS::EKS::Addon")[0]

    assert id_of(without_nodes) == id_of(later)


def test_without_the_choice_nothing_changes(dev: Synthesized) -> None:
    assert "ConfigurationValues" not in core_dns(dev)["Properties"]
    assert len(dev.of_type("AWS::EKS::FargateProfile")) == 1
