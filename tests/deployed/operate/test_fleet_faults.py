"""A fleet whose calls fail and whose process is killed starts every run exactly once."""

import json
import random
import re
import signal
from collections import Counter
from pathlib import Path

from tests.deployed.operate.conftest import FILE, Deployed
from tests.deployed.operate.faulty_proxy import PASSING, Call, Fault, faulty_proxy

RUNS = 1000
FAILING = 0.2
KILLED_AT = (250, 600)  # runs that are started when the process is killed


def fleet_file(folder: Path, runs: int) -> Path:
    file = folder / "fleet.jsonl"
    modes = ("fargate", "ec2", "fargate-executors", "pinned-driver")
    lines = [{"job": "trip-count", "mode": modes[n % 4], "arguments": [f"--part={n}"]} for n in range(runs)]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return file


def test_a_thousand_runs_through_a_failing_network_and_two_kills_are_a_thousand_runs(
    deployed: Deployed, tmp_path: Path
) -> None:
    file, chance = fleet_file(tmp_path, RUNS), random.Random(20261124)  # noqa: S311 - which calls fail, the same each time

    def choose(call: Call) -> Fault | None:
        if call.service != "emr-containers" or chance.random() >= FAILING:
            return None
        return chance.choices(PASSING, weights=[1 if fault == "throttled" else 8 for fault in PASSING])[0]

    before = set(deployed.runs.started)
    with faulty_proxy(deployed.aws.url) as proxy:
        proxy.choose = choose
        command = ("submit-many", str(file), "-e", FILE, "--spread", "round-robin", "--concurrency", "16")
        for limit in KILLED_AT:
            process = deployed.begin(*command, AWS_ENDPOINT_URL=proxy.url)
            deployed.runs.when(limit - (len(deployed.runs.started) - len(before)), process.kill)
            out, err = process.communicate(timeout=300)
            assert process.returncode == -signal.SIGKILL, out + err
        process = deployed.begin(*command, AWS_ENDPOINT_URL=proxy.url)
        out, err = process.communicate(timeout=300)
        while process.returncode == 1:  # some were not started in as many tries as it makes
            process = deployed.begin(*command, AWS_ENDPOINT_URL=proxy.url)
            out, err = process.communicate(timeout=300)
        assert process.returncode == 0, out + err
        assert out.endswith(f"all {RUNS} job runs are started\n")
        broken = sum(proxy.calls[fault] for fault in PASSING)
        assert broken > RUNS * FAILING / 2, f"{proxy.calls}: the network did fail"
        assert all(proxy.calls[fault] for fault in PASSING)
    started = [run.request for id_, run in deployed.runs.started.items() if id_ not in before]
    assert len(started) == RUNS
    parts = [str(request["jobDriver"]["sparkSubmitJobDriver"]["entryPointArguments"][-1]) for request in started]
    assert sorted(parts) == sorted(f"--part={n}" for n in range(RUNS)), "each line once"
    assert len({request["name"] for request in started}) == RUNS
    journal = (tmp_path / "fleet.jsonl.journal").read_text().splitlines()
    listed = Counter(json.loads(line)["job_run"] for line in journal if '"started"' in line)
    assert set(listed) == set(deployed.runs.started) - before, "the journal knows every run"


def test_the_runs_of_a_fleet_are_spread_over_the_zones(deployed: Deployed, tmp_path: Path) -> None:
    file = tmp_path / "fleet.jsonl"
    file.write_text('{"job": "trip-count", "mode": "ec2"}\n' * 10)
    before = set(deployed.runs.started)
    process = deployed.begin("submit-many", str(file), "-e", FILE, "--spread", "round-robin")
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    names = [str(run.request["name"]) for id_, run in deployed.runs.started.items() if id_ not in before]
    placements = Counter(re.sub(r"-[0-9a-f]{8}-\d{5}$", "", name) for name in names)
    assert placements == {"trip-count-ec2-in-us-east-1a": 5, "trip-count-ec2-one-zone": 5}, (
        "that of the file is in us-east-1b"
    )
