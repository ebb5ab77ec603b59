"""emr-placement logs, and the output that submit --wait ends with: written as EMR writes it, read from CloudWatch and S3."""

import gzip
import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.cli.main import main
from local.aws.emr_containers.job_runs import JobRun
from tests.operate.conftest import FILE, Deployed

Capture = pytest.CaptureFixture[str]
APPLICATION = "spark-000000abc"


class Logged:
    """A run and what its containers log."""

    def __init__(self, deployed: Deployed, run: JobRun) -> None:
        self.deployed = deployed
        self.id = run.id
        self.monitoring = run.request["configurationOverrides"].get("monitoringConfiguration", {})
        self.folder = f"{run.virtual_cluster_id}/jobs/{run.id}/containers"

    def cloudwatch(self, path: str, *lines: str) -> None:
        logs, group = self.deployed.session.client("logs"), self.monitoring["cloudWatchMonitoringConfiguration"]
        name = f"{group['logStreamNamePrefix']}/{self.folder}/{path}"
        found = logs.describe_log_streams(logGroupName=group["logGroupName"], logStreamNamePrefix=name)["logStreams"]
        if not found:
            logs.create_log_stream(logGroupName=group["logGroupName"], logStreamName=name)
        events: Any = [{"timestamp": int(time.time() * 1000), "message": line} for line in lines]
        logs.put_log_events(logGroupName=group["logGroupName"], logStreamName=name, logEvents=events)

    def s3(self, path: str, *lines: str) -> None:
        bucket, _, folder = self.monitoring["s3MonitoringConfiguration"]["logUri"].removeprefix("s3://").partition("/")
        key = f"{folder.strip('/')}/{self.folder}/{path}.gz"
        body = gzip.compress("".join(f"{line}\n" for line in lines).encode())
        self.deployed.session.client("s3").put_object(Bucket=bucket, Key=key, Body=body)


def submitted(deployed: Deployed, definition: dict[str, Any], folder: Path, name: str) -> Logged:
    """The run of a definition."""
    file = folder / "job-run.json"
    file.write_text(json.dumps(definition))
    assert main(["submit", str(file), "-e", FILE, "--run-name", name]) == 0
    (run,) = deployed.runs.named(name)
    return Logged(deployed, run)


@pytest.fixture(params=["cloudwatch", "s3"])
def logged(deployed: Deployed, tmp_path: Path, request: pytest.FixtureRequest, capsys: Capture) -> Logged:
    """A run that logs to one of both only."""
    definition = deployed.definition("fargate")
    monitoring = definition["configurationOverrides"]["monitoringConfiguration"]
    other = "s3MonitoringConfiguration" if request.param == "cloudwatch" else "cloudWatchMonitoringConfiguration"
    del monitoring[other]
    made = submitted(deployed, definition, tmp_path, f"logged-{time.monotonic_ns()}")
    capsys.readouterr()
    return made


def write(logged: Logged, path: str, *lines: str) -> None:
    where = "cloudwatch" if "cloudWatchMonitoringConfiguration" in logged.monitoring else "s3"
    getattr(logged, where)(path, *lines)


def printed(capsys: Capture, logged: Logged, *options: str, status: int = 0) -> str:
    assert main(["logs", logged.id, "-e", FILE, *options]) == status
    return capsys.readouterr().out


def test_each_pod_and_stream_is_told_apart(logged: Logged, capsys: Capture) -> None:
    write(logged, f"{APPLICATION}/spark-{logged.id}-driver/stdout", "result 1", "result 2")
    write(logged, f"{APPLICATION}/spark-{logged.id}-driver/stderr", "24/11/26 WARN slow")
    for number in (2, 10, 1):
        write(logged, f"{APPLICATION}/trip-count-abc-exec-{number}/stdout", f"part {number}")
    write(logged, f"{logged.id}-xyz/stderr", "submitted")
    write(logged, f"{APPLICATION}/spark-{logged.id}-driver/gc", "no stream of a container")
    assert printed(capsys, logged) == "result 1\nresult 2\n"
    assert printed(capsys, logged, "--stream", "stderr") == "24/11/26 WARN slow\n"
    executors = printed(capsys, logged, "--pod", "executors").splitlines()
    assert executors == [f"trip-count-abc-exec-{number}: part {number}" for number in (1, 2, 10)]
    assert printed(capsys, logged, "--pod", "submitter", "--stream", "stderr") == "submitted\n"


def test_the_last_lines_are_those_of_a_long_log(logged: Logged, capsys: Capture) -> None:
    write(logged, f"{APPLICATION}/spark-{logged.id}-driver/stdout", *(f"line {number}" for number in range(3000)))
    assert printed(capsys, logged, "--tail", "3") == "line 2997\nline 2998\nline 2999\n"
    assert len(printed(capsys, logged).splitlines()) == 3000


