"""emr-placement observe on real Spark's pods: as planned in every placement, and why one is Pending."""

import copy
import json
import re
import shlex
import sys
from typing import Any

import pytest

from emr_eks_placement.cli.main import main
from local.cdk import ROOT
from tests.deployed.demo.conftest import PLACEMENTS, Deployed

ENVIRONMENT_FILE = str(ROOT / "environments/local.yaml")


def observed(capsys: pytest.CaptureFixture[str], run: str, *options: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(["observe", run, *(options or ("-e", ENVIRONMENT_FILE))])
    told = capsys.readouterr()
    return status, told.out, told.err


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_every_placement_is_as_planned(deployed: Deployed, placement: str, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = deployed.run(placement)
    status, out, err = observed(capsys, outcome.id, "-e", ENVIRONMENT_FILE, "--output", "json")
    told: dict[str, Any] = json.loads(out)
    assert (status, err, told["notes"]) == (0, "", [])
    assert {row["verdict"] for row in told["rows"]} == {"yes"}
    assert [pod["pod"] for pod in told["pods"]] == ["submitter", "driver", "executors", "executors"]
    assert all(pod["node"] and pod["zone"] and pod["on"] for pod in told["pods"])


def test_the_table_lays_the_plan_beside_the_pods(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = deployed.run("fargate-all")
    status, out, _ = observed(capsys, outcome.id, "--virtual-cluster", deployed.outputs["SparkVirtualClusterId"])
    title, header, *rows, last = out.splitlines()
    assert last == "4 pods: 4 as planned"
    assert (status, title.split(" (")[0]) == (0, f"job run {outcome.id}")
    assert header.split() == ["pod", "planned", "observed", "as", "planned?"]
    assert [row.split()[-1] for row in rows] == ["yes"] * 4
    assert rows[1].split()[:4] == ["driver", "1", "Fargate", "1vCPU"]
    assert "1 Running Fargate 1vCPU 4GB" in rows[1]


def _in_another_zone(deployed: Deployed) -> dict[str, Any]:
    """The definition of a placement in us-east-1a, with a node selector on us-east-1b."""
    definition = copy.deepcopy(deployed.definition("fargate-one-zone"))
    properties = definition["configurationOverrides"]["applicationConfiguration"][0]["properties"]
    properties["spark.kubernetes.node.selector.topology.kubernetes.io/zone"] = "us-east-1b"
    return definition


def test_observe_shows_why_a_pod_is_pending_and_its_plan(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = deployed.run("fargate-one-zone", _in_another_zone(deployed))
    status, out, _ = observed(capsys, outcome.id)
    assert status == 1
    lines = out.splitlines()
    (why,) = [number for number, line in enumerate(lines) if line.startswith("why pending: driver")]
    assert "MatchNodeSelector failed" in lines[why + 1]
    assert "planned: error FARGATE_ZONE: driver" in out


def test_the_page_shows_what_is_printed(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (block,) = re.findall(r"```console\n(.*?)```", (ROOT / "docs/observe.md").read_text(), re.DOTALL)
    outcome = deployed.run("fargate-one-zone", _in_another_zone(deployed))
    command, *shown = block.splitlines()
    _prompt, _program, _observe, run, *options = shlex.split(command)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    capsys.readouterr()
    assert main(["observe", outcome.id, *options]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert _compared(printed, outcome.id) == _compared(shown, run)
    assert max(map(len, printed)) <= 80


def _compared(printed: list[str], run: str) -> list[str]:
    """The lines with the same ids, random parts and time; of the table the header, and the words of driver and executors: the
    submitter's node differs from run to run, and so do the widths. Pods have another letter before a run's id.
    """
    driver = next(number for number, line in enumerate(printed) if line.startswith("driver"))
    below = next(number for number, line in enumerate(printed) if line.startswith("why pending"))
    rows = sorted(" ".join(printed[driver:below]).split())
    text = "\n".join((printed[0], " ".join(printed[1].split()), *rows, *printed[below:]))
    text = re.sub(rf"\w{re.escape(run[1:])}", "RUN", text)
    return re.sub(r"(?<=-)([0-9a-f]{16}|[0-9A-F]{12,13})\b|(?<=after )\d+s", "N", text).splitlines()


def test_a_run_of_another_request_differs_from_no_plan_of_its_own(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pod whose label is dropped is planned for EC2, as it then lands: observe compares with what was sent."""
    definition = copy.deepcopy(deployed.definition("fargate"))
    properties = definition["configurationOverrides"]["applicationConfiguration"][0]["properties"]
    del properties["spark.kubernetes.driver.label.spark-node-placement"]
    status, out, _ = observed(capsys, deployed.run("fargate", definition).id)
    assert (status, "driver     1 EC2" in out) == (0, True), out
