"""emr-placement submit-many: what it starts, resumes, refuses and tells."""

import itertools
import json
import re
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.cli.main import main
from emr_eks_placement.emr.service_integration import capitalized
from local.aws.emr_containers.job_runs import JobRun
from tests.deployed.operate.conftest import FILE, REGION, Deployed
from tests.deployed.operate.faulty_proxy import Fault, faulty_proxy

Capture = pytest.CaptureFixture[str]
Line = dict[str, Any]
FARGATE: Line = {"job": "trip-count", "mode": "fargate"}
TOO_LONG = "x" * 10281  # EntryPointArgument has at most 10280 characters


@dataclass(frozen=True)
class Fleet:
    """A file of lines, and what was started since its creation."""

    deployed: Deployed
    file: Path
    before: frozenset[str]

    @property
    def journal(self) -> Path:
        return self.file.with_name("fleet.jsonl.journal")

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.journal.read_text().splitlines()]

    @property
    def runs(self) -> list[JobRun]:
        """In the order of lines, by the last argument."""
        runs = [run for id_, run in list(self.deployed.runs.started.items()) if id_ not in self.before]
        return sorted(runs, key=lambda run: arguments(run)[-1])

    def write(self, *lines: Line) -> None:
        self.file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    def submit(self, *options: str, environment: bool = True) -> int:
        return main(["submit-many", str(self.file), *(("-e", FILE) if environment else ()), *options])


def arguments(run: JobRun) -> list[str]:
    driver: dict[str, Any] = run.request["jobDriver"]["sparkSubmitJobDriver"]
    return list(driver["entryPointArguments"])


def numbered(count: int, **members: Any) -> list[Line]:
    return [{**FARGATE, "arguments": [f"{n:03}"], **members} for n in range(count)]


@pytest.fixture
def fleet(deployed: Deployed, tmp_path: Path) -> Fleet:
    return Fleet(deployed, tmp_path / "fleet.jsonl", frozenset(deployed.runs.started))


def test_each_line_is_a_run_of_the_deployed_definition_with_what_it_adds(fleet: Fleet, capsys: Capture) -> None:
    last: Line = {"job": "trip-count", "placement": "ec2", "arguments": ["002"], "run_name": "own/name"}
    fleet.write(*numbered(2, conf={"spark.x": "a b"}), last)
    assert fleet.submit() == 0
    assert capsys.readouterr().out.endswith("all 3 job runs are started\n")
    definition = fleet.deployed.definition("fargate")
    driver = definition["jobDriver"]["sparkSubmitJobDriver"]
    for number, run in enumerate(fleet.runs[:2], start=1):
        identifier = fleet.records[0]["id"]
        assert run.request["name"] == f"trip-count-fargate-{identifier}-{number:05}"
        own = {
            **driver,
            "entryPointArguments": [*driver["entryPointArguments"], f"{number - 1:03}"],
            "sparkSubmitParameters": f"{driver['sparkSubmitParameters']} --conf 'spark.x=a b'",
        }
        rest = {key: run.request[key] for key in ("name", "clientToken")}
        assert run.request == {**definition, "jobDriver": {"sparkSubmitJobDriver": own}, **rest}
    assert fleet.runs[2].request["name"] == "own/name"
    assert len({run.request["clientToken"] for run in fleet.runs}) == 3


def test_run_again_it_starts_nothing_and_reports_it(fleet: Fleet, capsys: Capture) -> None:
    fleet.write(*numbered(5))
    assert fleet.submit() == 0
    content = fleet.journal.read_bytes()
    capsys.readouterr()
    assert fleet.submit() == 0
    captured = capsys.readouterr()
    assert captured.out == "all 5 job runs are started\n"
    assert captured.err == f"note: 5 of 5 job runs were already started, as recorded in {fleet.journal}\n"
    assert len(fleet.runs) == 5
    assert fleet.journal.read_bytes() == content


def test_another_journal_begins_another_fleet(fleet: Fleet, tmp_path: Path) -> None:
    fleet.write(*numbered(2))
    assert fleet.submit() == fleet.submit("--journal", str(tmp_path / "other")) == 0
    assert len({run.request["name"] for run in fleet.runs}) == 4


def test_a_changed_file_is_refused(fleet: Fleet, capsys: Capture) -> None:
    fleet.write(*numbered(2))
    assert fleet.submit() == 0
    fleet.write(*numbered(3))
    assert fleet.submit() == 2
    assert f"error: {fleet.journal}: the journal belongs to a fleet with another content of the file " in (
        capsys.readouterr().err
    )
    assert len(fleet.runs) == 2


