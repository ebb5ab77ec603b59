"""emr-placement submit: what it starts, what stops it, and what it tells."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.cli.main import main
from tests.deployed.operate.conftest import FILE, Deployed
from tests.unit.json_output import check_output

TRIP_COUNT = ("submit", "trip-count", "-e", FILE)
Capture = pytest.CaptureFixture[str]


def events(capsys: Capture) -> dict[str, dict[str, Any]]:
    """The last JSON event of each kind."""
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for event in printed:
        check_output("event", event)
    return {event["event"]: event for event in printed}


def only_run(deployed: Deployed, name: str) -> dict[str, Any]:
    (run,) = deployed.runs.named(name)
    return dict(run.request)


def test_a_deployed_definition_is_started_as_it_is_under_a_name_of_its_own(deployed: Deployed, capsys: Capture) -> None:
    assert main([*TRIP_COUNT, "--mode", "fargate", "--output", "json"]) == 0
    told = events(capsys)
    assert told["started"]["name"].startswith("trip-count-fargate-20")
    started = only_run(deployed, told["started"]["name"])
    assert deployed.runs.started[told["started"]["id"]].request == started
    own = {"name": told["started"]["name"], "clientToken": told["started"]["client_token"]}
    assert started == {**deployed.definition("fargate"), **own}


def test_the_plan_and_how_to_find_the_run_are_printed(deployed: Deployed, capsys: Capture) -> None:
    assert main([*TRIP_COUNT, "--placement", "pinned-driver", "--run-name", "told"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "trip-count in placement pinned-driver"
    assert [line.split()[0] for line in out[1:5]] == ["pod", "submitter", "driver", "executors"]
    (run,) = deployed.runs.named("told")
    assert out[-2:] == [f"job run {run.id} (told) is accepted", f"  emr-placement status {run.id} -e {FILE}"]


@pytest.mark.parametrize(("placement", "named"), [("fargate-one-zone", "--placement"), ("fargate-one-zone", "--zone")])
def test_a_zone_that_a_placement_has_means_that_placement(
    deployed: Deployed, capsys: Capture, placement: str, named: str
) -> None:
    by = ["--placement", placement] if named == "--placement" else ["--mode", "fargate", "--zone", "us-east-1a"]
    assert main([*TRIP_COUNT, *by, "--run-name", f"zone{named}"]) == 0
    assert capsys.readouterr().out.startswith(f"trip-count in placement {placement}\n")
    assert only_run(deployed, f"zone{named}")["jobDriver"] == deployed.definition(placement)["jobDriver"]


def test_a_zone_that_no_placement_has_is_defined_and_its_pod_templates_are_uploaded(
    deployed: Deployed, capsys: Capture
) -> None:
    moved = [*TRIP_COUNT, "--mode", "ec2", "--zone", "us-east-1a"]
    assert main([*moved, "--run-name", "moved-before"]) == 0
    (defaults, *_) = only_run(deployed, "moved-before")["configurationOverrides"]["applicationConfiguration"]
    uris = [value for key, value in defaults["properties"].items() if key.endswith("podTemplateFile")]
    for uri in uris:  # other tests may have uploaded them
        key = uri.removeprefix(f"s3://{deployed.bucket}/")
        deployed.session.client("s3").delete_object(Bucket=deployed.bucket, Key=key)
    capsys.readouterr()
    assert main([*moved, "--run-name", "moved"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("trip-count in placement ec2-in-us-east-1a\n")
    zones = {line.split()[-1] for line in captured.out.splitlines()[3:5]}
    assert zones == {"us-east-1a"}
    assert [f"uploaded {uri}" in captured.err for uri in uris] == [True, True]
    for uri in uris:
        key = uri.removeprefix(f"s3://{deployed.bucket}/")
        body = deployed.session.client("s3").get_object(Bucket=deployed.bucket, Key=key)["Body"].read()
        assert b"topology.kubernetes.io/zone: us-east-1a" in body
    assert main([*moved, "--run-name", "moved-again"]) == 0
    assert capsys.readouterr().err == "", "what is there is not uploaded again"


def test_the_same_run_name_starts_nothing_twice(deployed: Deployed, capsys: Capture) -> None:
    for _ in range(3):
        assert main([*TRIP_COUNT, "--mode", "fargate", "--run-name", "once"]) == 0
    assert len(deployed.runs.named("once")) == 1
    capsys.readouterr()
    assert main([*TRIP_COUNT, "--mode", "ec2", "--run-name", "once"]) == 0, "of another placement it is another run"
    assert len(deployed.runs.named("once")) == 2


def test_without_a_run_name_each_submission_is_a_run_of_its_own(deployed: Deployed, capsys: Capture) -> None:
    """However soon after another."""
    names = []
    for _ in range(3):
        assert main([*TRIP_COUNT, "--mode", "fargate", "--output", "json"]) == 0
        names.append(events(capsys)["started"]["name"])
    assert [len(deployed.runs.named(name)) for name in names] == [1, 1, 1]


def test_a_run_name_that_was_started_otherwise_is_refused(deployed: Deployed, capsys: Capture) -> None:
    assert main([*TRIP_COUNT, "--mode", "fargate", "--run-name", "taken"]) == 0
    assert main([*TRIP_COUNT, "--mode", "fargate", "--run-name", "taken", "--argument", "more"]) == 2
    (run,) = deployed.runs.named("taken")
    assert capsys.readouterr().err == (
        f"error: --run-name: 'taken': job run {run.id} (RUNNING) has this name already, with another jobDriver; nothing was "
        "started. Choose another name, or submit it as before.\n"
    )


def test_arguments_come_after_those_of_the_definition_and_properties_over_them(deployed: Deployed) -> None:
    own = ["--argument=--date", "--argument", "2026-11-24", "--conf", "spark.driver.cores=2", "--conf", "spark.x=a b"]
    assert main([*TRIP_COUNT, "--mode", "fargate", "--run-name", "more", *own]) == 0
    before = deployed.definition("fargate")["jobDriver"]["sparkSubmitJobDriver"]
    started = only_run(deployed, "more")["jobDriver"]["sparkSubmitJobDriver"]
    assert started["entryPointArguments"] == [*before["entryPointArguments"], "--date", "2026-11-24"]
    assert started["sparkSubmitParameters"] == (
        f"{before['sparkSubmitParameters']} --conf spark.driver.cores=2 --conf 'spark.x=a b'"
    )


def test_properties_count_in_the_plan_and_an_error_of_it_stops_the_run(deployed: Deployed, capsys: Capture) -> None:
    too_large = [*TRIP_COUNT, "--mode", "pinned-driver", "--conf", "spark.driver.memory=300g", "--run-name", "large"]
    assert main(too_large) == 1
    captured = capsys.readouterr()
    assert "error EC2_NO_NODE_GROUP: driver: " in captured.out
    assert captured.err.startswith("note: not started: EC2_NO_NODE_GROUP, ")
    assert deployed.runs.named("large") == []
    assert main([*too_large, "--force"]) == 0
    assert len(deployed.runs.named("large")) == 1


def test_warnings_stop_a_run_only_if_asked_and_not_those_that_are_ignored(deployed: Deployed, capsys: Capture) -> None:
    many = ["--conf", "spark.executor.instances=10"]
    strict = [*TRIP_COUNT, "--mode", "fargate", *many, "--fail-on", "warning", "--run-name", "strict"]
    assert main(strict) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("note: not started: FARGATE_VCPU_QUOTA. ")
    assert "note SUBMITTER_ON_EC2: " in captured.out, "which stops nothing"
    assert deployed.runs.named("strict") == []
    assert main([*strict, "--ignore", "FARGATE_VCPU_QUOTA"]) == 0
    assert len(deployed.runs.named("strict")) == 1


@pytest.mark.parametrize("with_environment", [False, True])
def test_a_request_of_a_file_is_planned_for_its_cluster(
    deployed: Deployed, tmp_path: Path, capsys: Capture, with_environment: bool
) -> None:
    """For the live cluster of its virtual cluster, or for the environment file."""
    file = tmp_path / "job-run.json"
    file.write_text(json.dumps({**deployed.definition("fargate-all"), "name": "nightly"}))
    environment = ["-e", FILE] if with_environment else []
    assert main(["submit", str(file), *environment, "--output", "json"]) == 0
    told = events(capsys)
    assert [pod["compute"] for pod in told["planned"]["plan"]["pods"]] == ["fargate"] * 3
    started = deployed.runs.started[told["started"]["id"]].request
    assert started["name"].startswith("nightly-20")
    assert started["jobDriver"] == deployed.definition("fargate-all")["jobDriver"]


def test_a_client_token_of_the_file_s_own_stays(deployed: Deployed, tmp_path: Path) -> None:
    file = tmp_path / "job-run.json"
    file.write_text(json.dumps({**deployed.definition("fargate"), "name": "own", "clientToken": "t-1"}))
    for _ in range(2):
        assert main(["submit", str(file)]) == 0
    assert [run.request["clientToken"] for run in deployed.runs.named("own")] == ["t-1"]


def test_waiting_ends_with_the_run(deployed: Deployed, capsys: Capture) -> None:
    deployed.runs.outcome = "CANCELLED"
    assert main([*TRIP_COUNT, "--mode", "fargate", "--wait"]) == 1
    assert " is CANCELLED after 0s: ended as CANCELLED by a test\n" in capsys.readouterr().out


@pytest.mark.parametrize("cancels", [False, True])
def test_an_interrupt_leaves_the_run_alone_unless_asked(deployed: Deployed, cancels: bool) -> None:
    name = f"interrupted-{cancels}".lower()
    process = deployed.begin(
        *TRIP_COUNT, "--mode", "fargate", "--run-name", name, "--wait", *(["--cancel-on-interrupt"] if cancels else [])
    )
    assert process.stdout
    while "RUNNING" not in (line := process.stdout.readline()):
        assert line, "it waits"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=300)
    (run,) = deployed.runs.named(name)
    assert process.returncode == 130
    assert err == (
        f"note: job run {run.id} is being cancelled\n"
        if cancels
        else f"note: job run {run.id} goes on; emr-placement cancel ends it\n"
    )
    assert run.state == ("CANCELLED" if cancels else "RUNNING")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["trip", "-e", FILE], "JOB: 'trip': the environment's jobs are trip-count. Name one of them, or the file of"),
        (["trip-count"], "JOB: 'trip-count': a job is one of an environment. Add --environment, or name the file of"),
        (["trip-count", "-e", FILE], "--placement: several placements of job trip-count are meant: fargate, "),
        (["trip-count", "-e", FILE, "--mode", "spot"], "--mode: 'spot': the placement modes are fargate, "),
        (
            ["trip-count", "-e", FILE, "--placement", "x"],
            "--placement: 'x': the placements of job trip-count are fargate,",
        ),
        (
            ["trip-count", "-e", FILE, "--mode", "ec2", "--zone", "eu-west-1a"],
            "--zone: 'eu-west-1a': the environment's zones",
        ),
        (
            ["trip-count", "-e", FILE, "--mode", "fargate", "--zone", "us-east-1b"],
            "--zone: 'us-east-1b': no Fargate profile takes pods of namespace spark-jobs with the label ",
        ),
        (
            ["trip-count", "-e", FILE, "--mode", "ec2", "--conf", "x"],
            "--conf: 'x': a property is key=value (spark-submit)",
        ),
        (
            ["trip-count", "-e", FILE, "--mode", "ec2", "--run-name", "a b"],
            "--run-name: 'a b': 1 to 64 of A-Z, a-z, 0-9, ",
        ),
        (["trip-count", "-e", FILE, "--mode", "ec2", "--ignore", "X"], "--ignore: 'X': no problem has this code. "),
        (["./none.json"], "./none.json: can't be read: No such file or directory. Check the path"),
    ],
)
def test_what_can_t_be_submitted_is_one_line(
    deployed: Deployed, capsys: Capture, arguments: list[str], told: str
) -> None:
    before = len(deployed.runs.started)
    assert main(["submit", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"error: {told}")
    assert captured.err.count("\n") == 1
    assert len(deployed.runs.started) == before


def test_a_request_of_another_virtual_cluster_is_refused(deployed: Deployed, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "job-run.json"
    file.write_text(json.dumps({**deployed.definition("fargate"), "virtualClusterId": "abc"}))
    assert main(["submit", str(file)]) == 2
    assert capsys.readouterr().err == (
        f"note: {file}: read as a StartJobRun request\n"
        "error: virtual cluster abc: us-east-1 has no virtual cluster of this id (emr-containers:DescribeVirtualCluster). "
        "Check the id, the region and the account.\n"
    )
    assert main(["submit", str(file), "-e", FILE]) == 2
    told = f"the deployed virtual clusters of environment local are {deployed.virtual_cluster} (spark)"
    assert told in capsys.readouterr().err


def test_the_answer_of_describe_job_run_starts_another_run_like_it(
    deployed: Deployed, tmp_path: Path, capsys: Capture
) -> None:
    assert main([*TRIP_COUNT, "--mode", "fargate", "--run-name", "first", "--conf", "spark.x=1"]) == 0
    (first,) = deployed.runs.named("first")
    emr = deployed.session.client("emr-containers")
    answer = emr.describe_job_run(virtualClusterId=deployed.virtual_cluster, id=first.id)
    file = tmp_path / "described.json"
    file.write_text(json.dumps({"jobRun": answer["jobRun"]}, default=str))
    capsys.readouterr()
    assert main(["submit", str(file), "--run-name", "second"]) == 0
    assert f"note: {file}: read as a describe-job-run answer; ignored: id, " in capsys.readouterr().err
    second = only_run(deployed, "second")
    assert second["jobDriver"] == only_run(deployed, "first")["jobDriver"]
    assert second["clientToken"] != only_run(deployed, "first")["clientToken"]


def test_a_request_with_placeholders_is_not_started_unless_forced(
    deployed: Deployed, tmp_path: Path, capsys: Capture
) -> None:
    request = deployed.definition("fargate")
    request["configurationOverrides"]["monitoringConfiguration"]["s3MonitoringConfiguration"]["logUri"] = (
        "s3://${LOGS}/a/"
    )
    file = tmp_path / "job-run.json"
    file.write_text(json.dumps(request))
    before = len(deployed.runs.started)
    assert main(["submit", str(file), "--run-name", "placeholder"]) == 2
    place = "configurationOverrides.monitoringConfiguration.s3MonitoringConfiguration.logUri"
    assert capsys.readouterr().err == (
        f"error: {file}: {place} = '${{LOGS}}': ${{LOGS}} is a placeholder, and a request is started as written. "
        "Fill it in, or use --force if it is no placeholder.\n"
    )
    assert len(deployed.runs.started) == before
    assert main(["submit", str(file), "--run-name", "placeholder", "--force"]) == 0
    emr = deployed.session.client("emr-containers")
    runs = emr.list_job_runs(virtualClusterId=deployed.virtual_cluster, name="placeholder")["jobRuns"]
    assert [run["name"] for run in runs] == ["placeholder"], "which fails where its role may not write there"


def test_a_file_of_several_requests_starts_the_one_that_is_named(
    deployed: Deployed, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "two.json"
    file.write_text(json.dumps([deployed.definition("fargate"), deployed.definition("ec2")]))
    assert main(["submit", str(file), "--run-name", "of-two"]) == 2
    assert capsys.readouterr().err == f"error: {file}: has 2 requests: {file}#1, {file}#2. Name one of them.\n"
    assert main(["submit", f"{file}#2", "--run-name", "of-two"]) == 0
    assert only_run(deployed, "of-two")["jobDriver"] == deployed.definition("ec2")["jobDriver"]
