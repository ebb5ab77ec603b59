"""What the Kubernetes API refuses of a pod is an error of the plan that names the field, and the right value is none."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.planning import Refusal
from tests.unit.bad_input import Bad, check
from tests.unit.environments import TEXT
from tests.unit.planned import CAPACITY, ON_FARGATE, SUBMITTER_ON_FARGATE, planned, request, template
from tests.unit.refused_pods import CASES, TERM, Case


def refused(
    template_of_driver: dict[str, Any], spark: dict[str, str] | None = None, version: str = "1.35"
) -> list[str]:
    found = planned(request(spark), replace(CAPACITY, kubernetes_version=version), driver=template_of_driver)
    return [one.what for one in found.problems if isinstance(one, Refusal)]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_wrong_value_is_refused_by_name_and_the_right_one_is_not(case: Case) -> None:
    found = refused(template(**case.wrong), case.spark, case.version)
    assert [what for what in found if case.what in what], found
    assert len(found) == 1, "and nothing else"
    assert refused(template(**case.right), case.spark, case.version) == []


def test_what_spark_writes_over_a_template_is_not_refused() -> None:
    requests = {"resources": {"requests": {"cpu": "lots", "memory": "little"}}}
    assert refused(template(main=requests, restartPolicy="Maybe")) == []
    name = template("executor", hostname="Not A Name")
    assert planned(request(), executor=name).problems == ()


@pytest.mark.parametrize(
    ("spark", "what"),
    [
        ({"spark.driver.cores": "4", "spark.kubernetes.driver.limit.cores": "3500m"}, "limit.cores = '3500m': must be at least"),
        ({"spark.kubernetes.driver.request.cores": "2", "spark.kubernetes.driver.limit.cores": "1"}, "the request, 2"),
        ({"spark.kubernetes.driver.annotation.a b": "c"}, "metadata.annotations.'a b'"),
        ({"spark.kubernetes.driver.volumes.emptyDir.My_Data.mount.path": "/a"}, "spec.volumes[My_Data].name"),
    ],
)  # fmt: skip
def test_what_a_property_puts_into_the_pod_is_refused_too(spark: dict[str, str], what: str) -> None:
    found = [one for one in planned(request(spark)).problems if isinstance(one, Refusal)]
    assert [one.what for one in found if what in one.what], found
    assert found[0].path == (), "which no template has"


def test_a_placeholder_is_not_refused_for_its_value_is_not_known() -> None:
    for cores, refusals in (("<cores>", 0), ("many", 1)):
        found = planned(request({"spark.kubernetes.driver.limit.cores": cores})).problems
        assert len([one for one in found if isinstance(one, Refusal)]) == refusals


def test_the_rest_of_the_plan_is_there_beside_a_refusal() -> None:
    found = planned(request(), driver=template(tolerations=[{"key": "a", "operator": "In"}]))
    assert found.of("driver").landing.on == ("nodes",)
    assert found.of("driver").shape.tolerations == ()


def test_the_pods_of_a_run_without_templates_are_refused_nothing() -> None:
    logs: dict[str, Any] = {"emr_containers_defaults": {"logging.nativeSidecar": "ENABLED"}}
    for spark, more in (({}, {}), ({}, logs), (ON_FARGATE, {"emr_job_submitter": SUBMITTER_ON_FARGATE})):
        assert not [one for one in planned(request(spark, **more)).problems if isinstance(one, Refusal)]


MEMORY = "      memory: 2g\n"
HEAD = "      pod_template:\n        apiVersion: v1\n        kind: Pod\n"
MAIN = "        spec:\n          containers:\n            - name: spark-kubernetes-driver\n"
PINNED = TEXT[TEXT.index("      pinned-driver:\n") :]
DEFINED: dict[str, tuple[str, str, object, str]] = {
    "a sidecar without image, before Spark's container": (
        "        spec:\n          containers:\n            - {name: side} # <-\n            - name: spark-kubernetes-driver\n",
        "spec.containers[0].image", None, "is required",
    ),
    "a limit below what Spark requests": (
        MAIN + "              resources: {limits: {cpu: 100m}} # <-\n",
        "spec.containers[0].resources.limits.cpu", "100m", "must be at least the request, 1",
    ),
    "a mount of no volume": (
        MAIN + "              volumeMounts: [{name: a, mountPath: /a}] # <-\n",
        "spec.containers[0].volumeMounts[0].name", "a", "no volume of the pod has this name",
    ),
    "an affinity without terms": (
        MAIN + "          affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:\n"
        "            {nodeSelectorTerms: []}}} # <-\n",
        f"{TERM}", [], "must have at least one node selector term",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DEFINED.values(), ids=DEFINED.keys())
def test_define_refuses_it_at_its_place_in_the_environment_file(
    case: tuple[str, str, object, str], tmp_path: Path
) -> None:
    text, path, value, rule = case
    bad = Bad(
        old=MEMORY, new=MEMORY + HEAD + text, field=f"jobs.count.driver.pod_template.{path}", value=value, rule=rule, fix="",
        also=((PINNED, ""),),
    )  # fmt: skip
    check(bad, tmp_path)


def test_a_template_that_is_no_pod_at_all_is_still_refused_in_one_line() -> None:
    with pytest.raises(RuleError, match="a list"):
        planned(request(), driver=template(tolerations="all"))