def test_what_emr_refuses_is_journaled_and_the_others_go_on(fleet: Fleet, capsys: Capture) -> None:
    fleet.write(*numbered(4), {**FARGATE, "arguments": [TOO_LONG]}, *numbered(4))
    assert fleet.submit() == 1
    captured = capsys.readouterr()
    assert captured.out.endswith("8 of 9 job runs are started, 1 refused\n")
    assert "note: the last that was not started: job run trip-count-fargate-" in captured.err
    (refused,) = [record for record in fleet.records[1:] if record["what"] == "refused"]
    assert refused["line"] == 5
    assert "emr-containers:StartJobRun failed: ValidationException: " in refused["why"]
    assert fleet.submit() == 1
    assert len(fleet.records) == 19, "nothing is asked for again"
    assert fleet.submit("--retry-refused") == 1
    assert [record["what"] for record in fleet.records[19:]] == ["starting", "refused"]
    assert len(fleet.runs) == 8


def test_a_refusal_is_reported_if_the_queue_may_not_be_read(fleet: Fleet) -> None:
    fleet.write({**FARGATE, "arguments": [TOO_LONG]}, *numbered(1))
    with faulty_proxy(fleet.deployed.aws.url) as proxy:
        looks = f"/virtualclusters/{fleet.deployed.virtual_cluster}"
        proxy.choose = lambda call: "denied" if (call.method, call.path) == ("GET", looks) else None
        process = fleet.deployed.begin("submit-many", str(fleet.file), "-e", FILE, AWS_ENDPOINT_URL=proxy.url)
        out, err = process.communicate(timeout=300)
        assert proxy.calls["denied"] == 1
    assert process.returncode == 1
    assert out.endswith("1 of 2 job runs are started, 1 refused\n")
    assert "ValidationException" in err


@pytest.mark.parametrize("how", ["unavailable", "no-bucket"])
def test_a_run_in_doubt_that_can_t_be_looked_for_stays_in_doubt(fleet: Fleet, how: Fault) -> None:
    """Whatever the listing is answered, the run may be there."""
    fleet.write(*numbered(1))
    assert fleet.submit() == 0
    header, starting, _started = fleet.records
    fleet.journal.write_text(f"{json.dumps(header)}\n{json.dumps(starting)}\n")
    with faulty_proxy(fleet.deployed.aws.url) as proxy:
        proxy.choose = lambda call: how if call.method == "GET" and call.path.endswith("/jobruns") else None
        process = fleet.deployed.begin(
            "submit-many", str(fleet.file), "-e", FILE, AWS_ENDPOINT_URL=proxy.url, AWS_MAX_ATTEMPTS="1"
        )
        out, _err = process.communicate(timeout=300)
    assert process.returncode == 1
    assert out.endswith("0 of 1 job runs are started, 0 refused\n")
    assert fleet.records == [header, starting]
    assert fleet.submit() == 0
    assert len(fleet.runs) == 1


def test_a_run_in_doubt_is_found_by_name_though_emr_forgot_its_token(fleet: Fleet) -> None:
    """As after a kill between EMR's answer and the journal."""
    fleet.write(*numbered(3))
    assert fleet.submit() == 0
    (first, second, _third) = fleet.runs
    records = [record for record in fleet.records if record.get("job_run") not in (first.id, second.id)]
    fleet.journal.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    fleet.deployed.aws.emr_containers._run_of_token.clear()  # for how long EMR knows them is not documented
    assert fleet.submit() == 0
    assert len(fleet.runs) == 3
    found = {record["job_run"] for record in fleet.records if record.get("what") == "started"}
    assert found == {run.id for run in fleet.runs}


def test_a_run_in_doubt_that_was_not_started_is_started_in_the_zone_of_then(fleet: Fleet) -> None:
    fleet.write(*[{"job": "trip-count", "mode": "ec2", "arguments": [f"{n:03}"]} for n in range(4)])
    assert fleet.submit("--spread", "round-robin", "--zones", "us-east-1b") == 0
    header = fleet.records[0]
    doubts = [{"line": line, "what": "starting", "zone": "us-east-1b"} for line in (1, 2)]
    other = fleet.file.with_name("other")
    header["id"] = "00000000"
    other.write_text("".join(f"{json.dumps(record)}\n" for record in [header, *doubts]))
    assert fleet.submit("--spread", "round-robin", "--journal", str(other)) == 0
    names = sorted(str(run.request["name"]) for run in fleet.runs if "00000000" in str(run.request["name"]))
    assert names == [
        "trip-count-ec2-in-us-east-1a-00000000-00003",
        "trip-count-ec2-one-zone-00000000-00001",
        "trip-count-ec2-one-zone-00000000-00002",
        "trip-count-ec2-one-zone-00000000-00004",
    ]


