"""Planned beside observed: a definition planned against the live cluster lands where its pods are then seen."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from emr_eks_placement.aws.cluster import ClusterCapacity, read_cluster
from emr_eks_placement.planning import Plan, plan
from local.demo.observed import ROLES
from local.eks.scheduler import NODE_GROUP_LABEL
from tests.demo.conftest import NAMESPACE, PLACEMENTS, Deployed

ZONE = "topology.kubernetes.io/zone"


@pytest.fixture(scope="package")
def capacity(deployed: Deployed) -> ClusterCapacity:
    (name,) = deployed.local.session.client("eks").list_clusters()["clusters"]
    return read_cluster(deployed.local.session, name)


def planned(deployed: Deployed, capacity: ClusterCapacity, request: Mapping[str, Any]) -> Plan:
    s3 = deployed.local.session.client("s3")
    (defaults, *_) = request["configurationOverrides"]["applicationConfiguration"]
    uris = [value for key, value in defaults["properties"].items() if key.endswith("podTemplateFile")]
    templates = {}
    for uri in uris:
        key = uri.removeprefix(f"s3://{deployed.bucket}/")
        templates[uri] = yaml.safe_load(s3.get_object(Bucket=deployed.bucket, Key=key)["Body"].read())
    return plan(request, templates, capacity, namespace=NAMESPACE)


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_every_pod_is_where_the_plan_says(deployed: Deployed, capacity: ClusterCapacity, placement: str) -> None:
    request = deployed.definition(placement)
    said, seen = planned(deployed, capacity, request), deployed.run(placement)
    for role in ROLES:
        pod, observed = said.of(role), seen.pods[role]
        assert len(observed) == pod.count
        for one in observed:
            assert one.node_labels is not None
            assert one.on_fargate == (pod.landing.compute == "fargate")
            assert one.size == (str(pod.landing.size) if pod.landing.size else None)
            assert one.node_labels[ZONE] in pod.landing.zones
            assert one.on_fargate or one.node_labels[NODE_GROUP_LABEL] in pod.landing.on


def test_a_live_cluster_reads_as_its_environment_says(deployed: Deployed, capacity: ClusterCapacity) -> None:
    wanted = deployed.environment
    assert capacity.region == wanted.region
    assert capacity.zones == wanted.zones
    groups = [group.model_copy(update={"zones": group.zones or wanted.zones}) for group in wanted.node_groups.values()]
    comparable = {"desired_size": None, "disk_gib": 50}
    assert sorted(str(one.model_copy(update=comparable)) for one in capacity.node_groups.values()) == sorted(
        str(one.model_copy(update=comparable)) for one in groups
    )
    profiles = [one.model_copy(update={"zones": one.zones or wanted.zones}) for one in wanted.profiles().values()]
    assert sorted(map(str, capacity.profiles().values())) == sorted(map(str, profiles))


def test_what_the_plan_calls_pending_is_pending(deployed: Deployed, capacity: ClusterCapacity) -> None:
    request = deployed.definition("fargate-one-zone")
    properties = request["configurationOverrides"]["applicationConfiguration"][0]["properties"]
    properties[f"spark.kubernetes.node.selector.{ZONE}"] = "us-east-1b"
    said = planned(deployed, capacity, request)
    assert [problem.code for problem in said.problems if problem.role == "driver"] == ["FARGATE_NODE_SELECTOR"]
    assert deployed.run("fargate-one-zone", request).pods["driver"][0].node_labels is None
