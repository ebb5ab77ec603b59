"""What EMR's logging sidecar may request, and what of Fargate's sizes depends on it."""

from typing import Any

import pytest

from emr_eks_placement.planning import Plan
from emr_eks_placement.scheduling.fargate import FargateSize
from emr_eks_placement.scheduling.pod import MIB
from tests.unit.planned import ON_FARGATE, capacity, node_group, planned, request

LOGS = {"s3MonitoringConfiguration": {"logUri": "s3://logs/"}}


def monitored(asked: dict[str, Any], **monitoring: Any) -> dict[str, Any]:
    asked["configurationOverrides"]["monitoringConfiguration"] = monitoring
    return asked


def slack(found: Plan) -> tuple[int, ...]:
    """In MiB, of submitter, driver and executors."""
    return tuple(pod.shape.memory_slack_bytes // MIB for pod in found.pods)


def defaults(**properties: str) -> dict[str, Any]:
    named = {f"logging.{name.replace('_', '.')}": value for name, value in properties.items()}
    return request(emr_containers_defaults=named)


CASES: dict[str, tuple[dict[str, Any], tuple[int, int, int]]] = {
    "a driver's sidecar alone": (request(), (0, 312, 0)),
    "with logs executors have one too": (monitored(request(), **LOGS), (0, 312, 312)),
    "a memory of its own": (monitored(defaults(request_memory="1Gi"), **LOGS), (0, 0, 0)),
    "a native one": (monitored(defaults(nativeSidecar="ENABLED"), **LOGS), (0, 312, 312)),
    "logs without the application UI": (monitored(request(), persistentAppUI="DISABLED", **LOGS), (0, 312, 312)),
    "neither logs nor the application UI": (monitored(request(), persistentAppUI="DISABLED"), (0, 512, 0)),
    "a submitter's own": (request(emr_job_submitter={"jobsubmitter.logging.request.memory": "1Gi"}), (0, 312, 0)),
}


@pytest.mark.parametrize(("asked", "expected"), CASES.values(), ids=CASES.keys())
def test_the_memory_that_is_not_certain_is_between_documented_and_seen(
    asked: dict[str, Any], expected: tuple[int, int, int]
) -> None:
    assert slack(planned(asked)) == expected


def test_an_init_container_that_asks_for_more_than_all_others_hides_the_sidecar() -> None:
    """Kubernetes takes the larger of the two: the sidecar's memory decides nothing."""
    first = {"name": "first", "image": "a", "resources": {"requests": {"memory": "8Gi"}}}
    driver = {"apiVersion": "v1", "kind": "Pod", "spec": {"initContainers": [first], "containers": []}}
    assert slack(planned(request(), driver=driver)) == (0, 0, 0)


def on_fargate(memory: str, overhead: str, **defaults: str) -> Plan:
    spark = {"spark.driver.memory": memory, "spark.driver.memoryOverhead": overhead}
    return planned(request({**ON_FARGATE, **spark}, emr_containers_defaults=defaults))


def codes(found: Plan) -> set[str]:
    return {one.code for one in found.problems if one.role == "driver"}


def test_a_driver_at_the_end_of_a_fargate_size_has_both_sizes() -> None:
    """The largest requests that 4 GB hold with the documented sidecar, and one MiB more."""
    within, beyond = on_fargate("2g", "1280m"), on_fargate("2g", "1281m")
    assert within.of("driver").landing.size == FargateSize(1, 4)
    assert beyond.of("driver").landing.size == FargateSize(1, 5), "that of what is documented"
    assert "FARGATE_SIDECAR_MEMORY" not in codes(within)
    (said,) = [one.what for one in beyond.problems if one.code == "FARGATE_SIDECAR_MEMORY"]
    assert said.startswith("it is granted 1vCPU 5GB, or 1vCPU 4GB if EMR's logging sidecar requests 312 MiB less")
    assert "FARGATE_SIDECAR_MEMORY" not in codes(on_fargate("2g", "1281m", **{"logging.request.memory": "512Mi"}))


@pytest.mark.parametrize(
    ("overhead", "code", "size"),
    [
        ("1280m", None, 120),
        ("1281m", "FARGATE_PERHAPS_TOO_LARGE", 120),
        ("1592m", "FARGATE_PERHAPS_TOO_LARGE", 120),
        ("1593m", "FARGATE_TOO_LARGE", None),
    ],
)
def test_only_what_is_too_large_with_the_least_sidecar_is_refused(
    overhead: str, code: str | None, size: int | None
) -> None:
    found = on_fargate("118g", overhead)
    assert codes(found) & {"FARGATE_PERHAPS_TOO_LARGE", "FARGATE_TOO_LARGE"} == ({code} if code else set())
    landing = found.of("driver").landing
    assert (landing.size.memory_gb if landing.size else None) == size
    assert landing.pending == (code == "FARGATE_TOO_LARGE")


def test_a_driver_that_fits_a_node_only_with_the_least_sidecar_is_warned_of_and_counted() -> None:
    """7,680 MiB as documented, 7,368 as seen, on nodes of which the largest have 7,518."""
    small = capacity(node_groups={"nodes": node_group("m6i.large", initial_size=4, max_size=4)})
    sizes = {"spark.driver.memory": "6g", "spark.driver.memoryOverhead": "1g"}
    found = planned(request(sizes), small)
    assert codes(found) == {"EC2_MAY_NOT_FIT"}
    assert found.of("driver").landing.on == ("nodes",)
    larger = planned(request({**sizes, "spark.driver.memory": "6700m"}), small)
    assert codes(larger) == {"EC2_NO_NODE_GROUP"}


def test_a_native_sidecar_is_reported_only_on_fargate() -> None:
    native = {"logging.nativeSidecar": "ENABLED"}
    assert "FARGATE_NATIVE_SIDECAR" in codes(on_fargate("2g", "1g", **native))
    assert "FARGATE_NATIVE_SIDECAR" not in codes(planned(request(emr_containers_defaults=native)))
    assert "FARGATE_NATIVE_SIDECAR" not in codes(on_fargate("2g", "1g"))