def test_a_run_name_of_an_earlier_submission_is_reported_or_refused(fleet: Fleet, capsys: Capture) -> None:
    fleet.write({**FARGATE, "arguments": ["000"], "run_name": "fleet-once"})
    assert fleet.submit() == 0
    fleet.runs[0].created_at = fleet.runs[0].created_at.replace(year=2020)
    assert fleet.submit("--journal", str(fleet.file.with_name("b"))) == 0
    assert "note: 1 of them were started by an earlier submission with the same name\n" in capsys.readouterr().err
    fleet.write({**FARGATE, "arguments": ["001"], "run_name": "fleet-once"})
    assert fleet.submit("--journal", str(fleet.file.with_name("c"))) == 1
    assert "has this name already, with another jobDriver; nothing was started. " in capsys.readouterr().err
    assert len(fleet.runs) == 1


@pytest.mark.parametrize(
    ("spread", "mode", "zones"),
    [
        (("round-robin",), "ec2", {"us-east-1a": 6, "us-east-1b": 6}),
        (("capacity",), "ec2", {"us-east-1a": 6, "us-east-1b": 6}),
        (("round-robin", "--zones", "us-east-1b"), "ec2", {"us-east-1b": 12}),
        (("round-robin",), "fargate", {"us-east-1a": 12}),
    ],
)
def test_runs_are_spread_over_the_zones_that_take_them(
    fleet: Fleet, spread: tuple[str, ...], mode: str, zones: dict[str, int]
) -> None:
    """A single-zone Fargate profile is there for us-east-1a only."""
    own = {"mode": mode}
    fleet.write(*numbered(12, **own), {"job": "trip-count", "placement": "ec2-one-zone", "arguments": ["zzz"]})
    assert fleet.submit("--spread", *spread) == 0
    assert Counter(zone_of(fleet, run) for run in fleet.runs[:-1]) == zones
    assert zone_of(fleet, fleet.runs[-1]) == "us-east-1b", "a placement that has its zone keeps it"
    started = [record for record in fleet.records[1:] if record["what"] == "starting"]
    told = [record["zone"] for record in started]
    assert Counter(zone for zone in told if zone) == zones
    assert told.count(None) == 1


def zone_of(fleet: Fleet, run: JobRun) -> str | None:
    """Of the placement that its name tells."""
    placement = str(run.request["name"]).removeprefix("trip-count-").rsplit("-", 2)[0]
    _mode, moved, zone = placement.partition("-in-")
    return zone if moved else fleet.deployed.environment.jobs["trip-count"].placements[placement].zone


def test_requests_are_planned_once_and_started_under_names_of_their_own(fleet: Fleet, capsys: Capture) -> None:
    request = fleet.deployed.definition("fargate-all")
    fleet.write(*[{"request": {**request, "name": f"n{n}"}, "arguments": [f"{n:03}"]} for n in range(30)])
    assert fleet.submit() == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].startswith(f"30 of {fleet.file}:1, at most ")
    identifier = fleet.records[0]["id"]
    assert [run.request["name"] for run in fleet.runs] == [f"n{n}-{identifier}-{n + 1:05}" for n in range(30)]


def test_every_line_that_can_t_be_submitted_is_reported_and_nothing_is_started(fleet: Fleet, capsys: Capture) -> None:
    request = fleet.deployed.definition("fargate")
    fleet.write(
        FARGATE,
        {"job": "trip"},
        {"job": "trip-count"},
        {"job": "trip-count", "mode": "spot"},
        {**FARGATE, "zone": "us-east-1b"},
        {"request": {**request, "virtualClusterId": "<virtual-cluster-id>"}},
        {"job": "trip-count", "mode": "ec2", "conf": {"": "x"}},
    )
    assert fleet.submit() == 2
    assert capsys.readouterr().err.count("\n") == 1, "what a line is comes first"
    lines = [line for line in fleet.file.read_text().splitlines() if '"": "x"' not in line]
    fleet.file.write_text("\n".join(lines))
    assert fleet.submit() == 2
    captured = capsys.readouterr()
    places = [line.removeprefix("error: ").split(" = ")[0] for line in captured.err.splitlines()]
    assert places == [
        f"{fleet.file}:2: job",
        f"{fleet.file}:3: placement",
        f"{fleet.file}:4: mode",
        f"{fleet.file}:5: zone",
        f"{fleet.file}:6: virtualClusterId",
    ]
    assert fleet.runs == []
    assert not fleet.journal.exists()


