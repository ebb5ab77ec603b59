"""What the demo prints, and its exit code."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from emr_eks_placement.job.placement import Role
from emr_eks_placement.observation import ObservedPod
from emr_eks_placement.scheduling.fargate import FargateSize
from local.demo import __main__ as demo
from local.demo.run import Outcome, node_group_names
from tests.deployed.demo.conftest import PLACEMENTS, Deployed
from tests.docs_commands import commands, differences

NODE = {"topology.kubernetes.io/zone": "us-east-1a", "eks.amazonaws.com/nodegroup": "deployed-name"}
FARGATE = {"topology.kubernetes.io/zone": "us-east-1b", "eks.amazonaws.com/compute-type": "fargate"}


def outcome(state: str = "COMPLETED", *differences: str) -> Outcome:
    driver = ObservedPod(role="driver", name="driver", node="ip-1", node_labels=NODE)
    executor = ObservedPod(
        role="executors", name="executor", node="fargate-1", node_labels=FARGATE, size=FargateSize(2, 7)
    )
    submitter = ObservedPod(role="submitter", name="submitter", phase="Pending")
    pods: dict[Role, list[ObservedPod]] = {
        "submitter": [submitter],
        "driver": [driver],
        "executors": [executor, executor],
    }
    return Outcome("count", "mixed", "0001", state, "why", pods, tuple(("driver", text) for text in differences))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(demo, "FOLDER", tmp_path)
    return tmp_path


def test_every_pod_as_placed_is_exit_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.report([outcome()], {"deployed-name": "drivers"}, Console(stderr=True)) == 0
    (row,) = [line for line in capsys.readouterr().out.splitlines() if "mixed" in line]
    assert re.split(r"  +", row) == [
        "mixed",
        "Pending",
        "EC2 us-east-1a drivers",
        "Fargate us-east-1b 2vCPU 7GB",
        "OK",
    ]


@pytest.mark.parametrize("wrong", [outcome("COMPLETED", "driver is on EC2"), outcome("FAILED")])
def test_a_difference_or_a_failed_run_is_exit_1_and_names_the_logs(
    wrong: Outcome, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo.report([outcome(), wrong], {"deployed-name": "drivers"}, Console(stderr=True, soft_wrap=True)) == 1
    captured = capsys.readouterr()
    assert "DIFFERS" in captured.out
    assert ("driver is on EC2" if wrong.differences else "FAILED: why") in captured.err
    assert f"Logs are in {folder}" in captured.err


def test_no_run_at_all_is_no_success() -> None:
    assert demo.report([], {}, Console(stderr=True)) == 1


def test_the_readme_shows_what_is_printed(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for the zone of each pod, and the node group of one that may go to two, which differ from run to run."""
    (command,) = [one for one in commands("README.md") if one.text == "make demo" and one.shown]
    assert command.shown
    outcomes = [deployed.run(placement) for placement in PLACEMENTS]
    capsys.readouterr()
    monkeypatch.setenv("COLUMNS", "132")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert demo.report(outcomes, node_group_names(deployed.local), Console(stderr=True)) == 0
    printed = _comparable(capsys.readouterr().out)
    shown = replace(command, shown=tuple(_comparable("\n".join(command.shown)).splitlines()))
    assert not differences(shown, printed), printed


def _comparable(table: str) -> str:
    """Without the rows of further pods, and with one zone, one node group for drivers and single blanks."""
    rows = [" ".join(line.split()) for line in table.splitlines() if not line.startswith(" ")]
    return re.sub(r"us-east-1[ab]( (system|spark-drivers))?", "ZONE", "\n".join(rows))
