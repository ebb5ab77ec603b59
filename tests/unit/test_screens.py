"""What commands print for people: on terminals of 80 and 120 columns, with and without colors, and piped."""

import argparse
import contextlib
import io
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from emr_eks_placement.checks import Check
from emr_eks_placement.cli.commands import drain as drain_command
from emr_eks_placement.cli.commands import list as list_command
from emr_eks_placement.cli.commands import status as status_command
from emr_eks_placement.cli.commands import submit_many as submit_many_command
from emr_eks_placement.cli.main import main
from emr_eks_placement.cli.output import check as check_output
from emr_eks_placement.cli.output import fleet_plans as fleet_output
from emr_eks_placement.cli.output import observe as observe_output
from emr_eks_placement.cli.output import plan as plan_output
from emr_eks_placement.cli.output import smoke as smoke_output
from emr_eks_placement.cli.output.fleet_events import FleetEvents
from emr_eks_placement.cli.output.run_events import open_events
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.observation import compare
from emr_eks_placement.observation.difference import Difference
from emr_eks_placement.observation.learned import Fact
from emr_eks_placement.observation.smoke import SmokeRun
from emr_eks_placement.planning import CODES
from emr_eks_placement.runs.fleet_plans import FleetPlans
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.submission.smoke import smoke_cases
from tests.unit.environments import REPOSITORY
from tests.unit.observed import on_fargate, pending, pod, seen
from tests.unit.planned import CAPACITY, ON_FARGATE, planned, request

if TYPE_CHECKING:
    from emr_eks_placement.runs.fleet import FleetSubmitter

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


DEV = REPOSITORY / "environments/dev.yaml"
COMPLETED = replace(RUN, state="COMPLETED", details="every executor has ended and what they wrote is in the bucket")


