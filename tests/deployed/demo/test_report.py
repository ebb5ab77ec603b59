"""What the demo prints, and its exit code."""

from pathlib import Path

import pytest
from rich.console import Console

from emr_eks_placement.job.placement import Role
from emr_eks_placement.observation import ObservedPod
from emr_eks_placement.scheduling.fargate import FargateSize
from local.demo import __main__ as demo
from local.demo.run import Outcome

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
    assert [cell.strip() for cell in row.strip("│ ").split("│")] == [
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
