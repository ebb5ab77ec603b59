"""Reports the course of a job run: as lines, with a moving line on a terminal, or as JSON events."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from emr_eks_placement.cli.output.plan import plan_as_json, pod_lines, problem_lines
from emr_eks_placement.cli.output.terminal import Style, folded, say, styled, terminal_width, wrapped
from emr_eks_placement.common.errors import printable
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.planning import Plan
from emr_eks_placement.runs.follow import RunEvents

if TYPE_CHECKING:
    from rich.progress import Progress

STATE_STYLES: Mapping[str, Style] = {"COMPLETED": "good", "RUNNING": "good", "FAILED": "bad", "CANCELLED": "doubtful"}
_QUIET_SECONDS = 30  # the longest time without a plain line while a run goes on


class Lines:
    """For people: prints results on standard output, notes on standard error."""

    def __init__(self) -> None:
        self._last: tuple[str, datetime] | None = None
        self._moving: Progress | None = None
        self._end: str | None = None
        self._output = sys.stdout

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        if self._end is not None:
            self._print(self._end)
            self._end = None

    def _stop(self) -> None:
        if self._moving is not None:
            self._moving.stop()
            self._moving = None

    def planned(self, shown_as: str, made: Plan) -> None:
        """Prints the table of pods and the problems."""
        width = terminal_width()
        self._print(styled(printable(shown_as), "heading"), *pod_lines(made, width), *problem_lines(made, width))

    def started(self, request: Mapping[str, Any], id_: str, where: str) -> None:
        """Prints the started run and how to find it."""
        width = terminal_width()
        self._print(
            wrapped(printable(f"job run {id_} ({request['name']}) is accepted"), width),
            folded(printable(f"emr-placement status {id_} {where}"), width, indent="  "),
        )

    def progress(self, run: JobRun, beside: Mapping[str, Any]) -> None:
        """Shows a moving line on a terminal; elsewhere prints a line when the state changes, or after 30 s."""
        text = ", ".join([run.state, *(str(part) for part in beside.values() if part)])
        if sys.stderr.isatty():
            self._move(text, run)
            return
        moment = datetime.now(UTC)
        is_due = self._last is None or moment - self._last[1] >= timedelta(seconds=_QUIET_SECONDS)
        if is_due or self._last is None or self._last[0] != run.state:
            self._last = (run.state, moment)
            self._print(wrapped(printable(f"{elapsed(run)}  {text}"), terminal_width()))

    def _move(self, text: str, run: JobRun) -> None:
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # slow to import

        if self._moving is None:
            columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
            from rich.console import Console

            self._moving = Progress(*columns, console=Console(stderr=True), transient=True)
            self._moving.add_task("", total=None)
        self._moving.update(self._moving.task_ids[0], description=printable(f"{run.name}: {text}"))
        self._moving.start()

    def note(self, text: str) -> None:
        """Prints a note on standard error."""
        say(text, "note")

    def ended(self, run: JobRun) -> None:
        """Prints the state, the duration and the reason at the end, below the driver's output."""
        self._end = as_it_is(run, _why(run))
        if self._moving is not None:
            self._move(run.state, run)

    def output(self, stream: str, lines: list[str]) -> None:
        """Prints the output below a title."""
        self._stop()
        self._print(f"last output of the driver ({stream}):", *(f"  {printable(line.expandtabs())}" for line in lines))

    def _print(self, *lines: str) -> None:
        """Prints at once, without a buffer."""
        self._output.writelines(f"{line}\n" for line in lines)
        self._output.flush()


class JsonEvents:
    """For programs: prints one JSON object in each line, with event and time (UTC), also for notes."""

    def __enter__(self) -> "JsonEvents":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def planned(self, shown_as: str, made: Plan) -> None:
        """Prints event planned, with the plan as in `plan --output json`."""
        self._print("planned", definition=shown_as, plan=plan_as_json(made))

    def started(self, request: Mapping[str, Any], id_: str, where: str) -> None:
        """Prints event started: id, name, virtual_cluster, client_token, and the options with which commands find it."""
        self._print(
            "started",
            id=id_,
            name=request["name"],
            virtual_cluster=request["virtualClusterId"],
            options=where,
            client_token=request["clientToken"],
        )

    def progress(self, run: JobRun, beside: Mapping[str, Any]) -> None:
        """Prints event progress: the run, and what else is known."""
        self._print("progress", **run_as_json(run), **beside)

    def note(self, text: str) -> None:
        """Prints event note."""
        self._print("note", text=text)

    def ended(self, run: JobRun) -> None:
        """Prints event ended: the run."""
        self._print("ended", **run_as_json(run))

    def output(self, stream: str, lines: list[str]) -> None:
        """Prints event output: stream and lines of the driver."""
        self._print("output", stream=stream, lines=lines)

    def _print(self, event: str, **details: Any) -> None:
        sys.stdout.write(json.dumps({"event": event, "time": datetime.now(UTC).isoformat(), **details}) + "\n")
        sys.stdout.flush()


def open_events(output: str) -> RunEvents:
    """Returns the events of --output: text or json."""
    return JsonEvents() if output == "json" else Lines()


def run_as_json(run: JobRun) -> dict[str, Any]:
    """id, name, virtual_cluster, state, created_at, finished_at, elapsed_seconds, details, failure_reason, attempts."""
    return {
        "id": run.id,
        "name": run.name,
        "virtual_cluster": run.virtual_cluster_id,
        "state": run.state,
        "created_at": run.created_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "elapsed_seconds": round(duration(run).total_seconds()),
        "details": run.details,
        "failure_reason": run.failure_reason,
        "attempts": run.attempts,
    }


def duration(run: JobRun) -> timedelta:
    """Returns the time from its creation to its end, or to now."""
    end = run.finished_at or datetime.now(UTC)
    return max(end - run.created_at, timedelta(0))


def elapsed(run: JobRun) -> str:
    """Formats a duration: 1h02m03s, 2m03s, 3s."""
    seconds = round(duration(run).total_seconds())
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes:02}m{seconds:02}s"
    return f"{minutes}m{seconds:02}s" if minutes else f"{seconds}s"


def as_it_is(run: JobRun, why: str = "") -> str:
    """job run ID is RUNNING after 2m03s, in the lines that fit."""
    line = wrapped(printable(f"job run {run.id} is {run.state} after {elapsed(run)}{why}"), terminal_width())
    return line.replace(run.state, styled(run.state, STATE_STYLES.get(run.state, "quiet")), 1)


def _why(run: JobRun) -> str:
    reason = f" ({run.failure_reason})" if run.failure_reason else ""
    return f"{reason}: {run.details}" if run.details else reason
