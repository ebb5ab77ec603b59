"""What a namespace's quotas and limits do to a run, in clusters as people have them, and beside them ones that differ in one
thing."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from emr_eks_placement.environment import capacity_of
from emr_eks_placement.environment.environment import Environment
from emr_eks_placement.planning import Plan
from emr_eks_placement.planning.executors import ONE
from emr_eks_placement.planning.planned_pod import Admitted, PodOfRun
from emr_eks_placement.planning.quota import problems_of_quota
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.scheduling.pod import MIB, pod_of_manifest
from tests.unit.planned import (
    ON_FARGATE,
    SIDECAR_MEMORY,
    SUBMITTER_ON_FARGATE,
    capacity,
    node_group,
    planned,
    request,
    template,
)  # fmt: skip
from tests.unit.problem_cases.case import limit_range, quota, ruled, rules

ROOT = Path(__file__).parents[2]
# The quota of the Kubernetes guide.
COMPUTE = {"requests.cpu": "40", "requests.memory": "40Gi", "limits.cpu": "80", "limits.memory": "80Gi"}
DYNAMIC = {"spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.maxExecutors": "10"}
LIMITED = {"spark.kubernetes.driver.limit.cores": "1", "spark.kubernetes.executor.limit.cores": "1"}


def codes(found: Plan) -> list[tuple[str, str]]:
    return [(one.code, one.role) for one in found.problems]


def fixes(found: Plan, code: str) -> list[str]:
    return [one.own_fix for one in found.problems if one.code == code]


def test_a_quota_on_limits_refuses_spark_s_containers_which_limit_no_cpu() -> None:
    found = planned(request(), ruled(quota(COMPUTE)))
    assert [role for code, role in codes(found) if code == "QUOTA_UNSPECIFIED"] == ["driver", "executors"]
    assert "Set spark.kubernetes.executor.limit.cores" in fixes(found, "QUOTA_UNSPECIFIED")[1]
    limited = planned(request(LIMITED), ruled(quota(COMPUTE)))
    assert codes(limited) == [("EMR_CONTAINER_REFUSED", "submitter"), ("EMR_CONTAINER_REFUSED", "driver")]


def test_the_limit_range_that_the_fix_names_lets_every_container_in() -> None:
    (fix,) = set(fixes(planned(request(LIMITED), ruled(quota(COMPUTE))), "EMR_CONTAINER_REFUSED"))
    assert fix == (
        "Give the namespace a LimitRange with default.cpu no lower than any request and defaultRequest.cpu: 0"
    )
    free = limit_range({"default": {"cpu": "1", "memory": "1Gi"}, "defaultRequest": {"cpu": 0, "memory": 0}})
    assert codes(planned(request(), ruled(quota(COMPUTE), free))) == []


def test_so_does_the_one_in_the_documentation_and_no_size_changes() -> None:
    text = (ROOT / "docs/teams.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"<<'EOF'\n(.*?)EOF\n```", text, re.DOTALL)
    where = ruled(quota(COMPUTE), yaml.safe_load(shown))
    assert codes(planned(request(), where)) == []
    assert str(planned(ON_FARGATE_4, where).of("executors").landing.size).startswith("4vCPU")


def test_a_quota_on_storage_or_devices_asks_containers_nothing() -> None:
    assert (
        codes(planned(request(), ruled(quota({"requests.ephemeral-storage": "1Gi", "requests.nvidia.com/gpu": 0}))))
        == []
    )


@pytest.mark.parametrize(
    ("scopes", "spec", "counted"),
    [
        ({"scopes": ["BestEffort"]}, {}, False),
        ({"scopes": ["NotBestEffort"]}, {}, True),
        ({"scopes": ["Terminating"]}, {}, False),
        ({"scopes": ["Terminating"]}, {"activeDeadlineSeconds": 3600}, True),
        ({"scopes": ["NotTerminating"]}, {"activeDeadlineSeconds": 3600}, False),
        ({"scopeSelector": {"matchExpressions": [
            {"scopeName": "PriorityClass", "operator": "In", "values": ["high"]}]}}, {}, False),
        ({"scopeSelector": {"matchExpressions": [
            {"scopeName": "PriorityClass", "operator": "In", "values": ["high"]}]}}, {"priorityClassName": "high"}, True),
        ({"scopeSelector": {"matchExpressions": [
            {"scopeName": "PriorityClass", "operator": "NotIn", "values": ["high"]}]}}, {"priorityClassName": "high"}, False),
        ({"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "Exists"}]}}, {}, False),
        ({"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "DoesNotExist"}]}}, {}, True),
        ({"scopes": ["CrossNamespacePodAffinity"]}, {}, False),
        ({"scopes": ["CrossNamespacePodAffinity"]}, {"affinity": {"podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": {
                "topologyKey": "kubernetes.io/hostname", "labelSelector": {}, "namespaces": ["other"]}}]}}}, True),
    ],
)  # fmt: skip
def test_a_scope_chooses_the_pods_that_a_quota_counts(
    scopes: dict[str, Any], spec: dict[str, Any], counted: bool
) -> None:
    executor = template("executor", **spec)
    found = planned(request({"spark.executor.instances": "3"}), ruled(quota({"pods": 2}, **scopes)), executor=executor)
    assert ("QUOTA_EXCEEDED" in {code for code, _ in codes(found)}) == counted


ON_FARGATE_4 = request(
    {**ON_FARGATE, "spark.executor.cores": "4"},
    emr_job_submitter=SUBMITTER_ON_FARGATE,
    emr_containers_defaults=SIDECAR_MEMORY,
)
LOGGED = {
    **ON_FARGATE_4["configurationOverrides"],
    "monitoringConfiguration": {"s3MonitoringConfiguration": {"logUri": "s3://l/"}},
}
ON_FARGATE_4 = {**ON_FARGATE_4, "configurationOverrides": LOGGED}


def test_a_default_request_doubles_an_executor_on_fargate_and_the_plan_reports_why() -> None:
    found = planned(ON_FARGATE_4, ruled(limit_range({"defaultRequest": {"cpu": "100m"}})))
    expected = [("LIMIT_RANGE_DEFAULT", role) for role in ("driver", "executors")]
    assert codes(found) == expected, "and nothing of logging.request.cores, which is not set"
    assert str(found.of("executors").landing.size).startswith("8vCPU")
    free = planned(ON_FARGATE_4, ruled(limit_range({"defaultRequest": {"cpu": 0}})))
    assert codes(free) == []
    assert str(free.of("executors").landing.size).startswith("4vCPU")


def test_a_default_request_can_keep_a_pod_off_every_node() -> None:
    one_size = {"node_groups": {"nodes": node_group("m6i.xlarge", initial_size=4, max_size=4)}}
    fits = request({"spark.kubernetes.driver.request.cores": "3700m"})
    assert codes(planned(fits, capacity(**one_size))) == []
    rules = ruled(limit_range({"defaultRequest": {"cpu": "200m"}})).namespace_rules
    assert codes(planned(fits, capacity(**one_size, namespace_rules=rules))) == [("EC2_NO_NODE_GROUP", "driver")]


def test_a_limit_that_is_set_keeps_the_default_limit_away() -> None:
    tutorial = ruled(limit_range({"default": {"cpu": "500m"}, "defaultRequest": {"cpu": 0}}))
    found = planned(request(), tutorial)
    assert [one for one in codes(found) if one[0] == "LIMIT_RANGE"] == [
        ("LIMIT_RANGE", role) for role in ("driver", "executors")
    ]
    assert fixes(found, "LIMIT_RANGE")[0].startswith("Set spark.kubernetes.driver.limit.cores, or raise default.cpu of")
    assert "LIMIT_RANGE" not in {code for code, _ in codes(planned(request(LIMITED), tutorial))}


def test_the_api_takes_the_request_of_a_container_with_a_limit_alone_before_any_default() -> None:
    side = {"name": "side", "image": "side", "resources": {"limits": {"cpu": "2", "memory": "1Gi"}}}
    rules = ruled(limit_range({"defaultRequest": {"cpu": 0, "memory": 0}}), quota({"requests.cpu": "4"}))
    found = planned(request(), rules, driver=template(sidecars=[side]))
    assert codes(found) == [("QUOTA_EXCEEDED", "executors")], "0.9 + (1 + 2) + 2 x 1 vCPU"
    assert found.of("driver").shape.cpu_millis == 3000


def test_defaults_of_several_limit_ranges_that_agree_are_no_problem() -> None:
    both = ruled(*(limit_range({"defaultRequest": {"cpu": "100m"}}, name=name) for name in "ab"))
    assert codes(planned(request(), both)) == []


def test_a_limit_range_for_pods_counts_sidecars_and_the_largest_init_container() -> None:
    first = {"name": "first", "image": "first", "resources": {"requests": {"cpu": "6"}, "limits": {"cpu": "6"}}}
    side = {
        "name": "side",
        "image": "side",
        "restartPolicy": "Always",
        "resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "1"}},
    }
    driver = template(initContainers=[side, first])
    where = {most: ruled(limit_range({"type": "Pod", "max": {"cpu": most}})) for most in (6, 7)}
    assert ("LIMIT_RANGE", "driver") in codes(planned(request(LIMITED), where[6], driver=driver))
    assert codes(planned(request(LIMITED), where[7], driver=driver)) == []


def test_what_breaks_a_limit_range_by_an_emr_container_alone_is_a_warning() -> None:
    at_least = ruled(limit_range({"type": "Pod", "max": {"memory": "1900Mi"}}))
    found = planned(request(), at_least)
    assert codes(found) == [("EMR_CONTAINER_REFUSED", "driver")], "1433 MiB of Spark's, 512 MiB of the logging sidecar"
    assert codes(planned(request(), ruled(limit_range({"type": "Pod", "max": {"memory": "1945Mi"}})))) == []
    assert ("LIMIT_RANGE", "driver") in codes(
        planned(request(), ruled(limit_range({"type": "Pod", "max": {"memory": "1Gi"}})))
    )


def test_the_overhead_of_a_runtime_class_counts() -> None:
    executor = template("executor", runtimeClassName="kata", overhead={"cpu": "500m", "memory": "512Mi"})
    hard = {"requests.cpu": "3900m"}
    free = limit_range({"defaultRequest": {"cpu": 0}})
    assert codes(planned(request(), ruled(quota(hard), free))) == []
    assert ("QUOTA_EXCEEDED", "executors") in codes(planned(request(), ruled(quota(hard), free), executor=executor))


@pytest.mark.parametrize(
    "hard", [{"pods": 12}, {"requests.memory": "16Gi"}, {"limits.cpu": "11"}, {"pods": 9, "cpu": "8"}]
)
def test_as_many_executors_as_in_the_fix_fit_and_one_more_does_not(hard: dict[str, Any]) -> None:
    free = limit_range({"default": {"cpu": "1"}, "defaultRequest": {"cpu": 0}})
    where = ruled(quota(hard), free)

    def exceeds(executors: int) -> list[str]:
        return fixes(planned(request({"spark.executor.instances": str(executors)}), where), "QUOTA_EXCEEDED")

    most = int(exceeds(50)[0].removeprefix("Ask for at most ").partition(" ")[0])
    assert not exceeds(most)
    assert exceeds(most + 1)


def test_the_quota_that_the_fix_names_is_enough() -> None:
    asked = request({"spark.executor.instances": "50"})
    (fix,) = fixes(planned(asked, ruled(quota({"requests.memory": "16Gi"}))), "QUOTA_EXCEEDED")
    enough = fix.rpartition(" ")[2]
    assert "QUOTA_EXCEEDED" not in {
        code for code, _ in codes(planned(asked, ruled(quota({"requests.memory": enough}))))
    }


def test_dynamic_allocation_counts_with_what_it_asks_for_at_the_start() -> None:
    eight = {**DYNAMIC, "spark.dynamicAllocation.initialExecutors": "8"}
    where = {pods: ruled(quota({"pods": pods})) for pods in (9, 10, 12)}
    assert codes(planned(request(eight), where[9])) == [("QUOTA_EXCEEDED", "executors")]
    assert codes(planned(request(eight), where[10])) == [("QUOTA_REACHED", "executors")]
    assert codes(planned(request(eight), where[12])) == []


def test_what_a_live_cluster_has_left_is_a_warning_of_its_own() -> None:
    def live(used: int) -> Capacity:
        return ruled(quota({"pods": 10}, used={"pods": used}))

    assert codes(planned(request(), live(6))) == []
    assert codes(planned(request(), live(7))) == [("QUOTA_IN_USE", "executors")]
    too_many = planned(request({"spark.executor.instances": "9"}), live(7))
    assert ("QUOTA_IN_USE", "executors") not in codes(too_many), "it does not fit in the empty namespace either"


def test_a_quota_of_an_environment_file_needs_no_limits_and_changes_no_size() -> None:
    settings = {"pods": 50, "cpu": 64, "memory": "400Gi", "container_memory": "64Gi"}
    spark = {"namespace": "spark-jobs", "quota": settings}
    environment = Environment.model_validate(
        {
            "name": "dev",
            "region": "us-east-1",
            "zones": ["us-east-1a", "us-east-1b"],
            "cluster": {"version": "1.35"},
            "virtual_clusters": {"spark": spark},
            "node_groups": {"system": {"instance_types": ["m6i.large"]}},
            "fargate_vcpus": 100,
        }
    )
    found = planned(ON_FARGATE_4, capacity_of(environment))
    assert [code for code, _ in codes(found) if code.startswith(("QUOTA", "LIMIT", "EMR", "NAMESPACE"))] == []
    assert str(found.of("executors").landing.size).startswith("4vCPU")


def test_generic_ephemeral_volumes_are_claims_too() -> None:
    claim = {
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "gp3",
            "resources": {"requests": {"storage": "100Gi"}},
        }
    }
    executor = template("executor", volumes=[{"name": "spill", "ephemeral": {"volumeClaimTemplate": claim}}])
    for hard, exceeded in {
        "requests.storage": True,
        "gp3.storageclass.storage.k8s.io/requests.storage": True,
        "io2.storageclass.storage.k8s.io/requests.storage": False,
    }.items():
        found = planned(request(), ruled(quota({hard: "150Gi"})), executor=executor)
        assert (("QUOTA_EXCEEDED", "executors") in codes(found)) == exceeded, hard


def test_objects_that_a_run_does_not_make_are_not_spoken_of() -> None:
    hard = {"replicationcontrollers": 0, "count/deployments.apps": 0, "services.loadbalancers": 0, "services": 1}
    assert codes(planned(request(), ruled(quota(hard)))) == []


@pytest.mark.parametrize(
    ("allowed", "code"), [(400, "QUOTA_EXCEEDED"), (500, "QUOTA_REACHED"), (600, None)], ids=["neither", "seen", "both"]
)
def test_between_what_a_sidecar_is_seen_to_ask_for_and_what_is_documented_the_quota_may_be_reached(
    allowed: int, code: str | None
) -> None:
    """A pod of 550 MiB, of which 100 MiB are not certain."""
    requests = {"memory": "550Mi", "cpu": 1}
    manifest = {"metadata": {}, "spec": {"containers": [{"name": "side", "resources": {"requests": requests}}]}}
    shape = replace(pod_of_manifest(manifest), memory_slack_bytes=100 * MIB)
    landing = planned(request()).of("executors").landing
    pod = PodOfRun("executors", ONE, shape, landing, manifest, Admitted(manifest))
    found = problems_of_quota([pod], rules(quota({"requests.memory": f"{allowed}Mi", "requests.cpu": 1})))
    assert [one.code for one in found] == ([code] if code else [])