def test_nothing_logged_yet_says_so(logged: Logged, capsys: Capture) -> None:
    assert main(["logs", logged.id, "-e", FILE]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("note: nothing of driver (stdout) is in ")
    assert captured.err.endswith(f" yet; job run {logged.id} is RUNNING\n")


def test_following_prints_what_comes_until_the_run_has_ended(
    logged: Logged, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emr_eks_placement.aws.logs._PAUSE", 0.05)
    path = f"{APPLICATION}/spark-{logged.id}-driver/stdout"
    lines = [f"step {number}" for number in range(5)]

    def work() -> None:
        for number in range(5):
            if "s3MonitoringConfiguration" in logged.monitoring:  # EMR uploads the whole again
                write(logged, path, *lines[: number + 1])
            else:
                write(logged, path, lines[number])
            time.sleep(0.1)
        logged.deployed.runs.end(logged.id, "COMPLETED")

    worker = threading.Thread(target=work)
    worker.start()
    assert printed(capsys, logged, "--follow").splitlines() == lines
    worker.join()


@pytest.mark.parametrize("logged", ["cloudwatch"], indirect=True)
def test_what_would_steer_a_terminal_goes_to_a_pipe_only(
    logged: Logged, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(logged, f"{APPLICATION}/spark-{logged.id}-driver/stdout", "\x1b[2Jgone")
    assert printed(capsys, logged) == "\x1b[2Jgone\n"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert printed(capsys, logged) == "\\x1b[2Jgone\n"


@pytest.mark.parametrize("logged", ["s3"], indirect=True)
def test_a_torn_object_is_one_line(logged: Logged, capsys: Capture) -> None:
    where = logged.monitoring["s3MonitoringConfiguration"]["logUri"].removeprefix("s3://").partition("/")
    key = f"{where[2].strip('/')}/{logged.folder}/{APPLICATION}/spark-{logged.id}-driver/stdout.gz"
    logged.deployed.session.client("s3").put_object(Bucket=where[0], Key=key, Body=gzip.compress(b"text" * 99)[:-9])
    assert main(["logs", logged.id, "-e", FILE]) == 2
    told = f"error: s3://{where[0]}/{key}: it is no whole gzip file (s3:GetObject). Try again when it is uploaded.\n"
    assert capsys.readouterr().err == told


def test_a_run_that_is_not_monitored_and_a_log_group_that_is_gone(
    deployed: Deployed, tmp_path: Path, capsys: Capture
) -> None:
    definition = deployed.definition("fargate")
    monitoring = definition["configurationOverrides"].pop("monitoringConfiguration")
    unmonitored = submitted(deployed, definition, tmp_path, "unmonitored")
    capsys.readouterr()
    assert main(["logs", unmonitored.id, "-e", FILE]) == 2
    assert capsys.readouterr().err.startswith(
        f"error: job run {unmonitored.id}: its request has no monitoringConfiguration, so its logs are kept neither in "
    )
    definition["configurationOverrides"]["monitoringConfiguration"] = monitoring
    group = monitoring["cloudWatchMonitoringConfiguration"]["logGroupName"]
    gone = submitted(deployed, definition, tmp_path, "log-group-gone")
    logs = deployed.session.client("logs")
    logs.delete_log_group(logGroupName=group)
    capsys.readouterr()
    try:
        assert main(["logs", gone.id, "-e", FILE]) == 2
    finally:
        logs.create_log_group(logGroupName=group)
    told = f"log group {group}: us-east-1 has no such log group (logs:DescribeLogStreams). Check region and account"
    assert capsys.readouterr().err == f"error: {told}.\n"


@pytest.mark.parametrize("outcome", ["COMPLETED", "FAILED"])
def test_waiting_ends_with_the_driver_s_last_output(deployed: Deployed, outcome: str) -> None:
    process = deployed.begin(
        "submit", "trip-count", "-e", FILE, "--mode", "fargate", "--run-name", f"output-{outcome}", "--wait"
    )
    assert process.stdout
    while "RUNNING" not in (line := process.stdout.readline()):
        assert line
    (run,) = deployed.runs.named(f"output-{outcome}")
    logged = Logged(deployed, run)
    logged.cloudwatch(f"{APPLICATION}/spark-{run.id}-driver/stdout", *(f"row {number}" for number in range(30)))
    logged.cloudwatch(f"{APPLICATION}/spark-{run.id}-driver/stderr", "Traceback: no such file")
    deployed.runs.end(run.id, outcome)
    out, err = process.communicate(timeout=30)
    assert process.returncode == (0 if outcome == "COMPLETED" else 1)
    after = out.splitlines()
    start = after.index("last output of the driver (stdout):")
    assert after[start + 1 : start + 21] == [f"  row {number}" for number in range(10, 30)]
    assert ("  Traceback: no such file" in after) == (outcome == "FAILED")
    assert err == ""
