"""The last tests of the folder: an upgrade, after which app.py has no kubectl layer to synthesize with, and destroy."""

import sys
from collections.abc import Sequence
from itertools import pairwise
from types import SimpleNamespace

import aws_cdk as cdk
import pytest
from aws_cdk.lambda_layer_kubectl_v35 import KubectlV35Layer

from emr_eks_placement.environment_file import load_environment
from stacks import EnvironmentStacks
from tests.deployed.changes.environment_changes import NAME, STACKS, ChangingEnvironment
from tests.infra.synthesized import cli_context

_CLUSTER, _NODE_GROUP, _ADD_ON = "AWS::EKS::Cluster", "AWS::EKS::Nodegroup", "AWS::EKS::Addon"


def test_one_kubernetes_version_up(deployed: ChangingEnvironment, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the layer of kubectl 1.35 standing in for 1.36, of which no package is installed; data is retained from then on."""
    layer = SimpleNamespace(KubectlV36Layer=KubectlV35Layer)
    monkeypatch.setitem(sys.modules, "aws_cdk.lambda_layer_kubectl_v36", layer)
    deployed.data["cluster"]["version"] = "1.36"
    deployed.data["cluster"]["add_on_versions"] = {"kube-proxy": "v1.36.0-eksbuild.1", "coredns": "v1.13.1-eksbuild.1"}
    deployed.data["retain_data"] = True
    deployed.write()
    app = cdk.App(outdir=str(deployed.cli.assembly), context=cli_context(), analytics_reporting=False)
    EnvironmentStacks(app, load_environment(deployed.file))
    app.synth()
    outcome = deployed.deploy()
    assert not outcome.replaced and not outcome.added and not outcome.removed
    assert set(outcome.of(_CLUSTER).updated) == {"Eks/Cluster"}
    assert set(outcome.of(_NODE_GROUP).updated) == {"NodeGroups/drivers", "NodeGroups/system"}
    events = list(deployed.events("changing-platform"))
    kinds = (_CLUSTER, _NODE_GROUP, _ADD_ON)
    done = [kind for status, kind, _ in events if status == "UPDATE_COMPLETE" and kind in kinds]
    assert set(outcome.of(_ADD_ON).updated) == {"NetworkAddons/kube-proxy", "NetworkAddons/coredns"}
    assert done[-6:].index(_CLUSTER) < done[-6:].index(_NODE_GROUP)
    assert [kind for kind in done[-6:] if kind != _ADD_ON] == [_CLUSTER, _NODE_GROUP, _NODE_GROUP]
    assert done[-1] == _ADD_ON, "CoreDNS, when the nodes are there"


def test_destroy_goes_from_what_runs_to_what_it_runs_on(deployed: ChangingEnvironment) -> None:
    bucket = deployed.physical_ids("AWS::S3::Bucket")
    log_groups = deployed.physical_ids("AWS::Logs::LogGroup")
    assert bucket and log_groups
    ids = deployed.stack_ids()
    deployed.cli.destroy()
    assert not deployed.deployed_stacks()

    deleted = [
        (status, kind)
        for part in reversed(STACKS)
        for status, kind, _ in deployed.events(ids[f"{NAME}-{part}"])
        if status in ("DELETE_IN_PROGRESS", "DELETE_COMPLETE")
    ]
    order = (
        "AWS::EMRContainers::VirtualCluster",
        "Custom::AWSCDK-EKS-KubernetesResource",
        "AWS::EKS::FargateProfile",
        "AWS::EKS::Nodegroup",
        "AWS::EKS::Cluster",
        "AWS::EC2::VPC",
    )
    for first, then in pairwise(order):
        assert _last(deleted, ("DELETE_COMPLETE", first)) < deleted.index(("DELETE_IN_PROGRESS", then)), (first, then)
    profiles = [status for status, kind in deleted if kind == "AWS::EKS::FargateProfile"]
    assert len(profiles) >= 4
    assert profiles == ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"] * (len(profiles) // 2)  # one at a time

    session = deployed.local.session
    assert bucket[0] in [each["Name"] for each in session.client("s3").list_buckets()["Buckets"]]
    groups = session.client("logs").describe_log_groups()["logGroups"]
    assert set(log_groups) <= {group["logGroupName"] for group in groups}


def _last(events: Sequence[tuple[str, str]], event: tuple[str, str]) -> int:
    return len(events) - 1 - list(reversed(events)).index(event)
