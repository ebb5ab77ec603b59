"""emr-placement list, status and cancel."""

import json

import pytest

from emr_eks_placement.cli.main import main
from tests.deployed.operate.conftest import FILE, REGION, Deployed
from tests.unit.json_output import check_output

Capture = pytest.CaptureFixture[str]


def started(deployed: Deployed, name: str) -> str:
    assert main(["submit", "trip-count", "-e", FILE, "--mode", "fargate", "--run-name", name]) == 0
    (run,) = deployed.runs.named(name)
    return run.id


def listed(capsys: Capture, *options: str) -> list[str]:
    """Names of what list shows."""
    capsys.readouterr()
    assert main(["list", *options, "--output", "json"]) == 0
    runs = json.loads(capsys.readouterr().out)
    check_output("job_runs", runs)
    return [run["name"] for run in runs]


def test_runs_are_listed_by_environment_or_virtual_cluster_state_and_name(deployed: Deployed, capsys: Capture) -> None:
    first, second = started(deployed, "list-a"), started(deployed, "list-b")
    deployed.runs.end(first, "FAILED")
    by_id = ("--virtual-cluster", deployed.virtual_cluster, "--region", REGION)
    assert listed(capsys, "-e", FILE, "--active") == ["list-b"]
    assert listed(capsys, *by_id, "--state", "RUNNING") == ["list-b"]
    assert listed(capsys, *by_id, "--name", "list-a", "--state", "FAILED") == ["list-a"]
    assert listed(capsys, *by_id, "--name", "list-a", "--active") == []
    assert len(listed(capsys, "-e", FILE, "--limit", "1")) == 1
    assert main(["list", "-e", FILE, "--active"]) == 0
    header, row, *_details, count = capsys.readouterr().out.splitlines()
    assert header.split() == ["job", "run", "state", "created", "elapsed", "name"]
    assert row.split()[:2] == [second, "RUNNING"]
    assert "list-b" in row
    assert count == "1 job run"
    assert main(["list", "-e", FILE, "--limit", "1"]) == 0
    assert capsys.readouterr().out.endswith("\n1 job run, the newest: --limit shows more\n")
    deployed.runs.end(second, "COMPLETED")
    assert main(["list", "-e", FILE, "--active"]) == 0
    assert capsys.readouterr().out == "no job runs\n"


def test_a_run_is_found_by_its_arn_alone(deployed: Deployed, capsys: Capture) -> None:
    id_ = started(deployed, "by-arn")
    arn = deployed.runs.started[id_].arn
    capsys.readouterr()
    assert main(["status", arn]) == 0
    *lines, last = capsys.readouterr().out.replace("job run", "job-run").splitlines()
    told = dict(line.split(maxsplit=1) for line in lines)
    assert last.startswith(f"job-run {id_} is RUNNING after ")
    assert (told["job-run"], told["name"], told["state"]) == (id_, "by-arn", "RUNNING")


def test_a_failed_run_shows_why(deployed: Deployed, capsys: Capture) -> None:
    id_ = started(deployed, "why")
    deployed.runs.end(id_, "FAILED")
    capsys.readouterr()
    assert main(["status", id_, "-e", FILE, "--output", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    check_output("status", told)
    assert (told["state"], told["failure_reason"], told["details"]) == (
        "FAILED",
        "USER_ERROR",
        "ended as FAILED by a test",
    )
    assert told["request"]["releaseLabel"] == deployed.definition("fargate")["releaseLabel"]


def test_a_run_is_cancelled(deployed: Deployed, capsys: Capture) -> None:
    id_ = started(deployed, "cancelled")
    assert main(["cancel", id_, "-e", FILE, "--wait"]) == 0
    assert deployed.runs.started[id_].state == "CANCELLED"
    capsys.readouterr()
    assert main(["cancel", id_, "-e", FILE]) == 0
    assert capsys.readouterr().out.startswith(f"job run {id_} is CANCELLED after "), "asked again, it reports it"


def test_cancelling_a_run_that_ended_otherwise_is_reported(deployed: Deployed, capsys: Capture) -> None:
    id_ = started(deployed, "completed")
    deployed.runs.end(id_, "COMPLETED")
    assert main(["cancel", id_, "-e", FILE]) == 1
    assert f"job run {id_} is COMPLETED after " in capsys.readouterr().out


def test_cancelling_without_waiting_leaves_the_end_to_emr(deployed: Deployed, capsys: Capture) -> None:
    id_ = started(deployed, "slow")
    deployed.runs.cancels = False
    assert main(["cancel", id_, "-e", FILE]) == 0
    assert capsys.readouterr().err == f"note: job run {id_} is being cancelled\n"
    assert deployed.runs.started[id_].state == "CANCEL_PENDING"


@pytest.mark.parametrize("command", ["status", "cancel"])
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["abc"],
            "JOB-RUN: 'abc': an id alone does not identify a job run. Add --environment or --virtual-cluster, ",
        ),
        (
            ["a/b", "-e", FILE],
            "JOB-RUN: 'a/b': 1 to 64 of 0-9 and a-z (emr-containers ResourceIdString). Copy it from the ",
        ),
        (["abc", "-e", FILE], f"{FILE}: no virtual cluster of it in us-east-1 has job run abc (emr-containers:"),
        (["abc", "--virtual-cluster", "X"], "--virtual-cluster: 'X': 1 to 64 of 0-9 and a-z"),
    ],
)
def test_a_run_that_is_not_there_is_one_line(
    deployed: Deployed, capsys: Capture, command: str, options: list[str], told: str
) -> None:
    assert deployed
    assert main([command, *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"error: {told}")
    assert captured.err.count("\n") == 1


def test_a_limit_of_none_is_refused(deployed: Deployed, capsys: Capture) -> None:
    assert deployed
    assert main(["list", "-e", FILE, "--limit", "0"]) == 2
    assert capsys.readouterr().err == "error: --limit: 0: 1 or more. Write for example 20.\n"


def test_costs_from_past_runs(deployed: Deployed, capsys: Capture) -> None:
    for name in ("trip-count-fargate-1", "trip-count-fargate-2"):
        deployed.runs.end(started(deployed, name), "COMPLETED")
    capsys.readouterr()
    assert main(["cost", "trip-count", "-e", FILE, "--mode", "fargate", "--from-runs", "10", "--output", "json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    check_output("costs", printed)
    (run,) = printed["jobs"]["trip-count"]["placements"].values()
    assert run["usage"]["runs_a_month"] >= 2 * 730 / 240
    assert 0 <= run["usage"]["hours"] < 1
    assert run["month"]["low"] > 0