def test_requests_in_other_forms_are_started_and_those_with_placeholders_are_not(fleet: Fleet, capsys: Capture) -> None:
    request = fleet.deployed.definition("fargate")
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::emr-containers:startJobRun",
        "Parameters": capitalized(request),
    }
    fleet.write({"request": request}, {"request": state}, {"request": {**request, "name": "run-$DATE"}})
    assert fleet.submit() == 2
    assert f"error: {fleet.file}:3: name = '$DATE': $DATE is a placeholder" in capsys.readouterr().err
    assert fleet.runs == []
    fleet.file.write_text("".join(fleet.file.read_text().splitlines(keepends=True)[:2]))
    assert fleet.submit() == 0
    assert f"note: 1 request of {fleet.file} is read as a Step Functions state\n" in capsys.readouterr().err
    assert len({json.dumps(run.request["jobDriver"], sort_keys=True) for run in fleet.runs}) == 1
    assert len(fleet.runs) == 2


def test_a_problem_stops_all_unless_forced_or_ignored(fleet: Fleet, capsys: Capture) -> None:
    fleet.write(*numbered(2), *numbered(2, mode="pinned-driver", conf={"spark.driver.memory": "300g"}))
    assert fleet.submit() == 1
    captured = capsys.readouterr()
    assert "  error EC2_NO_NODE_GROUP: driver: " in captured.out
    assert "note: not started: EC2_NO_NODE_GROUP, " in captured.err
    assert fleet.runs == []
    assert not fleet.journal.exists()
    assert fleet.submit("--force") == 0
    assert len(fleet.runs) == 4


def test_warnings_stop_it_only_if_asked(fleet: Fleet) -> None:
    fleet.write(*numbered(2, conf={"spark.executor.instances": "10"}))
    assert fleet.submit("--fail-on", "warning") == 1
    assert fleet.submit("--fail-on", "warning", "--ignore", "FARGATE_VCPU_QUOTA") == 0
    assert len(fleet.runs) == 2


def test_it_goes_on_for_programs(fleet: Fleet, capsys: Capture) -> None:
    fleet.write(*numbered(3))
    assert fleet.submit("--output", "json") == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (ended,) = [event for event in events if event["event"] == "ended"]
    assert {key: ended[key] for key in ("started", "refused", "unknown", "total")} == {
        "started": 3,
        "refused": 0,
        "unknown": 0,
        "total": 3,
    }


def test_an_interrupt_ends_what_is_under_way_and_the_rest_is_started_later(fleet: Fleet) -> None:
    fleet.write(*numbered(600))
    process = fleet.deployed.begin("submit-many", str(fleet.file), "-e", FILE, "--concurrency", "2")
    fleet.deployed.runs.when(20, lambda: process.send_signal(signal.SIGINT))
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130, out + err
    assert "note: run the same command again for the others\n" in err
    assert "Traceback" not in err
    started = len(fleet.runs)
    assert started < 600
    counts = Counter(record["what"] for record in fleet.records[1:])
    assert counts == {"starting": started, "started": started}, "nothing is in doubt"
    assert fleet.submit() == 0
    assert len(fleet.runs) == 600


def role_for(deployed: Deployed, like: str, namespace: str) -> str:
    """A role that lets in job runs of a namespace as another does those of spark-jobs, and may do everything."""
    iam = deployed.session.client("iam")
    trust = iam.get_role(RoleName=like.rpartition("/")[2])["Role"]["AssumeRolePolicyDocument"]
    document = re.sub(r":spark-jobs:[^\"]*", f":{namespace}:*", json.dumps(trust))
    arn: str = iam.create_role(RoleName=namespace, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=namespace, PolicyName="all", PolicyDocument=policy)
    return arn