class Screen(io.StringIO):
    """A terminal of so many columns, or none (0): what both streams print, in its order."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.columns = columns

    def isatty(self) -> bool:
        return self.columns > 0


def _typed(*arguments: str, status: int = 0) -> None:
    assert main(arguments) == status


def _plan() -> None:
    sys.stdout.write(plan_output.as_table({"nightly.json": WRONG}))


def _checks() -> None:
    options = argparse.Namespace(ignore=[], output="table", verbose=False, fail_on="warning")
    assert check_output.report(options, CHECKS) == 1


def _list() -> None:
    sys.stdout.write(list_command._as_table([RUN, RUN], is_all=True))


def _observe() -> None:
    why = "MatchNodeSelector failed: Fargate profile spark cannot satisfy pod's node selector/affinity requirements"
    pods = [seen(pod("submitter")), seen(pending(on_fargate(pod()), why))]
    plan, capacity = planned(request(ON_FARGATE)), CAPACITY
    assert isinstance(capacity, Capacity)
    comparison = compare(plan, pods, capacity, has_ended=False)
    sys.stdout.write(
        observe_output.as_table(observe_output.Observation(RUN, plan, comparison, tuple(pods), (), None, ()))
    )


def _status() -> None:
    sys.stdout.write(status_command._as_lines(RUN))


def _submit() -> None:
    """With --wait and its errors in a file, where nothing moves."""
    where = "--virtual-cluster 0123456789abcdef0123456789 --region ap-southeast-2"
    with pytest.MonkeyPatch.context() as patch, open_events("text") as events:
        patch.setattr(sys, "stderr", io.StringIO())
        events.planned("trip-count in placement fargate", WRONG)
        events.started({"name": RUN.name}, RUN.id, where)
        events.progress(RUN, {"pods": "1 pod running, 3 pending: 0/3 nodes are available", "cost": "0.0042 USD so far"})
        events.ended(COMPLETED)
        events.output("stdout", ["4 trips", "of 7"])


def _submit_many() -> None:
    shapes = ["2 of trip-count in placement fargate --conf spark.sql.shuffle.partitions=64, at most 1 of them at once"]
    warnings = (one for one in WRONG.problems if one.severity == "warning")
    problems = {one.code: {"trip-count in placement fargate": one} for one in (*WRONG.problems, *warnings)}
    with FleetEvents(2, 0, as_json=False) as events:
        fleet_output._tell(FleetPlans(shapes, problems), events)
        progress = SimpleNamespace(started={1: "a", 2: "b"}, refused={}, in_doubt={})
        submitter = SimpleNamespace(
            journal=SimpleNamespace(progress=progress),
            counts=SimpleNamespace(older=0),
            stopped_by=None,
            last_failure=None,
        )
        assert submit_many_command._tell_end(cast("FleetSubmitter", submitter), events) == 0


def _smoke_test() -> None:
    case = smoke_cases(load_environment(DEV), ["ec2"], None)[0]
    run = SmokeRun(plan=WRONG, manifests={}, capacity=CAPACITY, run=RUN, pods=(seen(pod("submitter")), seen(pod())))
    asks = Difference(
        "requests", "warning", "container emr-container-fluentd requests 768Mi, not 512Mi as planned", "driver"
    )
    counted = "containers/APPLICATION/POD/stdout or stderr below PREFIX/VIRTUAL-CLUSTER/jobs/JOB-RUN"
    logs = Fact("names of logs", counted, {"CloudWatch, driver: containers/APPLICATION/POD/stdout": ("ec2",)})
    tried = smoke_output.Tried("ec2", case, {}, run, (asks,))
    sys.stdout.write(smoke_output.as_table(smoke_output.Report("dev", "us-east-1", CREATED, (tried,), (logs,))))


def _drain() -> None:
    drain_command._print("2 active job runs in 1 virtual cluster", [RUN, RUN])
    drain_command._print("no job run is active", [])


def _define() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(_folder())
        _typed("define", "-e", str(DEV))


def _folder() -> Path:
    """That of the test that runs."""
    return Path(os.environ["SCREEN_FOLDER"])


def _start_commands() -> None:
    _typed("start-commands", "-e", str(DEV))


def _explain() -> None:
    _typed("explain")


def _cost() -> None:
    _typed("cost", "trip-count", "-e", str(DEV), "--duration", "45m")


def _error() -> None:
    _typed("plan", "trip-count", "--mode", "fargate", "--zone", "us-east-1a", "-e", str(DEV), status=2)


SCREENS: dict[str, Callable[[], None]] = {
    "plan": _plan,
    "checks": _checks,
    "list": _list,
    "observe": _observe,
    "status": _status,
    "submit": _submit,
    "submit-many": _submit_many,
    "smoke-test": _smoke_test,
    "drain": _drain,
    "define": _define,
    "start-commands": _start_commands,
    "explain": _explain,
    "cost": _cost,
    "error": _error,
}


WITHOUT_COLOURS = ("drain",)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That `define` writes to."""
    monkeypatch.setenv("SCREEN_FOLDER", str(tmp_path))


def printed(command: str, columns: int | None, *, colours: bool) -> str:
    """columns: of a terminal; None: piped."""
    screen = Screen(columns or 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(columns or 80))
        patch.setenv("TERM", "xterm")
        patch.setenv("NO_COLOR", "" if colours else "1")
        patch.setattr(sys, "stdout", screen)
        patch.setattr(sys, "stderr", screen)
        SCREENS[command]()
    return screen.getvalue()


def words(text: str) -> list[str]:
    """Sorted, without the backslashes of commands that go on."""
    return sorted(word for word in plain(text).split() if word != "\\")


def plain(text: str) -> str:
    return re.sub(r"\x1b\[\d*m", "", text)


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("command", SCREENS)
def test_a_screen_fits_its_terminal_and_breaks_no_word(command: str, columns: int) -> None:
    coloured = printed(command, columns, colours=True)
    assert max(len(plain(line)) for line in coloured.splitlines()) <= columns
    assert plain(coloured) == printed(command, columns, colours=False)
    assert (coloured != plain(coloured)) == (command not in WITHOUT_COLOURS)
    shown = next((word for word in plain(coloured).split() if "…" in word), RUN.name)
    piped = printed(command, None, colours=True)
    assert words(coloured) == words(piped.replace(RUN.name, shown) if command == "list" else piped)


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
        ("submit", f"job run {RUN.id} is COMPLETED after 1m23s: {COMPLETED.details}"),
        ("submit-many", "all 2 job runs are started"),
        ("smoke-test", "1 placement tried: 1 not as planned"),
        ("drain", "no job run is active"),
        ("define", "8 files written to definitions"),
        ("start-commands", "# 4 definitions"),
        ("status", f"job run {RUN.id} is RUNNING after 1m23s"),
        ("explain", f"{len(CODES)} codes"),
        ("cost", "US dollars in us-east-1: 3 placements priced, 1 with a price that is not known"),
    ],
)
def test_the_last_line_counts(command: str, last: str) -> None:
    assert printed(command, 120, colours=False).splitlines()[-1] == last


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


