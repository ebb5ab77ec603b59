"""What commands print for people: on terminals of 80 and 120 columns, with and without colors, and piped."""

import argparse
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from emr_eks_placement.checks import Check
from emr_eks_placement.cli.commands import list as list_command
from emr_eks_placement.cli.output import check as check_output
from emr_eks_placement.cli.output import observe as observe_output
from emr_eks_placement.cli.output import plan as plan_output
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.observation import compare
from emr_eks_placement.scheduling.capacity import Capacity
from tests.unit.observed import on_fargate, pending, pod, seen
from tests.unit.planned import CAPACITY, ON_FARGATE, planned, request

CREATED = datetime(2026, 11, 28, 12, tzinfo=UTC)
RUN = JobRun(
    id="00000003abcdefghijk",
    virtual_cluster_id="0000vc",
    name="nightly-trip-count-of-the-analytics-team-2026-11-28",
    state="RUNNING",
    created_at=CREATED,
    finished_at=CREATED + timedelta(seconds=83),
    details="the driver is waiting for its executors, of which three of four are Pending",
    failure_reason=None,
    attempts=None,
    client_token=None,
    request={},
)
CHECKS = [
    Check("account", "ok", "111122223333"),
    Check(
        "on-demand-vcpus", "missing", "5 vCPU of On-Demand Standard instances allowed, 26 are needed", "Ask for more: x"
    ),
    Check(
        "addresses",
        "warning",
        "the subnets of us-east-1a have 12 free addresses, 20 are needed by the largest run",
        "y",
    ),
    Check("permissions", "not checked", "iam:SimulatePrincipalPolicy is denied", "Allow it"),
]
WRONG = planned(request({"spark.kubernetes.driver.node.selector.workload": "reports-of-another-team"}))


def _plan() -> str:
    return plan_output.as_table({"nightly.json": WRONG})


def _checks() -> str:
    printed: list[str] = []
    options = argparse.Namespace(ignore=[], output="table", verbose=False, fail_on="warning")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.stdout, "write", printed.append)
        assert check_output.report(options, CHECKS) == 1
    return "".join(printed)


def _list() -> str:
    return list_command._as_table([RUN, RUN], is_all=True)


def _observe() -> str:
    why = "MatchNodeSelector failed: Fargate profile spark cannot satisfy pod's node selector/affinity requirements"
    pods = [seen(pod("submitter")), seen(pending(on_fargate(pod()), why))]
    plan, capacity = planned(request(ON_FARGATE)), CAPACITY
    assert isinstance(capacity, Capacity)
    comparison = compare(plan, pods, capacity, has_ended=False)
    return observe_output.as_table(observe_output.Observation(RUN, plan, comparison, tuple(pods), (), None, ()))


SCREENS: dict[str, Callable[[], str]] = {"plan": _plan, "checks": _checks, "list": _list, "observe": _observe}


def printed(command: str, columns: int | None, *, colours: bool) -> str:
    """columns: of a terminal; None: piped."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(columns or 80))
        patch.setenv("TERM", "xterm")
        patch.setenv("NO_COLOR", "" if colours else "1")
        patch.setattr(sys.stdout, "isatty", lambda: columns is not None)
        return SCREENS[command]()


def plain(text: str) -> str:
    return re.sub(r"\x1b\[\d*m", "", text)


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("command", SCREENS)
def test_a_screen_fits_its_terminal_and_breaks_no_word(command: str, columns: int) -> None:
    coloured = printed(command, columns, colours=True)
    assert max(len(plain(line)) for line in coloured.splitlines()) <= columns
    assert plain(coloured) == printed(command, columns, colours=False)
    assert coloured != plain(coloured), "there are colors"
    shown = next((word for word in plain(coloured).split() if "…" in word), RUN.name)
    words = printed(command, None, colours=True).replace(RUN.name, shown)
    assert sorted(plain(coloured).split()) == sorted(words.split())


@pytest.mark.parametrize("command", SCREENS)
def test_what_is_piped_is_plain_and_not_wrapped(command: str) -> None:
    text = printed(command, None, colours=True)
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) > 80
    assert text.splitlines() == [line.rstrip() for line in text.splitlines()]


@pytest.mark.parametrize(
    ("command", "last"),
    [
        ("plan", "1 planned: 1 with errors"),
        ("checks", "1 ok, 1 missing, 1 warning, 1 not checked"),
        ("list", "2 job runs"),
        ("observe", "2 pods: 1 as planned, 1 pending"),
    ],
)
def test_the_last_line_counts(command: str, last: str) -> None:
    assert printed(command, 80, colours=False).splitlines()[-1] == last


def test_equal_pods_in_one_row_are_counted_each() -> None:
    pods = [seen(pod("submitter")), seen(pod()), *(seen(pod("executors", f"executor-{number}")) for number in range(2))]
    plan = planned(request())
    comparison = compare(plan, pods, CAPACITY, has_ended=False)
    one = observe_output.Observation(RUN, plan, comparison, tuple(pods), (), None, ())
    assert len([row for row in comparison.rows if row.role == "executors"]) == 1
    assert observe_output.as_table(one).splitlines()[-1].startswith("4 pods: ")


def test_what_is_ok_is_left_out_and_a_fix_is_below_what_is_wrong() -> None:
    lines = printed("checks", 120, colours=False).splitlines()
    assert not [line for line in lines if line.startswith("ok ")]
    assert lines[lines.index("not checked permissions: iam:SimulatePrincipalPolicy is denied") + 1] == "    Allow it"
