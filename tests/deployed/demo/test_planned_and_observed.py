"""Planned beside observed: a definition planned against the live cluster lands where its pods are then seen."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml

from emr_eks_placement.aws.cluster import read_cluster
from emr_eks_placement.environment import capacity_of
from emr_eks_placement.job.placement import ROLES
from emr_eks_placement.planning import Plan, plan
from emr_eks_placement.scheduling.capacity import Capacity
from tests.deployed.demo.conftest import NAMESPACE, PLACEMENTS, Deployed

ZONE = "topology.kubernetes.io/zone"


@pytest.fixture(scope="package")
def capacity(deployed: Deployed) -> Capacity:
    (name,) = deployed.local.session.client("eks").list_clusters()["clusters"]
    return read_cluster(deployed.local.session, name)


def planned(deployed: Deployed, capacity: Capacity, request: Mapping[str, Any]) -> Plan:
    s3 = deployed.local.session.client("s3")
    (defaults, *_) = request["configurationOverrides"]["applicationConfiguration"]
    uris = [value for key, value in defaults["properties"].items() if key.endswith("podTemplateFile")]
    templates = {}
    for uri in uris:
        key = uri.removeprefix(f"s3://{deployed.bucket}/")
        templates[uri] = yaml.safe_load(s3.get_object(Bucket=deployed.bucket, Key=key)["Body"].read())
    return plan(request, templates, capacity, namespace=NAMESPACE)


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_every_pod_is_as_planned(deployed: Deployed, capacity: Capacity, placement: str) -> None:
    request = deployed.definition(placement)
    said, seen = planned(deployed, capacity, request), deployed.run(placement)
    names = {name: one.deployed_name for name, one in capacity.node_groups.items()}
    names |= {name: one.deployed_name for name, one in capacity.fargate_profiles.items()}
    for role in ROLES:
        pod, observed = said.of(role), seen.pods[role]
        assert len(observed) == pod.count.most
        for one in observed:
            assert one.compute == pod.landing.compute
            assert one.size == pod.landing.size
            assert one.zone in pod.landing.zones
            assert one.on in {names[name] for name in pod.landing.on}


def test_a_live_cluster_reads_as_its_environment(deployed: Deployed, capacity: Capacity) -> None:
    """But for the names in EKS, which CloudFormation makes, and what only AWS knows: ids of zones, running nodes."""
    wanted = capacity_of(deployed.environment)
    assert (capacity.region, capacity.zones) == (wanted.region, wanted.zones)
    assert capacity.kubernetes_version == wanted.kubernetes_version
    assert set(capacity.namespaces.values()) == set(wanted.namespaces.values())
    assert wanted.node_groups == {
        name: replace(group, deployed_name=None, zone_ids={}, running=None)
        for name, group in capacity.node_groups.items()
    }
    assert wanted.fargate_profiles == {
        name: replace(profile, deployed_name=None) for name, profile in capacity.fargate_profiles.items()
    }


def test_what_the_plan_calls_pending_is_pending(deployed: Deployed, capacity: Capacity) -> None:
    request = deployed.definition("fargate-one-zone")
    properties = request["configurationOverrides"]["applicationConfiguration"][0]["properties"]
    properties[f"spark.kubernetes.node.selector.{ZONE}"] = "us-east-1b"
    said = planned(deployed, capacity, request)
    assert [problem.code for problem in said.problems if problem.role == "driver"] == ["FARGATE_ZONE"]
    assert deployed.run("fargate-one-zone", request).pods["driver"][0].node_labels is None
