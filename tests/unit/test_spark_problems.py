"""What is no problem of Spark's configuration: the neighbours of what is."""

from typing import Any

import pytest

from emr_eks_placement.facts.shipped import shipped
from emr_eks_placement.facts.spark_entries import alternates
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.spark.hints import meant
from tests.unit.planned import CAPACITY, planned, request, template
from tests.unit.problem_cases.spark import DYNAMIC, MADE, ON, ONE_ZONE, OPTIONS, TWO_ZONES, asking, claim

# Request, template of the driver, release; each differs in one thing from a case of problem_cases/spark.py.
RIGHT: dict[str, tuple[dict[str, str], str, dict[str, Any] | None, str]] = {
    "cluster mode, which EMR sets too": ({"spark.submit.deployMode": "cluster"}, "--deploy-mode cluster", None, "7.12.0"),
    "options that decide nothing": ({}, "--name count --queue default --verbose", None, "7.12.0"),
    "no feature steps": ({"spark.kubernetes.driver.pod.featureSteps": ""}, "", None, "7.12.0"),
    "the usual allocator": ({"spark.kubernetes.allocation.pods.allocator": "direct"}, "", None, "7.12.0"),
    "no streaming": ({"spark.streaming.dynamicAllocation.enabled": "false"}, "", None, "7.12.0"),
    "a property in its release": ({"spark.driver.memoryOverheadFactor": "0.5"}, "", None, "6.8.0"),
    "a property of nobody's": ({"spark.app.executors.memory": "8g", "spark.team": "a"}, "", None, "7.12.0"),
    "a property of Spark's": ({"spark.executor.heartbeatInterval": "20s", "spark.sql.ansi.enabled": "1"}, "", None, "7.12.0"),
    "a property of EMR's": ({"spark.resourceManager.cleanupExpiredHost": "x"}, "", None, "7.12.0"),
    "a new name": ({"spark.executor.memoryOverhead": "2g"}, "", None, "7.12.0"),
    "an old name without pods": ({"spark.yarn.principal": "a"}, "", None, "7.12.0"),
    "a reference to a property": ({"spark.executor.memoryOverhead": "${spark.my}", "spark.my": "2g"}, "", None, "7.12.0"),
    "a reference that decides nothing": ({"spark.driver.extraJavaOptions": "-Da=${env:HOME}"}, "", None, "7.12.0"),
    "bounds of dynamic allocation": (ON, "", None, "7.12.0"),
    "how dynamic allocation would let go": ({f"{DYNAMIC}executorIdleTimeout": "9s"}, "", None, "7.12.0"),
    "shuffle tracking before 3.4": ({**ON, f"{DYNAMIC}shuffleTracking.enabled": "true"}, "", None, "6.11.0"),
    "a shuffle service without dynamic allocation": ({"spark.shuffle.service.enabled": "true"}, "", None, "7.12.0"),
    "a template with what Spark asks": ({}, "", asking(requests={"memory": "1433Mi", "cpu": "1000m"}), "7.12.0"),
    "a template's own limit of CPU": ({}, "", asking(limits={"cpu": "2"}), "7.12.0"),
    "a template's own device": ({}, "", asking(requests={"ephemeral-storage": "1Gi"}), "7.12.0"),
    "a sidecar's requests": (
        {}, "", template(sidecars=[{"name": "side", "image": "side", "resources": {"requests": {"memory": "1Gi"}}}]), "7.12.0",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spark", "parameters", "driver", "release"), RIGHT.values(), ids=RIGHT.keys())
def test_what_is_right_is_no_problem(
    spark: dict[str, str], parameters: str, driver: dict[str, Any] | None, release: str
) -> None:
    asked = request(spark, parameters=parameters, release=f"emr-{release}-latest")
    asked.setdefault("configurationOverrides", {"applicationConfiguration": []})
    found = planned(asked, driver=driver) if driver else planned(asked)
    assert found.problems == ()


CLAIMS: dict[str, tuple[dict[str, str], Capacity, set[str]]] = {
    "a claim in the only zone": (claim("driver", "models"), ONE_ZONE, set()),
    "a claim of each executor": (claim("executor", "scratch-SPARK_EXECUTOR_ID"), ONE_ZONE, set()),
    "one executor": ({**claim("executor", "models"), "spark.executor.instances": "1"}, ONE_ZONE, set()),
    "several executors": (claim("executor", "models"), ONE_ZONE, {"VOLUME_SHARED"}),
    "a claim on demand in one zone": (MADE, CAPACITY, set()),
    "of the driver, which nobody takes over": (
        {key.replace("executor", "driver"): value for key, value in MADE.items()}, TWO_ZONES, set(),
    ),
    "a name with OnDemand in it": ({**MADE, f"{OPTIONS}claimName": "scratch-OnDemand"}, ONE_ZONE, set()),
    "and is not taken over": (
        {**MADE, "spark.kubernetes.driver.reusePersistentVolumeClaim": "false"}, TWO_ZONES, set(),
    ),
    "storage without a claim": (
        {"spark.kubernetes.driver.volumes.emptyDir.a.mount.path": "/a"}, TWO_ZONES, set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spark", "where", "codes"), CLAIMS.values(), ids=CLAIMS.keys())
def test_a_claim_is_a_problem_where_it_can_keep_pods_apart(
    spark: dict[str, str], where: Capacity, codes: set[str]
) -> None:
    found = {one.code for one in planned(request(spark), where).problems}
    assert {code for code in found if code.startswith("VOLUME_")} == codes


@pytest.mark.parametrize(
    ("role", "more", "found"),
    [
        ("driver", {}, True),
        ("driver", {"spark.driver.resource.gpu.discoveryScript": "/gpus.sh"}, False),
        ("driver", {"spark.driver.resourcesFile": "/gpus.json"}, False),
        ("driver", {"spark.driver.resource.gpu.amount": "0"}, False),
        ("executor", {"spark.driver.resourcesFile": "/gpus.json"}, True),
        ("executor", {"spark.resources.discoveryPlugin": "com.example.Plugin"}, False),
    ],
)
def test_a_device_needs_a_script_that_finds_it(role: str, more: dict[str, str], found: bool) -> None:
    asked = {f"spark.{role}.resource.gpu.amount": "1", f"spark.{role}.resource.gpu.vendor": "nvidia.com"}
    codes = {one.code for one in planned(request({**asked, **more})).problems}
    assert ("DEVICE_DISCOVERY" in codes) == found


def test_a_template_that_a_release_does_not_read_is_one_problem() -> None:
    """Not of the property too, which came with Spark 3.0."""
    assert {one.code for one in planned(request(release="emr-5.32.0-latest"), driver=template()).problems} == {
        *(one.code for one in planned(request(release="emr-5.32.0-latest")).problems),
        "TEMPLATE_UNSUPPORTED",
    }


def test_no_name_that_spark_knows_is_taken_for_another_misspelt() -> None:
    known = (*shipped("spark_entries")["entries"], *alternates(), "spark.executor.minMemoryOverhead", "spark.app.name")
    assert len(known) > 600
    assert [name for name in known if meant(name)] == []
    assert meant("spark.executor.minMemoryOverheads") == "spark.executor.minMemoryOverhead"


def test_a_wrong_name_s_fix_is_the_right_name() -> None:
    (problem,) = planned(request({"spark.executor.memoryoverhead": "2g"})).problems
    assert (problem.code, problem.fix) == ("SPARK_CONF_UNKNOWN", "Did you mean spark.executor.memoryOverhead?")
    (problem,) = planned(request({"spark.kubernetes.node.selectors.team": "a"})).problems
    assert problem.fix == "Did you mean spark.kubernetes.node.selector.team?"
