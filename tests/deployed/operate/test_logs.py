"""emr-placement logs, and the output that submit --wait ends with: written as EMR writes it, read from CloudWatch and S3."""

import gzip
import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.aws.errors import AwsError
from emr_eks_placement.aws.job_runs import JobRunsApi
from emr_eks_placement.aws.logs import RunLogs, last_output
from emr_eks_placement.cli.main import main
from emr_eks_placement.common.errors import RuleError, finding
from emr_eks_placement.emr.job_run import JobRun as JobRunOf
from local.aws.emr_containers.job_runs import JobRun
from local.aws.ministack.settings import enforcing_iam
from tests.deployed.operate.conftest import FILE, Deployed

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
        self.s3_text(path, "".join(f"{line}\n" for line in lines))

    def s3_text(self, path: str, text: str) -> None:
        self.s3_object(path, gzip.compress(text.encode()))

    def s3_object(self, path: str, body: bytes) -> str:
        bucket, _, folder = self.monitoring["s3MonitoringConfiguration"]["logUri"].removeprefix("s3://").partition("/")
        key = f"{folder.strip('/')}/{self.folder}/{path}.gz"
        self.deployed.session.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
        return f"s3://{bucket}/{key}"


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


def test_each_pod_and_stream_has_its_own_log(logged: Logged, capsys: Capture) -> None:
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


def test_no_logs_yet_is_reported(logged: Logged, capsys: Capture) -> None:
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
    write(logged, f"{APPLICATION}/spark-{logged.id}-driver/stdout", "\x1b[2Jgone", "\tat java")
    assert printed(capsys, logged) == "\x1b[2Jgone\n\tat java\n"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert printed(capsys, logged) == "\\x1b[2Jgone\n        at java\n"


@pytest.mark.parametrize("logged", ["s3"], indirect=True)
def test_a_torn_object_is_one_line(logged: Logged, capsys: Capture) -> None:
    torn = gzip.compress(b"text" * 99)[:-9]
    place = logged.s3_object(f"{APPLICATION}/spark-{logged.id}-driver/stdout", torn)
    assert main(["logs", logged.id, "-e", FILE]) == 2
    told = f"error: {place}: it is no whole gzip file (s3:GetObject). Try again when it is uploaded.\n"
    assert capsys.readouterr().err == told


