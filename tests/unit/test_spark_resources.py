"""What Spark requests for driver and executors."""

from typing import Any

import pytest

from emr_eks_placement.definition.define import size_properties
from emr_eks_placement.emr.pods import pods_of_request
from emr_eks_placement.emr.request import Request
from emr_eks_placement.job.job import Job
from emr_eks_placement.scheduling.pod import pod_of_manifest
from tests.unit.sizes import job, requests_of

JAR = "s3://jobs/app.jar"
# Measured on real Spark 3.5 unless said otherwise: entry point, size, conf, release -> driver, executor memory.
MEMORY: dict[str, tuple[dict[str, Any], int, int]] = {
    "python 2g 4g": ({}, 2867, 5734),
    "jvm 2g 4g": ({"entry_point": JAR}, 2432, 4505),
    "R counts as python does": ({"entry_point": "s3://jobs/app.R"}, 2867, 5734),
    "factor for both": ({"spark_conf": {"spark.kubernetes.memoryOverheadFactor": "0.2"}}, 2048 + 409, 4096 + 819),
    "factor of the driver alone": ({"spark_conf": {"spark.driver.memoryOverheadFactor": "0.5"}}, 3072, 5734),
    "factor of the executors alone": ({"spark_conf": {"spark.executor.memoryOverheadFactor": "0.5"}}, 2867, 6144),
    "factors of one role are ignored before Spark 3.3": (
        {"spark_conf": {"spark.driver.memoryOverheadFactor": "0.5"}, "release_label": "emr-6.7.0-latest"}, 2867, 5734,
    ),
    "and count from EMR 6.8.0": (
        {"spark_conf": {"spark.driver.memoryOverheadFactor": "0.5"}, "release_label": "emr-6.8.0-latest"}, 3072, 5734,
    ),
    "at least 384 MiB": ({"entry_point": JAR, "driver": {"memory": "1g"}, "executors": {"memory": "1g"}}, 1408, 1408),
    "least overhead from Spark 4": (
        {"spark_conf": {"spark.driver.minMemoryOverhead": "1g"}, "release_label": "emr-spark-8.0.0-latest"}, 3072, 5734,
    ),
    "least overhead is ignored before Spark 4": (
        {"spark_conf": {"spark.driver.minMemoryOverhead": "1g"}}, 2867, 5734,
    ),
    "overhead given": (
        {"driver": {"memory": "2g", "memory_overhead": "100m"}, "executors": {"memory": "4g", "memory_overhead": "2g"}},
        2148, 6144,
    ),
    "pyspark memory": ({"spark_conf": {"spark.executor.pyspark.memory": "1g"}}, 2867, 6758),
    "pyspark memory of a JVM job": (
        {"entry_point": JAR, "spark_conf": {"spark.executor.pyspark.memory": "1g"}}, 2432, 4505,
    ),
    "off heap": (
        {"spark_conf": {"spark.memory.offHeap.enabled": "true", "spark.memory.offHeap.size": "1g"}}, 2867, 6758,
    ),
    "off heap in bytes": (
        {"spark_conf": {"spark.memory.offHeap.enabled": "true", "spark.memory.offHeap.size": "1073741824"}}, 2867, 6758,
    ),
    "off heap not enabled": ({"spark_conf": {"spark.memory.offHeap.size": "1g"}}, 2867, 5734),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "driver", "executor"), MEMORY.values(), ids=MEMORY.keys())
def test_memory_is_heap_and_overhead_by_language_conf_and_release(
    fields: dict[str, Any], driver: int, executor: int
) -> None:
    sized = job(**{"driver": {"memory": "2g"}, "executors": {"memory": "4g"}, **fields})
    assert (requests_of(sized, "driver")[1], requests_of(sized, "executor")[1]) == (driver, executor)


@pytest.mark.parametrize(
    ("size", "mib"), [("1g", 1024), ("1024", 1024), ("1024m", 1024), ("2097152K", 2048), ("1tb", 2**20)]
)
def test_memory_sizes_are_spark_s_a_bare_number_is_mib(size: str, mib: int) -> None:
    assert requests_of(job(driver={"memory": "1g", "memory_overhead": size}), "driver")[1] == 1024 + mib


def test_spark_s_defaults_are_one_core_and_one_gigabyte() -> None:
    assert requests_of(job(entry_point=JAR), "driver") == (1000, 1408)


@pytest.mark.parametrize(("asked", "millis"), [("500m", 500), ("2", 2000), ("0.1", 100)])
def test_a_cpu_request_of_spark_s_configuration_beats_cores(asked: str, millis: int) -> None:
    sized = job(
        driver={"cores": 4}, executors={"cores": 8}, spark_conf={"spark.kubernetes.driver.request.cores": asked}
    )
    assert requests_of(sized, "driver")[0] == millis
    assert requests_of(sized, "executor")[0] == 8000


def request(sized: Job, **overrides: Any) -> dict[str, Any]:
    parameters = " ".join(f"--conf {key}={value}" for key, value in size_properties(sized).items())
    driver = {"entryPoint": sized.entry_point, "sparkSubmitParameters": parameters}
    return {
        "releaseLabel": sized.release_label,
        "jobDriver": {"sparkSubmitJobDriver": driver},
        "configurationOverrides": overrides,
    }


