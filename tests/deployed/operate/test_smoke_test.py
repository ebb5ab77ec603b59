"""emr-placement smoke-test on a bad day: interrupted, too slow, failed, refused."""

import json
import re
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emr_eks_placement.aws.emr_access import emr_access_in_words
from emr_eks_placement.cli.main import main
from emr_eks_placement.runs import prepared
from emr_eks_placement.runs import smoke as smoke_run
from local.aws.emr_containers.job_runs import JobRun
from tests.deployed.operate.conftest import FILE, Deployed
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


def on_start(deployed: Deployed, then: Callable[[JobRun], object]) -> None:
    """What else happens when a run of this test is started, before its state changes."""
    start = deployed.runs.start

    def start_with_more(run: JobRun) -> None:
        then(run)
        start(run)

    deployed.runs.__dict__["start"] = start_with_more


def refusing_by_quota(deployed: Deployed) -> None:
    """The submitter's Job of the next run may create no pod, as in its warning."""
    api = deployed.kubernetes
    if not any(one["metadata"]["name"] == "spark-jobs" for one in api.objects("namespaces")):
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "spark-jobs"}})

    def warn(run: JobRun) -> None:
        warning = event(run.id, "FailedCreate", "exceeded quota: spark", kind="Job")
        api.create({**warning, "metadata": {"name": f"{run.id}.warning", "namespace": "spark-jobs"}})

    on_start(deployed, warn)


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
    out, err = process.communicate(timeout=300)
    (id_,) = set(deployed.runs.started) - others
    assert (process.returncode, out, deployed.runs.started[id_].state) == (130, "", "CANCELLED")
    assert err.splitlines()[-2:] == [
        f"note: job run {id_} is being cancelled",
        "note: interrupted; 0 of 2 placements were tried",
    ]
    assert objects(deployed) == before


def test_a_run_that_takes_too_long_is_cancelled_and_reported(deployed: Deployed, capsys: Capture) -> None:
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


def test_a_failed_run_is_reported_with_emr_s_reason_and_the_others_are_tried(
    deployed: Deployed, capsys: Capture
) -> None:
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


def test_a_run_that_emr_refuses_is_reported_and_nothing_is_left(
    deployed: Deployed, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = objects(deployed)
    monkeypatch.setattr(prepared, "named_run", lambda request, **_: {**request, "name": "refused", "clientToken": ""})
    status, told, _ = reported(capsys, "--placement", "fargate")
    (found,) = told["placements"][0]["differences"]
    assert (status, found["kind"], found["severity"]) == (1, "run", "error")
    assert "clientToken" in found["what"]
    assert objects(deployed) == before


def test_logs_by_names_that_nobody_expects_are_named(
    deployed: Deployed, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smoke_run, "_LATE_SECONDS", 0.0)
    deployed.runs.outcome = "COMPLETED"
    logs, group = deployed.session.client("logs"), deployed.outputs["SparkLogGroupName"]

    def log_elsewhere(run: JobRun) -> None:
        for name in (f"smoke-test/jobs-{run.id}/driver", "smoke-test/of-another-run/driver"):
            logs.create_log_stream(logGroupName=group, logStreamName=name)

    on_start(deployed, log_elsewhere)
    _, told, err = reported(capsys, "--placement", "fargate")
    (one,) = told["placements"]
    run = err.split("job run ")[1].split()[0]
    assert one["logs"] == {"CloudWatch": {"other": [f"smoke-test/jobs-{run}/driver"]}, "S3": {}}
    what = f"CloudWatch has smoke-test/jobs-{run}/driver, an unknown name"
    assert {"kind": "logs", "severity": "warning", "what": what, "role": None} in one["differences"]


MAPPED = """
- rolearn: arn:aws:iam::111122223333:role/nodes
  username: system:node:{{EC2PrivateDNSName}}
- rolearn: arn:aws:iam::111122223333:role/AWSServiceRoleForAmazonEMRContainers
  username: emr-containers
"""


@pytest.fixture
def aws_auth(deployed: Deployed) -> Iterator[Callable[[str], None]]:
    """Puts these mapRoles in place of what the cluster has."""
    api, name, place = deployed.kubernetes, "aws-auth", "kube-system"
    before = [one for one in api.objects("configmaps", place) if one["metadata"]["name"] == name]

    def put(data: dict[str, str]) -> None:
        if any(one["metadata"]["name"] == name for one in api.objects("configmaps", place)):
            api.delete("configmaps", name, place)
        metadata = {"name": name, "namespace": place}
        api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})

    yield lambda text: put({"mapRoles": text})
    api.delete("configmaps", name, place)
    if before:
        put(before[0]["data"])


@pytest.mark.parametrize(
    ("text", "mapped"),
    [
        (MAPPED, "yes"),
        (MAPPED.replace("AWSServiceRoleForAmazonEMRContainers", "other"), "no"),
        ("[]", "no"),
        ("x: [", "not read"),
    ],
)
def test_how_emr_gets_in_as_far_as_it_can_be_seen(
    deployed: Deployed, aws_auth: Callable[[str], None], text: str, mapped: str
) -> None:
    aws_auth(text)
    told: list[str] = []
    seen = emr_access_in_words(deployed.session, deployed.virtual_cluster, told.append)
    assert re.fullmatch(f"access entry: (yes|no); mapped in aws-auth: {mapped}", seen)
    assert told == (["aws-auth was not read: mapRoles of aws-auth is not YAML"] if mapped == "not read" else [])


def test_how_emr_gets_into_the_cluster_of_no_virtual_cluster_is_not_read(deployed: Deployed) -> None:
    told: list[str] = []
    seen = emr_access_in_words(deployed.session, "0000nowhere", told.append)
    assert seen == "access entry: not read; mapped in aws-auth: not read"
    assert len(told) == 1
    assert told[0].startswith("virtual cluster 0000nowhere: us-east-1 has no virtual cluster of this id")


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
