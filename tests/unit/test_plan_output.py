"""What is printed of a plan, whatever it was read from."""

import json
import re
import sys
from dataclasses import replace
from typing import Any

import pytest

from emr_eks_placement.cli.output.plan import as_json, as_table
from emr_eks_placement.planning import Plan
from emr_eks_placement.scheduling.capacity import Capacity
from tests.unit.planned import ON_FARGATE, capacity, node_group, planned, request, template

WRONG = request({"spark.kubernetes.driver.node.selector.a": "b"})


def test_why_no_node_group_takes_a_pod_is_said_once() -> None:
    out = as_table({"file": planned(WRONG)})
    ends = "it does not start: the run fails after 15 minutes at the latest (job-start-timeout)"
    assert f"\nwhy driver:\n    no Fargate profile selects it\n    {ends}\n" in out
    assert out.count("no node of it has a=b") == 1


def test_pods_on_nodes_that_are_not_described_are_not_called_pending() -> None:
    out = as_table({"file": planned(WRONG, capacity(other_nodes="EKS Auto Mode also creates nodes"))})
    assert "nodes that a plan does not know" in out
    assert "Pending" not in out
    assert "nowhere: Pending" in as_table({"file": planned(WRONG)})


def test_no_line_ends_in_blanks() -> None:
    out = as_table({"file": planned(WRONG)})
    assert out.splitlines() == [line.rstrip() for line in out.splitlines()]


def test_marks_that_would_break_a_terminal_are_written_out() -> None:
    out = as_table({"file": planned(request({"spark.kubernetes.driver.label.a": "a\x1b[31m"}))})
    assert "\x1b" not in out
    assert "a\\x1b[31m" in out


WIDE = capacity(
    node_groups={
        name: node_group("m6i.4xlarge", zones=("us-gov-west-1a", "us-gov-west-1b", "us-gov-west-1c"))
        for name in ("spark-drivers-on-demand", "spark-executors-on-demand")
    },
    zones=("us-gov-west-1a", "us-gov-west-1b", "us-gov-west-1c"),
    region="us-gov-west-1",
)


@pytest.mark.parametrize("asked", [request(), request(ON_FARGATE), WRONG], ids=["on EC2", "on Fargate", "nowhere"])
@pytest.mark.parametrize("where", [capacity(), WIDE], ids=["short names", "long names"])
def test_a_plan_fits_on_80_columns_of_a_terminal_and_is_not_wrapped_elsewhere(
    monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], where: Capacity
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    one = planned(asked, where)
    whole = as_table({"file": one})
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    wrapped = as_table({"file": one})
    assert max(map(len, whole.splitlines())) > 80
    assert max(map(len, wrapped.splitlines())) <= 80
    assert sorted(wrapped.split()) == sorted(whole.split()), "no word is broken"


def test_a_terminal_has_colors_that_change_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    one = {"file": planned(WRONG)}
    coloured = as_table(one)
    assert "\x1b[31mnowhere: Pending\x1b[0m" in coloured
    assert "\x1b[31merror\x1b[0m EC2_NO_NODE_GROUP" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert re.sub(r"\x1b\[\d*m", "", coloured) == as_table(one)


def test_why_each_node_group_does_not_take_a_pod_has_a_line_of_its_own() -> None:
    groups = {name: node_group("m6i.4xlarge") for name in ("a", "b")}
    lines = as_table({"file": planned(WRONG, capacity(node_groups=groups))}).splitlines()
    assert lines.count("    a: no node of it has a=b") == lines.count("    b: no node of it has a=b") == 1


def test_the_last_line_counts_the_plans_by_their_worst_problem() -> None:
    def last(*plans: Plan) -> str:
        return as_table({str(number): one for number, one in enumerate(plans)}).splitlines()[-1]

    fine, warned, wrong = planned(request()), planned(request({"spark.executors.memory": "1g"})), planned(WRONG)
    assert last(fine) == "1 planned: 1 ok"
    assert last(fine, wrong, warned, wrong) == "4 planned: 1 ok, 1 with warnings, 2 with errors"
    both = replace(wrong, problems=(*warned.problems, *wrong.problems))
    assert {problem.severity for problem in both.problems} >= {"error", "warning"}
    assert last(both) == "1 planned: 1 with errors"


def test_a_name_that_is_wider_than_the_terminal_is_not_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "n" * 100
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert name in as_table({"file": planned(request(), capacity(node_groups={name: node_group("m6i.4xlarge")}))})


def test_what_to_do_comes_before_what_is_wrong() -> None:
    lines = as_table({"file": planned(WRONG)}).splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("error EC2_NO_NODE_GROUP: driver: "))
    assert lines[first].endswith("Correct the node selector a=b: without it nodes can take the pod")
    assert lines[first + 1] == "    nodes: no node of it has a=b"


def test_json_names_the_field_of_a_problem() -> None:
    plan = planned(request(), driver=template(nodeName="ip-1"))
    fields = {one["code"]: one["field"] for one in json.loads(as_json({"file": plan}))["file"]["problems"]}
    assert fields["EC2_NODE_NAME"] == ["spec", "nodeName"]


def test_the_disk_that_a_pod_requests_is_printed() -> None:
    driver = template(main={"resources": {"requests": {"ephemeral-storage": "3Gi"}}})
    where = capacity(node_groups={"nodes": node_group("m6i.4xlarge", disk_gib=50)})
    assert "MiB 3072 MiB of disk" in as_table({"file": planned(request(), where, driver=driver)})