LOGS = {"s3MonitoringConfiguration": {"logUri": "s3://logs/"}}


@pytest.mark.parametrize(
    ("monitoring", "properties", "driver", "executors"),
    [
        (LOGS, {}, ["512Mi"], ["512Mi"]),
        ({}, {}, ["512Mi"], []),
        (LOGS, {"executor.logging": "DISABLED"}, ["512Mi"], []),
        (LOGS, {"logging.request.memory": "1Gi"}, ["1Gi"], ["1Gi"]),
    ],
)
def test_the_logging_sidecar_is_always_in_the_driver_and_with_logging_in_executors(
    monitoring: dict[str, Any], properties: dict[str, str], driver: list[str], executors: list[str]
) -> None:
    application = [{"classification": "emr-containers-defaults", "properties": properties}]
    asked = request(job(), monitoringConfiguration=monitoring, applicationConfiguration=application)
    pods = pods_of_request(Request(asked), {}, namespace="jobs")
    assert sidecars(pods["driver"]) == driver
    assert sidecars(pods["executors"]) == executors


def sidecars(pod: dict[str, Any]) -> list[str]:
    return [one["resources"]["requests"]["memory"] for one in pod["spec"]["containers"][1:]]


@pytest.mark.parametrize(
    ("release", "containers"),
    [("emr-6.7.0-latest", ([], ["main", "sidecar"])), ("emr-6.8.0-latest", (["first", "sidecar"], ["main"]))],
)
def test_a_native_sidecar_starts_after_the_other_init_containers_from_emr_6_8_0(
    release: str, containers: tuple[list[str], list[str]]
) -> None:
    application = [{"classification": "emr-containers-defaults", "properties": {"logging.nativeSidecar": "ENABLED"}}]
    asked = request(job(release_label=release), applicationConfiguration=application)
    first = {"initContainers": [{"name": "first"}]} if containers[0] else {}
    template = {"spec": {"containers": [{"name": "spark-kubernetes-driver"}], **first}}
    pods = pods_of_request(Request(asked), {"driver": template}, namespace="jobs")
    called = {"spark-kubernetes-driver": "main", "emr-container-fluentd": "sidecar"}
    spec = pods["driver"]["spec"]
    made = [
        [called.get(one["name"], one["name"]) for one in spec.get(kind, [])]
        for kind in ("initContainers", "containers")
    ]
    assert tuple(made) == containers


def driver_requests(spec: dict[str, Any]) -> tuple[int, int]:
    main = {"name": "spark-kubernetes-driver", **spec.pop("main", {})}
    template = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [*spec.pop("sidecars", []), main], **spec}}
    properties = {"spark.kubernetes.driver.podTemplateFile": "s3://t/driver.yaml"}
    application = [{"classification": "spark-defaults", "properties": properties}]
    asked = request(job(entry_point=JAR, driver={"memory": "2g"}), applicationConfiguration=application)
    pods = pods_of_request(Request(asked), {"driver": template}, namespace="jobs")
    shape = pod_of_manifest(pods["driver"])
    return shape.cpu_millis, shape.memory_mib


OWN = (1000, 2432 + 512)
TEMPLATES: dict[str, tuple[dict[str, Any], tuple[int, int]]] = {
    "no other container": ({}, OWN),
    "requests of Spark's own container are overwritten": (
        {"main": {"resources": {"requests": {"cpu": "9", "memory": "9Gi"}}}}, OWN,
    ),
    "a sidecar adds its requests": (
        {"sidecars": [{"name": "a", "resources": {"requests": {"cpu": "100m", "memory": "1Gi"}}}]}, (1100, OWN[1] + 1024),
    ),
    "a sidecar's limit counts where it requests nothing": (
        {"sidecars": [{"name": "a", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "200m"}}}]},
        (1200, OWN[1] + 1024),
    ),
    "a small init container adds nothing": (
        {"initContainers": [{"name": "a", "resources": {"requests": {"cpu": "1", "memory": "1Gi"}}}]}, OWN,
    ),
    "a large init container decides": (
        {"initContainers": [{"name": "a", "resources": {"requests": {"cpu": "8", "memory": "1Gi"}}}]}, (8000, OWN[1]),
    ),
    "an init container that stays adds its requests": (
        {"initContainers": [{"name": "a", "restartPolicy": "Always", "resources": {"requests": {"cpu": "1"}}}]},
        (2000, OWN[1]),
    ),
    "an init container that starts beside one that stays adds to it": (
        {"initContainers": [
            {"name": "a", "restartPolicy": "Always", "resources": {"requests": {"cpu": "1"}}},
            {"name": "b", "resources": {"requests": {"cpu": "8"}}},
        ]},
        (9000, OWN[1]),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spec", "expected"), TEMPLATES.values(), ids=TEMPLATES.keys())
def test_a_pod_requests_what_its_containers_request(spec: dict[str, Any], expected: tuple[int, int]) -> None:
    assert driver_requests(dict(spec)) == expected