def test_a_run_that_is_not_monitored_and_a_deleted_log_group(
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
    out, err = process.communicate(timeout=300)
    assert process.returncode == (0 if outcome == "COMPLETED" else 1)
    after = out.splitlines()
    start = after.index("last output of the driver (stdout):")
    assert after[start + 1 : start + 21] == [f"  row {number}" for number in range(10, 30)]
    assert ("  Traceback: no such file" in after) == (outcome == "FAILED")
    assert err == ""


def test_attempts_of_a_driver_are_in_the_order_of_their_creation(logged: Logged, capsys: Capture) -> None:
    for name, pause in (("driver", 1), ("driver-zz", 1), ("driver-aa", 0)):
        write(logged, f"{APPLICATION}/spark-{logged.id}-{name}/stdout", f"of {name}")
        time.sleep(pause)  # S3 tells seconds
    assert main(["logs", logged.id, "-e", FILE]) == 0
    captured = capsys.readouterr()
    assert captured.out == "of driver\nof driver-zz\nof driver-aa\n"
    assert captured.err == f"note: pod spark-{logged.id}-driver-zz\nnote: pod spark-{logged.id}-driver-aa\n"
    run = JobRunsApi(logged.deployed.session).describe(logged.deployed.virtual_cluster, logged.id)
    assert last_output(logged.deployed.session, run, "stdout", 5, patience=0) == ["of driver-aa"]


@pytest.mark.parametrize("logged", ["cloudwatch"], indirect=True)
def test_the_last_lines_may_take_more_than_one_page(logged: Logged, capsys: Capture) -> None:
    for start in (0, 6500):
        write(
            logged, f"{APPLICATION}/spark-{logged.id}-driver/stdout", *(str(start + number) for number in range(6500))
        )
    assert printed(capsys, logged, "--tail", "12000").splitlines() == [str(number) for number in range(1000, 13000)]


@pytest.mark.parametrize("logged", ["cloudwatch"], indirect=True)
def test_an_event_of_several_lines_is_several_lines(logged: Logged, capsys: Capture) -> None:
    write(logged, f"{APPLICATION}/spark-{logged.id}-driver/stdout", "first", "Traceback:\n  line 1\nError\n")
    assert printed(capsys, logged, "--tail", "2") == "  line 1\nError\n"
    assert printed(capsys, logged) == "first\nTraceback:\n  line 1\nError\n"


def test_the_submitter_may_log_to_control_logs(logged: Logged, capsys: Capture) -> None:
    logged.folder = logged.folder.replace("/containers", "/control-logs")
    write(logged, f"{logged.id}-xyz/stderr", "submitted")
    logged.folder = logged.folder.removesuffix("/control-logs")
    write(logged, "stdout", "no log of a pod")
    assert printed(capsys, logged, "--pod", "submitter", "--stream", "stderr") == "submitted\n"
    printed(capsys, logged, "--pod", "submitter", status=1)


@pytest.mark.parametrize("logged", ["s3"], indirect=True)
def test_reading_goes_on_where_an_upload_ended_within_a_line(logged: Logged) -> None:
    run = JobRunsApi(logged.deployed.session).describe(logged.deployed.virtual_cluster, logged.id)
    logs, key = RunLogs(logged.deployed.session, run), f"{APPLICATION}/spark-{logged.id}-driver/stdout"
    lines = []
    for text in ("one\nt", "one\ntwo", "one\ntwo\n", "one\ntwo\n\nthree\n"):
        logged.s3_text(key, text)
        lines.append([line for _, line in logs.read("driver", "stdout")])
    assert lines == [["one", "t"], ["wo"], [], ["", "three"]]


@pytest.mark.parametrize("logged", ["s3"], indirect=True)
def test_a_line_that_would_fill_the_memory_is_read_in_parts(logged: Logged, capsys: Capture) -> None:
    write(logged, f"{APPLICATION}/spark-{logged.id}-driver/stdout", "x" * (5 << 20) + "end")
    assert [len(line) for line in printed(capsys, logged).splitlines()] == [*[1 << 20] * 5, 3]


@pytest.mark.parametrize("logged", ["cloudwatch"], indirect=True)
def test_following_goes_on_after_a_failure_that_passes(logged: Logged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emr_eks_placement.aws.logs._PAUSE", 0.01)
    write(logged, f"{APPLICATION}/spark-{logged.id}-driver/stdout", "result")
    logged.deployed.runs.end(logged.id, "COMPLETED")
    api, told = JobRunsApi(logged.deployed.session), list[str]()
    run = api.describe(logged.deployed.virtual_cluster, logged.id)
    place = [finding("job run", RuleError(None, "throttled", "Try again later"))]
    answers: list[JobRunOf | AwsError] = [
        AwsError(place, "passing"),
        AwsError(place, "passing"),
        run,
        AwsError(place, "lasting"),
    ]

    def look() -> JobRunOf:
        answer = answers.pop(0)
        if isinstance(answer, AwsError):
            raise answer
        return answer

    following = RunLogs(logged.deployed.session, run).follow("driver", "stdout", look, told.append)
    assert next(following)[1] == "result"
    assert len(told) == 2
    with pytest.raises(AwsError):
        next(following)


@pytest.mark.parametrize("logged", ["s3"], indirect=True)
def test_an_object_that_is_no_gzip_is_one_line(logged: Logged, capsys: Capture) -> None:
    whole = bytearray(gzip.compress(bytes(range(256)) * 20))
    whole[20:40] = b"\xff" * 20
    logged.s3_object(f"{APPLICATION}/spark-{logged.id}-driver/stdout", bytes(whole))
    assert main(["logs", logged.id, "-e", FILE]) == 2
    assert "it is no whole gzip file" in capsys.readouterr().err


def test_a_denied_read_reports_what_to_allow(
    logged: Logged, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iam = logged.deployed.session.client("iam")
    name = f"reads-no-logs-{time.monotonic_ns()}"
    iam.create_user(UserName=name)
    allowed = {"Effect": "Allow", "Action": "emr-containers:DescribeJobRun", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName=name, PolicyName="runs", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    profiles = tmp_path / "credentials"
    profiles.write_text(
        f"[{name}]\naws_access_key_id = {key['AccessKeyId']}\naws_secret_access_key = {key['SecretAccessKey']}\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(profiles))
    with enforcing_iam():
        assert main(["logs", logged.id, "--virtual-cluster", logged.deployed.virtual_cluster, "--profile", name]) == 2
    action = "logs:DescribeLogStreams" if "cloudWatchMonitoringConfiguration" in logged.monitoring else "s3:ListBucket"
    (told,) = capsys.readouterr().err.splitlines()
    assert action in told
    assert "denied" in told


def test_a_deleted_bucket_is_one_line(deployed: Deployed, tmp_path: Path, capsys: Capture) -> None:
    definition = deployed.definition("fargate")
    monitoring = definition["configurationOverrides"]["monitoringConfiguration"]
    del monitoring["cloudWatchMonitoringConfiguration"]
    gone = submitted(deployed, definition, tmp_path, "bucket-gone")
    monitoring["s3MonitoringConfiguration"]["logUri"] = "s3://emr-eks-placement-no-such-bucket/logs"
    deployed.runs.started[gone.id].request["configurationOverrides"]["monitoringConfiguration"] = monitoring
    capsys.readouterr()
    assert main(["logs", gone.id, "-e", FILE]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith("error: s3://emr-eks-placement-no-such-bucket/logs/")
    assert "NoSuchBucket" in told


@pytest.mark.parametrize("logged", ["cloudwatch"], indirect=True)
def test_a_reader_that_stops_is_no_traceback(logged: Logged) -> None:
    write(logged, f"{APPLICATION}/spark-{logged.id}-driver/stdout", *(f"line {number}" for number in range(9000)))
    with logged.deployed.begin("logs", logged.id, "-e", FILE) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "line 0\n"
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


def test_output_that_comes_after_the_end_of_a_run_is_waited_for(
    deployed: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emr_eks_placement.aws.logs._PAUSE", 0.05)
    late = submitted(deployed, deployed.definition("fargate"), tmp_path, "late-output")
    deployed.runs.end(late.id, "COMPLETED")
    run = JobRunsApi(deployed.session).describe(deployed.virtual_cluster, late.id)
    comes = threading.Timer(
        0.3, lambda: late.cloudwatch(f"containers/{APPLICATION}/spark-{late.id}-driver/stdout", "late")
    )
    assert last_output(deployed.session, run, "stdout", 5, patience=0) == []
    comes.start()
    assert last_output(deployed.session, run, "stdout", 5, patience=300) == ["late"]
    comes.join()