def test_a_full_queue_is_waited_for(fleet: Fleet) -> None:
    """Of a virtual cluster with room for 100 job runs that wait, the least bound that there is."""
    emr = fleet.deployed.session.client("emr-containers")
    provider = emr.describe_virtual_cluster(id=fleet.deployed.virtual_cluster)["virtualCluster"]["containerProvider"]
    provider["info"] = {"eksInfo": {"namespace": "queued"}}
    queued = emr.create_virtual_cluster(
        name="queued",
        containerProvider=provider,
        schedulerConfiguration={"maxInQueueJobRuns": 100},
        clientToken="queued",
    )["id"]
    definition = fleet.deployed.definition("fargate-all")
    role = role_for(fleet.deployed, definition["executionRoleArn"], "queued")
    request = {**definition, "virtualClusterId": queued, "executionRoleArn": role}
    fleet.write(*[{"request": request, "arguments": [f"{n:03}"]} for n in range(102)])
    fleet.deployed.runs.queues = True
    process = fleet.deployed.begin("submit-many", str(fleet.file), "--force")
    try:
        while len(fleet.runs) < 100:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        with pytest.raises(subprocess.TimeoutExpired):
            process.communicate(timeout=2)
        assert len(fleet.runs) == 100
        for run in fleet.runs:
            run.set_state("RUNNING")
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, out + err
        assert len(fleet.runs) == 102
    finally:
        process.kill()
        for run in fleet.runs:
            run.set_state("CANCELLED")
        emr.delete_virtual_cluster(id=queued)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("expired", "emr-containers:StartJobRun was refused: the credentials have expired (ExpiredTokenException). "),
        ("denied", "emr-containers:StartJobRun is denied to arn:aws:iam::111122223333:user/somebody "),
        ("unavailable", "emr-containers:StartJobRun failed at each of 1 tries: ServiceUnavailableException: "),
        ("lost-request", "emr-containers:StartJobRun failed: 127.0.0.1:"),
    ],
)
def test_what_every_run_would_meet_ends_it_in_one_line_and_the_rest_is_started_later(
    fleet: Fleet, fault: Fault, told: str
) -> None:
    fleet.write(*numbered(200))
    calls = itertools.count()
    with faulty_proxy(fleet.deployed.aws.url) as proxy:
        proxy.choose = lambda call: fault if call.starts_a_run and next(calls) >= 30 else None
        process = fleet.deployed.begin(
            "submit-many", str(fleet.file), "-e", FILE, AWS_ENDPOINT_URL=proxy.url, AWS_MAX_ATTEMPTS="1"
        )
        _out, err = process.communicate(timeout=300)
    assert process.returncode == 2
    *_, note, error = err.splitlines()
    assert note == "note: 30 of 200 job runs are started; run the same command again for the others"
    assert told in error
    assert "Traceback" not in err
    assert len(fleet.runs) == 30
    assert fleet.submit() == 0
    assert len(fleet.runs) == 200


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--concurrency", "0"), "--concurrency: 0: 1 to 64 requests at once (product limit). Write for example 8."),
        (("--ignore", "X"), "--ignore: 'X': no problem has this code. "),
        (("--zones", "us-east-1a"), "--zones: 'us-east-1a': runs are spread over them. Add --spread, or remove it."),
        (
            ("--spread", "capacity", "--zones", "us-east-1a,us-east-1f"),
            "--zones: 'us-east-1f': the environment's zones are us-east-1a, us-east-1b. ",
        ),
    ],
)
def test_unusable_options_are_one_line(fleet: Fleet, capsys: Capture, options: tuple[str, ...], told: str) -> None:
    fleet.write(FARGATE)
    assert fleet.submit(*options) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"error: {told}")
    assert err.count("\n") == 1
    assert fleet.runs == []


@pytest.mark.parametrize("attempts", ["0", "many"])
def test_a_number_of_tries_that_is_none_is_one_line(
    fleet: Fleet, capsys: Capture, monkeypatch: pytest.MonkeyPatch, attempts: str
) -> None:
    fleet.write(FARGATE)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", attempts)
    assert fleet.submit() == 2
    assert capsys.readouterr().err.startswith(f"error: AWS_MAX_ATTEMPTS: '{attempts}': 1 or more tries of a call ")


def test_without_an_environment_there_are_neither_jobs_nor_zones(fleet: Fleet, capsys: Capture) -> None:
    fleet.write(FARGATE)
    assert fleet.submit("--spread", "capacity", "--region", REGION, environment=False) == 2
    assert "--spread: 'capacity': runs are spread over the zones of an environment. " in capsys.readouterr().err
    assert fleet.submit("--region", REGION, environment=False) == 2
    assert f"error: {fleet.file}:1: job = 'trip-count': a job is one of an environment. " in capsys.readouterr().err
    fleet.file.unlink()
    assert fleet.submit(environment=False) == 2
    assert (
        capsys.readouterr().err == f"error: {fleet.file}: can't be read: No such file or directory. Check the path.\n"
    )
