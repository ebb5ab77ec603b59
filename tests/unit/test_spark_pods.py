"""What Spark makes of properties by its release: labels, scheduler, CPU requests, devices and volumes."""

from typing import Any

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.spark.configuration import SparkConfiguration, spark_configuration
from emr_eks_placement.spark.pods import spark_pod
from emr_eks_placement.spark.resources import SparkRole
from tests.unit.planned import request

OLD, BEFORE, SINCE = "emr-5.36.0-latest", "emr-6.7.0-latest", "emr-6.8.0-latest"  # Spark 2.4, 3.2, 3.3


def configured(release: str, **spark: str) -> SparkConfiguration:
    """Properties by their names after spark., with underscores for dots."""
    properties = {f"spark.{name.replace('_', '.')}": value for name, value in spark.items()}
    return spark_configuration(request(properties, release=release))


def made(spark: SparkConfiguration, role: SparkRole, template: dict[str, Any] | None = None) -> dict[str, Any]:
    return spark_pod(spark, role, template, main_container="main")


def resources(pod: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = pod["spec"]["containers"][0]["resources"]
    return found


@pytest.mark.parametrize(("release", "there"), [(OLD, False), (BEFORE, False), (SINCE, True)])
def test_spark_s_labels_of_application_and_version_are_there_from_3_3(release: str, there: bool) -> None:
    labels = made(configured(release), "driver")["metadata"]["labels"]
    assert ("spark-app-name" in labels, "spark-version" in labels) == (there, there)
    assert labels["spark-role"] == "driver"


# Release -> the scheduler of the driver and of the executors.
SCHEDULERS: dict[str, tuple[str | None, str | None]] = {
    OLD: (None, None),
    BEFORE: (None, "own"),
    SINCE: ("both", "own"),
}


@pytest.mark.parametrize(("release", "schedulers"), SCHEDULERS.items())
def test_a_scheduler_is_the_role_s_own_or_that_of_both_as_the_release_knows_them(
    release: str, schedulers: tuple[str | None, str | None]
) -> None:
    spark = configured(release, kubernetes_executor_scheduler_name="own", kubernetes_scheduler_name="both")
    assert tuple(made(spark, role)["spec"].get("schedulerName") for role in ("driver", "executor")) == schedulers


def test_cpu_requests_are_those_of_executors_from_2_4_and_of_the_driver_from_3_0() -> None:
    asked = {"kubernetes_driver_request_cores": "500m", "kubernetes_executor_request_cores": "500m"}
    cpus = {
        release: [
            resources(made(configured(release, **asked), role))["requests"]["cpu"] for role in ("driver", "executor")
        ]
        for release in (OLD, BEFORE)
    }
    assert cpus == {OLD: ["1", "500m"], BEFORE: ["500m", "500m"]}


def test_devices_are_asked_for_from_3_0_and_beat_those_of_the_template() -> None:
    asked = {"driver_resource_gpu_amount": "2", "driver_resource_gpu_vendor": "nvidia.com"}
    template = {"spec": {"containers": [{"name": "main", "resources": {"limits": {"nvidia.com/gpu": "1"}}}]}}
    limits = {
        release: resources(made(configured(release, **asked), "driver", template))["limits"] for release in (OLD, SINCE)
    }
    assert [one["nvidia.com/gpu"] for one in limits.values()] == ["1", "2"]


def test_a_cpu_limit_is_there_if_one_is_asked_for() -> None:
    assert "cpu" not in resources(made(configured(SINCE), "driver"))["limits"]
    limited = made(configured(SINCE, kubernetes_driver_limit_cores="2"), "driver")
    assert resources(limited)["limits"]["cpu"] == "2"


def test_without_a_container_of_its_name_spark_takes_the_first() -> None:
    template = {"spec": {"containers": [{"name": "a"}, {"name": "b"}]}}
    pod = made(configured(SINCE), "driver", template)
    assert [one["name"] for one in pod["spec"]["containers"]] == ["a", "b"]
    assert "requests" in resources(pod)


@pytest.mark.parametrize("enabled", ["true", "TRUE", " true "])
def test_memory_off_the_heap_is_switched_on_as_spark_reads_it(enabled: str) -> None:
    def memory(**spark: str) -> str:
        return str(resources(made(configured(SINCE, **spark), "executor"))["requests"]["memory"])

    assert memory() == "1433Mi"
    assert memory(memory_offHeap_enabled=enabled, memory_offHeap_size="1g") == f"{1433 + 1024}Mi"


@pytest.mark.parametrize("factor", ["inf", "nan", "-0.1", "much"])
def test_a_factor_that_is_no_number_is_refused_with_its_property(factor: str) -> None:
    with pytest.raises(RuleError) as refused:
        made(configured(SINCE, kubernetes_memoryOverheadFactor=factor), "driver")
    assert refused.value.path == ("spark.kubernetes.memoryOverheadFactor",)


def test_each_role_has_volumes_of_its_own() -> None:
    start = "kubernetes_executor_volumes"
    asked = {
        f"{start}_hostPath_a_mount_path": "/a",
        f"{start}_hostPath_a_options_path": "/on/node",
        f"{start}_nfs_b_mount_path": "/b",
        f"{start}_nfs_b_options_server": "nfs",
        f"{start}_nfs_b_options_path": "/on/server",
        f"{start}_persistentVolumeClaim_c_mount_path": "/c",
        f"{start}_persistentVolumeClaim_c_options_claimName": "OnDemand",
        f"{start}_emptyDir_d_mount_path": "/d",
    }
    spark = configured(SINCE, **asked)
    assert "volumes" not in made(spark, "driver")["spec"]
    assert made(spark, "executor")["spec"]["volumes"] == [
        {"name": "a", "hostPath": {"path": "/on/node"}},
        {"name": "b", "nfs": {"path": "/on/server", "server": "nfs"}},
        {"name": "c", "persistentVolumeClaim": {"claimName": "OnDemand"}},
        {"name": "d", "emptyDir": {}},
    ]
