"""emr-placement smoke-test on a bad day: interrupted, too slow, failed, refused."""

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from emr_eks_placement.cli import smoke_run
from emr_eks_placement.cli.main import main
from local.aws.emr_containers.job_runs import JobRun
from tests.operate.conftest import FILE, Deployed
from tests.unit.observed import event

Capture = pytest.CaptureFixture[str]
SMOKE = ["smoke-test", "-e", FILE]


def objects(deployed: Deployed) -> list[str]:
    """Every version and delete marker in the bucket."""
    listed = deployed.session.client("s3").list_object_versions(Bucket=deployed.bucket)
    every = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
    return sorted(one["VersionId"] for one in every)


def names(deployed: Deployed) -> list[str]:
    """Of the runs that smoke tests have started."""
    started = [run.request["name"] for run in deployed.runs.started.values()]
    return [name for name in started if name.startswith("smoke-test-")]


def reported(capsys: Capture, *options: str) -> tuple[int, dict[str, Any], str]:
    capsys.readouterr()
    status = main([*SMOKE, "--output", "json", *options])
    told = capsys.readouterr()
    return status, json.loads(told.out), told.err


def refusing_by_quota(deployed: Deployed) -> None:
    """The submitter's Job of the next run may make no pod, as its warning says."""
    api, start = deployed.kubernetes, deployed.runs.start
    if not any(one["metadata"]["name"] == "spark-jobs" for one in api.objects("namespaces")):
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "spark-jobs"}})

    def start_and_warn(run: JobRun) -> None:
        start(run)
        warning = event(run.id, "FailedCreate", "exceeded quota: spark", kind="Job")
        api.create({**warning, "metadata": {"name": f"{run.id}.warning", "namespace": "spark-jobs"}})

    deployed.runs.__dict__["start"] = start_and_warn


@pytest.fixture(autouse=True)
def without_warnings(deployed: Deployed) -> Iterator[None]:
    yield
    deployed.runs.__dict__.pop("start", None)
    for one in deployed.kubernetes.objects("events"):
        deployed.kubernetes.delete("events", one["metadata"]["name"], one["metadata"]["namespace"])


@pytest.mark.parametrize("output", ["table", "json"])
def test_an_interrupt_cancels_the_run_and_removes_what_was_uploaded(deployed: Deployed, output: str) -> None:
    before, others = objects(deployed), set(deployed.runs.started)
    process = deployed.begin(*SMOKE, "--placement", "fargate", "--placement", "ec2", "--output", output)
    assert process.stderr
    while "RUNNING" not in (line := process.stderr.readline()):
        assert line, "it goes on"
    assert len(objects(deployed)) > len(before), "the job's file is there while it runs"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    (id_,) = set(deployed.runs.started) - others
    assert (process.returncode, out, deployed.runs.started[id_].state) == (130, "", "CANCELLED")
    assert err.splitlines()[-2:] == [
        f"note: job run {id_} is being cancelled",
        "note: interrupted; 0 of 2 placements were tried",
    ]
    assert objects(deployed) == before


def test_a_run_that_takes_too_long_is_cancelled_and_told(deployed: Deployed, capsys: Capture) -> None:
    deployed.runs.queues = True
    before = objects(deployed)
    refusing_by_quota(deployed)
    status, told, _ = reported(capsys, "--placement", "fargate", "--timeout", "0.2")
    (one,) = told["placements"]
    why = f"Kubernetes warns: Job {list(deployed.runs.started)[-1]}: FailedCreate: exceeded quota: spark"
    assert one["differences"][1] == {"kind": "run", "severity": "error", "what": why, "role": None}
    assert (status, one["state"]) == (1, "CANCELLED")
    what = "it is PENDING after 0.2 s (--timeout), so it was cancelled"
    assert one["differences"][0] == {"kind": "run", "severity": "error", "what": what, "role": None}
    assert objects(deployed) == before


def test_a_run_that_can_t_be_cancelled_is_not_waited_for_for_ever(
    deployed: Deployed, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smoke_run, "_END_SECONDS", 0.2)
    deployed.runs.cancels = False
    status, told, _ = reported(capsys, "--placement", "fargate", "--timeout", "0.2")
    assert (status, told["placements"][0]["state"]) == (1, "CANCEL_PENDING")


def test_a_failed_run_is_told_with_emr_s_reason_and_the_others_are_tried(deployed: Deployed, capsys: Capture) -> None:
    deployed.runs.outcome = "FAILED"
    before = len(names(deployed))
    status, told, _ = reported(capsys, "--placement", "fargate", "--placement", "ec2")
    assert (status, len(names(deployed)) - before) == (1, 2)
    for one in told["placements"]:
        first = one["differences"][0]
        assert (first["kind"], first["severity"]) == ("run", "error")
        assert first["what"] == "it is FAILED (USER_ERROR): ended as FAILED by a test"


def test_pods_that_were_not_seen_are_no_agreement(
    deployed: Deployed, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that completes between two looks, whose pods EMR has deleted."""
    monkeypatch.setattr(smoke_run, "_LATE_SECONDS", 0.0)
    deployed.runs.outcome = "COMPLETED"
    status, told, _ = reported(capsys, "--placement", "fargate")
    found = {(one["kind"], one["role"]) for one in told["placements"][0]["differences"]}
    roles = ("submitter", "driver", "executors")
    assert (status, found) == (1, {(kind, role) for kind in ("not-read", "logs") for role in roles})
    ignored = ["--ignore", "not-read", "--ignore", "logs"]
    assert reported(capsys, "--placement", "fargate", *ignored)[0] == 0


def test_a_run_that_emr_refuses_is_told_and_nothing_is_left(
    deployed: Deployed, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = objects(deployed)
    monkeypatch.setattr(smoke_run, "named_run", lambda request, **_: {**request, "name": "refused", "clientToken": ""})
    status, told, _ = reported(capsys, "--placement", "fargate")
    (found,) = told["placements"][0]["differences"]
    assert (status, found["kind"], found["severity"]) == (1, "run", "error")
    assert "clientToken" in found["what"]
    assert objects(deployed) == before


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--placement", "spot"], "--placement: 'spot': the placements of the jobs are ec2, ec2-one-zone, fargate, "),
        (["--job", "other"], "--job: 'other': the environment's jobs are trip-count. Name one of them."),
        (["--timeout", "0"], "--timeout: 0.0: a number of seconds above 0. Write for example 1200."),
        (["--ignore", "costs"], "--ignore: 'costs': the kinds of difference are run, plan, pods, containers, "),
        (["--region", "eu-west-1"], "--region: 'eu-west-1': the region of environments/local.yaml is us-east-1"),
    ],
)
def test_bad_input_starts_nothing(deployed: Deployed, capsys: Capture, options: list[str], told: str) -> None:
    before = len(deployed.runs.started)
    assert main([*SMOKE, *options]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert captured.err.startswith(f"error: {told}")
    assert len(deployed.runs.started) == before