def _on_screen(columns: int, *arguments: str) -> list[str]:
    screen = Screen(columns)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(columns))
        patch.setenv("NO_COLOR", "1")
        patch.setattr(sys, "stderr", screen)
        assert main(arguments) == 2
    return screen.getvalue().splitlines()


def test_an_error_is_wrapped_between_its_words_on_a_terminal_and_one_line_elsewhere() -> None:
    wrong = ("plan", "trip-count", "--mode", "local", "-e", str(DEV))
    assert _on_screen(80, *wrong) == [
        "error: --mode: 'local': the placement modes are fargate, fargate-executors,",
        "    pinned-driver, ec2. Name one of them, or a placement: --placement NAME.",
    ]
    assert len(_on_screen(0, *wrong)) == 1


@pytest.mark.parametrize("columns", [20, 80])
def test_a_path_in_an_error_stays_whole_and_cannot_steer_the_terminal(columns: int) -> None:
    path = f"/{'very-long/' * 12}request\x1b[2J.json"
    lines = _on_screen(columns, "plan", path, "-e", str(DEV))
    assert [line.count("very-long/") for line in lines if "very-long" in line] == [12]
    assert any("request\\x1b[2J.json:" in line for line in lines)
    assert not any("\x1b" in line for line in lines)


def test_a_command_that_is_folded_is_the_same_command_for_a_shell() -> None:
    show = "aws() { printf '<%s>' \"$@\"; [ $1 != emr-containers ] || echo; }\n"

    def ran(commands: str) -> str:
        return subprocess.run(["/bin/bash", "-c", show + commands], capture_output=True, text=True, check=True).stdout  # noqa: S603

    folded, whole = (printed("start-commands", columns, colours=False) for columns in (40, None))
    assert len(folded.splitlines()) > 2 * len(whole.splitlines())
    assert ran(folded) == ran(whole)
    assert ran(whole).count("<--cli-input-json>") == 4


def test_the_moving_line_of_a_run_is_one_line_of_its_terminal() -> None:
    """In a real terminal of 80 columns, that redraws it where it is."""
    script = (
        "from tests.unit.test_screens import COMPLETED, RUN\n"
        "from emr_eks_placement.cli.output.run_events import open_events\n"
        "with open_events('text') as events:\n"
        "    events.progress(RUN, {'pods': '2 pods running, 1 pending', 'cost': '0.0042 USD so far'})\n"
        "    events.ended(COMPLETED)\n"
    )
    shown = _in_a_terminal(script)
    moving, _, end = shown.partition("job run ")
    assert f"{RUN.name[:40]}" in moving
    frames = re.split(r"\r|\n", re.sub(r"\x1b\[[\d?;]*[a-zA-Z]", "", moving))
    assert max(map(len, frames)) <= 80
    assert "\n\n" not in moving.replace("\r", "")
    assert plain(end).split()[:4] == [RUN.id, "is", "COMPLETED", "after"]


def _in_a_terminal(script: str) -> str:
    ours, theirs = pty.openpty()
    paths = os.pathsep.join((str(REPOSITORY), str(REPOSITORY / "constructs")))
    variables = {**os.environ, "COLUMNS": "80", "TERM": "xterm", "PYTHONPATH": paths}
    process = subprocess.Popen([sys.executable, "-c", script], stdout=theirs, stderr=theirs, env=variables)  # noqa: S603
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # Linux's end of a terminal
        while part := os.read(ours, 4096):
            shown += part
    os.close(ours)
    assert process.wait() == 0, shown
    return shown.decode()
