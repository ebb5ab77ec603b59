"""What plans of one cluster share never shows: a job is planned as if it were the cluster's first."""

import os
import random
from dataclasses import replace
from typing import Any

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.emr.request_check import check_request
from emr_eks_placement.planning import Plan, manifests_of, plan
from emr_eks_placement.scheduling import alike
from emr_eks_placement.scheduling.capacity import Capacity
from tests.unit.planned import LABEL, NAMESPACE, ZONE_A, ZONE_B, capacity, node_group, request, template

ANTI_AFFINITY = "s3://t/apart.yaml"
TEMPLATE = {
    "spec": {
        "affinity": {
            "podAntiAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [
                    {
                        "labelSelector": {"matchLabels": {"spark-role": "executor"}},
                        "topologyKey": "kubernetes.io/hostname",
                    }
                ]
            }
        }
    }
}

DRAWS = int(
    os.environ.get("ROUND_TRIP_EXAMPLES") or 900
)  # fewer miss a memo that counts pods beside one kind instead of two

CLUSTERS = {
    "full": {"small": node_group("m6i.large", zones=(ZONE_A, ZONE_B), initial_size=1, max_size=3)},
    "mixed": {
        "small": node_group("m6i.large", zones=(ZONE_A, ZONE_B), initial_size=2, max_size=4),
        "mixed": node_group(
            "m6i.2xlarge", "m5.xlarge", zones=(ZONE_A, ZONE_B), max_size=3, labels={"workload": "spark"}
        ),
        "spot": node_group("r6i.xlarge", "r5.large", capacity_type="spot", initial_size=0, max_size=3),
    },
}


def draw(rng: random.Random) -> dict[str, Any]:
    """Sizes around those of which a node holds one more or less; most jobs are alike in all but one thing."""
    properties = {"spark.executor.instances": str(rng.choice([1, 3, 12]))}
    for role in ("driver", "executor"):
        cpu, memory = rng.choice(["200m", "200m", "1"]), rng.randrange(500, 6000)
        properties |= {f"spark.kubernetes.{role}.request.cores": cpu, f"spark.{role}.memory": f"{memory}m"}
        if rng.random() < 0.1:
            properties[f"spark.kubernetes.{role}.label.{LABEL}"] = "fargate"
        if rng.random() < 0.1:
            properties[f"spark.kubernetes.{role}.node.selector.workload"] = "spark"
        if rng.random() < 0.1:
            properties[f"spark.kubernetes.{role}.node.selector.topology.kubernetes.io/zone"] = ZONE_A
    if rng.random() < 0.3:
        properties["spark.kubernetes.executor.podTemplateFile"] = ANTI_AFFINITY
    asked = request(properties)
    if rng.random() < 0.5:  # executors with a sidecar too, whose memory is not certain
        monitoring = {"s3MonitoringConfiguration": {"logUri": "s3://logs/"}}
        asked["configurationOverrides"]["monitoringConfiguration"] = monitoring
    return asked


def planned(asked: dict[str, Any], where: Capacity) -> Plan | str:
    try:
        return plan(check_request(asked), {ANTI_AFFINITY: TEMPLATE}, where, namespace=NAMESPACE)
    except RuleError as error:
        return str(error)


@pytest.mark.parametrize("groups", CLUSTERS)
@pytest.mark.parametrize("most_known", [1000, 3])
def test_a_plan_is_the_same_whatever_was_planned_before_it(
    groups: str, most_known: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alike, "_MOST_KNOWN", most_known)
    rng = random.Random(most_known)  # noqa: S311 cases, not secrets
    shared = capacity(node_groups=CLUSTERS[groups])
    different = set()
    for _ in range(DRAWS):
        asked = draw(rng)
        found = planned(asked, shared)
        assert found == planned(asked, replace(shared)), asked
        different.add(repr(found))
    assert len(different) > DRAWS / 2, "the jobs differ"
    assert len(shared.worked_out[alike.countings_of]) <= most_known


def test_a_plan_keeps_no_manifests_which_would_fill_the_memory_of_thousands_of_plans() -> None:
    content = template("executor", sidecars=[{"name": "side", "image": "busybox", "args": ["of the manifest alone"]}])
    asked = request({"spark.kubernetes.executor.podTemplateFile": ANTI_AFFINITY})
    where = (asked, {ANTI_AFFINITY: content}, capacity())
    assert "of the manifest alone" in repr(manifests_of(*where, namespace=NAMESPACE))
    assert "of the manifest alone" not in repr(plan(*where, namespace=NAMESPACE))
