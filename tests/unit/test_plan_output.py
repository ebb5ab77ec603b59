"""What is printed of a plan, whatever it was read from."""

import json
import sys

import pytest

from emr_eks_placement.cli.plan_output import as_json, as_table
from tests.unit.planned import ON_FARGATE, capacity, node_group, planned, request, template

WRONG = request({"spark.kubernetes.driver.node.selector.a": "b"})
LONGEST = 60


def test_why_no_node_group_takes_a_pod_is_said_once() -> None:
    out = as_table({"file": planned(WRONG)})
    assert "\nwhy driver: no Fargate profile selects it\n" in out
    assert out.count("no node of it has a=b") == 1


def test_pods_on_nodes_that_are_not_described_are_not_called_pending() -> None:
    out = as_table({"file": planned(WRONG, capacity(other_nodes="EKS Auto Mode makes nodes too"))})
    assert "nodes that a plan does not know" in out
    assert "Pending" not in out
    assert "nowhere: Pending" in as_table({"file": planned(WRONG)})


def test_no_line_ends_in_blanks() -> None:
    out = as_table({"file": planned(WRONG)})
    assert out.splitlines() == [line.rstrip() for line in out.splitlines()]


def test_marks_that_would_break_a_terminal_are_written_out() -> None:
    out = as_table({"file": planned(request({"spark.kubernetes.driver.label.a": "\x1b[31m"}))})
    assert "\x1b" not in out
    assert "\\x1b[31m" in out


def test_lines_are_wrapped_to_a_terminal_and_to_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(LONGEST))
    one = planned(request(ON_FARGATE))
    _, _, whole = as_table({"file": one}).partition("why ")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    _, _, wrapped = as_table({"file": one}).partition("why ")
    assert max(map(len, whole.splitlines())) > LONGEST
    assert max(map(len, wrapped.splitlines())) <= LONGEST
    assert wrapped.split() == whole.split()


def test_json_names_the_field_of_a_problem() -> None:
    plan = planned(request(), driver=template(nodeName="ip-1"))
    fields = {one["code"]: one["field"] for one in json.loads(as_json({"file": plan}))["file"]["problems"]}
    assert fields["EC2_NODE_NAME"] == ["spec", "nodeName"]


def test_the_disk_that_a_pod_requests_is_printed() -> None:
    driver = template(main={"resources": {"requests": {"ephemeral-storage": "3Gi"}}})
    where = capacity(node_groups={"nodes": node_group("m6i.4xlarge", disk_gib=50)})
    assert "MiB 3072 MiB of disk" in as_table({"file": planned(request(), where, driver=driver)})
