"""emr-placement smoke-test against the local cluster with real Spark."""

import json
from typing import Any

import pytest

from emr_eks_placement.cli.main import main
from local.cdk import ROOT
from tests.demo.conftest import PLACEMENTS, Deployed

FILE = str(ROOT / "environments/local.yaml")
Capture = pytest.CaptureFixture[str]


def tested(capsys: Capture, *options: str) -> tuple[int, dict[str, Any], str]:
    capsys.readouterr()
    status = main(["smoke-test", "-e", FILE, "--output", "json", *options])
    told = capsys.readouterr()
    return status, json.loads(told.out), told.err


def test_table(deployed: Deployed, capsys: Capture) -> None:
    assert main(["smoke-test", "-e", FILE]) == 0
    assert capsys.readouterr().out == ""
