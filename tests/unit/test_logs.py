"""Which pod a log is of, and where a run's logs are."""

from datetime import UTC, datetime
from typing import Any

import pytest

from emr_eks_placement.emr.job_run import job_run_of
from emr_eks_placement.emr.logs import container_log, log_locations

PREFIX = "jobs/vc1/jobs/run1/"


@pytest.mark.parametrize(
    ("path", "role", "pod", "stream"),
    [
        ("containers/spark-a/spark-run1-driver/stdout", "driver", "spark-run1-driver", "stdout"),
        ("containers/spark-a/spark-run1-driver-x7f/stderr.gz", "driver", "spark-run1-driver-x7f", "stderr"),
        ("containers/spark-a/job-abc-exec-12/stdout.gz", "executors", "job-abc-exec-12", "stdout"),
        ("containers/run1-x2k/stderr", "submitter", "run1-x2k", "stderr"),
        ("control-logs/run1-x2k/stdout.gz", "submitter", "run1-x2k", "stdout"),
    ],
)
def test_a_path_tells_pod_and_stream(path: str, role: str, pod: str, stream: str) -> None:
    log = container_log(PREFIX, PREFIX + path)
    assert log is not None
    assert (log.role, log.pod, log.stream, log.path) == (role, pod, stream, PREFIX + path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "containers/stdout",
        "containers/spark-a/spark-run1-driver/gc",
        "containers/spark-a/some-other-pod/stdout",
        "sparkhistory/spark-a/spark-run1-driver/stdout",
        "containers/spark-a/spark-run1-driver/stdout.1.gz",
    ],
)
def test_what_is_no_container_s_log_is_left_out(path: str) -> None:
    assert container_log(PREFIX, PREFIX + path) is None


def test_a_path_of_another_run_is_left_out() -> None:
    assert container_log(PREFIX, "jobs/vc1/jobs/run2/containers/spark-a/spark-run2-driver/stdout") is None


def test_executors_are_in_order_of_their_number_and_attempts_of_their_age() -> None:
    paths = [f"{PREFIX}containers/spark-a/job-exec-{number}/stdout" for number in (10, 9, 1)]
    found = [log for path in paths if (log := container_log(PREFIX, path))]
    assert [log.pod for log in sorted(found, key=lambda log: log.order)] == ["job-exec-1", "job-exec-9", "job-exec-10"]
    younger = container_log(PREFIX, f"{PREFIX}containers/spark-a/spark-run1-driver-aaa/stdout", 2)
    older = container_log(PREFIX, f"{PREFIX}containers/spark-b/spark-run1-driver-zzz/stdout", 1)
    assert younger
    assert older
    assert older.order < younger.order


@pytest.mark.parametrize(
    ("monitoring", "expected"),
    [
        ({}, (None, "vc1/jobs/run1/", None, "vc1/jobs/run1/")),
        (
            {"cloudWatchMonitoringConfiguration": {"logGroupName": "g", "logStreamNamePrefix": "p"}},
            ("g", "p/vc1/jobs/run1/", None, "vc1/jobs/run1/"),
        ),
        (
            {"s3MonitoringConfiguration": {"logUri": "s3://b/logs/"}},
            (None, "vc1/jobs/run1/", "b", "logs/vc1/jobs/run1/"),
        ),
        ({"s3MonitoringConfiguration": {"logUri": "s3://b"}}, (None, "vc1/jobs/run1/", "b", "vc1/jobs/run1/")),
    ],
)
def test_a_request_has_the_log_locations_of_its_run(
    monitoring: dict[str, Any], expected: tuple[str | None, ...]
) -> None:
    run = job_run_of(
        {
            "id": "run1",
            "virtualClusterId": "vc1",
            "state": "RUNNING",
            "createdAt": datetime(2026, 11, 24, tzinfo=UTC),
            "configurationOverrides": {"monitoringConfiguration": monitoring},
        }
    )
    found = log_locations(run)
    assert (found.log_group, found.stream_prefix, found.bucket, found.key_prefix) == expected
