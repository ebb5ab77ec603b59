"""Spark's container comes from EMR: pod templates with only a sidecar, and those that mean Spark's by another name."""

from typing import Any

import pytest
import yaml

from emr_eks_placement.definition import define
from emr_eks_placement.job.job import Job
from emr_eks_placement.job.placement import Ec2, Placement
from emr_eks_placement.planning import Plan
from emr_eks_placement.pod_template.read import misnamed
from local.emr.pods import as_emr_merges
from tests.unit.environments import environment
from tests.unit.planned import planned, request

PROXY: dict[str, Any] = {
    "name": "cloud-sql-proxy",
    "image": "proxy:1",
    "resources": {"requests": {"cpu": "500m", "memory": "256Mi"}},
}
EXECUTOR = "spark-kubernetes-executor"


def template(*containers: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": list(containers)}}


def asked(found: Plan, role: Any) -> tuple[int, int]:
    shape = found.of(role).shape
    return shape.cpu_millis, shape.memory_mib


def test_a_template_with_only_a_sidecar_keeps_it_beside_spark_s_container() -> None:
    """A proxy that every executor needs, in the style of a connection pooler: nothing is said of Spark's container."""
    without, beside = planned(request()), planned(request(), executor=template(PROXY))
    assert beside.problems == ()
    cpu, memory = asked(without, "executors")
    assert asked(beside, "executors") == (cpu + 500, memory + 256)
    named = planned(request(), executor=template({"name": EXECUTOR}, PROXY))
    assert asked(named, "executors") == asked(beside, "executors")


def test_a_container_name_in_spark_s_properties_changes_nothing() -> None:
    renamed = request({"spark.kubernetes.executor.podTemplateContainerName": PROXY["name"]})
    found = planned(renamed, executor=template(PROXY))
    assert asked(found, "executors") == asked(planned(request(), executor=template(PROXY)), "executors")
    assert [one.code for one in found.problems] == ["SPARK_CONF_IGNORED"]
    as_emr_calls_it = request({"spark.kubernetes.executor.podTemplateContainerName": EXECUTOR})
    assert planned(as_emr_calls_it, executor=template(PROXY)).problems == ()


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["spark-kubernetes-executors"], ["spark-kubernetes-executors"]),
        (["spark-kubernetes-driver"], ["spark-kubernetes-driver"]),
        (["spark-executor", "metrics"], ["spark-executor"]),
        (["executor"], ["executor"]),
        (["spark_kubernetes_executor"], ["spark_kubernetes_executor"]),
        ([EXECUTOR], []),
        ([EXECUTOR, "spark-executor"], []),
        (["spark-ui-proxy", "spark-metrics", "executor-log-shipper", "fluent-bit", "istio-proxy"], []),
        ([], []),
    ],
    ids=str,
)
def test_a_container_that_looks_like_spark_s_is_a_sidecar(names: list[str], found: list[str]) -> None:
    made = template(*({"name": name, "image": "a"} for name in names))
    assert [broken.value for broken in misnamed(made, "executors")] == found


def test_a_misnamed_container_asks_for_its_own_beside_spark_s() -> None:
    """In the style of the AWS guide, which prints the plural: with it the requests of the template are a sidecar's."""
    big = {"name": "spark-kubernetes-executors", "image": "a", "resources": {"requests": {"memory": "4Gi"}}}
    found = planned(request(), executor=template(big))
    assert asked(found, "executors")[1] == asked(planned(request()), "executors")[1] + 4096
    (problem,) = found.problems
    assert (problem.code, problem.severity, problem.path) == (
        "TEMPLATE_CONTAINER",
        "warning",
        ("spec", "containers", 0, "name"),
    )


@pytest.mark.parametrize(
    "spec",
    [{"containers": [PROXY]}, {"hostname": "spark"}, {"containers": []}],
    ids=["only a sidecar", "no containers", "none in the list"],
)
def test_define_takes_a_template_without_spark_s_container_and_adds_it(spec: dict[str, Any]) -> None:
    base = {"apiVersion": "v1", "kind": "Pod", "spec": spec}
    job = Job.model_validate(
        {
            "name": "count",
            "entry_point": "s3://jobs/count.py",
            "release_label": "emr-7.12.0-latest",
            "executors": {"pod_template": base},
        }
    )
    on_ec2 = Placement(submitter=Ec2(), driver=Ec2(), executors=Ec2())
    definition = define(job, on_ec2, environment(), virtual_cluster="spark")
    (made,) = definition.pod_templates
    names = [one["name"] for one in made.content["spec"]["containers"]]
    assert names == [*(one["name"] for one in spec.get("containers", [])), EXECUTOR]


def test_the_local_emr_gives_spark_its_container_and_else_the_template_as_it_is() -> None:
    text = b"spec:\n  containers: [{name: proxy}]\n  restartPolicy: Never\n"
    merged = yaml.safe_load(as_emr_merges(text, "executors"))
    assert [one["name"] for one in merged["spec"]["containers"]] == ["proxy", EXECUTOR]
    assert merged["spec"]["restartPolicy"] == "Never"
    for other in (b"spec: {containers: [{name: spark-kubernetes-executor}]} # as it is", b"- a", b"spec: [", b""):
        assert as_emr_merges(other, "executors") == other
