"""What submit --wait tells of real Spark's pods while they run."""

import json

import pytest

from emr_eks_placement.cli.main import main
from local.cdk import ROOT
from tests.deployed.demo.conftest import JOB, Deployed


def test_waiting_tells_real_spark_s_pods(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    assert deployed
    file = str(ROOT / "environments/local.yaml")
    assert main(["submit", JOB, "-e", file, "--mode", "fargate", "--wait", "--output", "json"]) == 0
    out, err = capsys.readouterr()
    events = [json.loads(line) for line in out.splitlines()]
    told = [event["pods"] for event in events if event["event"] == "progress"]
    assert any("running" in pods for pods in told), told
    assert err == ""
