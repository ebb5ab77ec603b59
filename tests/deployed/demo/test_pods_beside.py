"""What submit --wait reports of real Spark's pods while they run."""

import json
import threading
from typing import Any

import pytest

from emr_eks_placement.cli.main import main
from local.cdk import ROOT
from local.kubernetes import JsonObject
from local.spark import SparkLauncher
from tests.deployed.demo.conftest import JOB, Deployed
from tests.printed import when_printed


def test_waiting_tells_real_spark_s_pods(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run, which takes no time where containers are not run, goes on until its pods have been seen."""
    assert deployed
    seen = threading.Event()
    when_printed(monkeypatch, " running", seen.set)
    made = SparkLauncher.start_executors

    def start_executors(*args: Any, **options: Any) -> list[JsonObject]:
        pods = made(*args, **options)
        assert seen.wait(300)
        return pods

    monkeypatch.setattr(SparkLauncher, "start_executors", start_executors)
    file = str(ROOT / "environments/local.yaml")
    assert main(["submit", JOB, "-e", file, "--mode", "fargate", "--wait", "--output", "json"]) == 0
    out, err = capsys.readouterr()
    events = [json.loads(line) for line in out.splitlines()]
    told = [event["pods"] for event in events if event["event"] == "progress"]
    assert any("running" in pods for pods in told), told
    assert err == ""
