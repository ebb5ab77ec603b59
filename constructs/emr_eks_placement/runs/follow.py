"""Follows a job run to its end, for the commands that wait."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from emr_eks_placement.common.errors import InputError
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.planning import Plan
from emr_eks_placement.runs.pods_beside import PodsBeside

if TYPE_CHECKING:
    import boto3

    from emr_eks_placement.aws.job_runs import JobRunsApi
    from emr_eks_placement.emr.logs import Stream

INTERRUPTED = 130
"""The exit status after Ctrl-C."""
_OUTPUT_LINES = 20
_LATE_SECONDS = 10.0  # how long to wait for the logs after a run's end
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 0.5, 10.0, 1.3  # seconds between reads, each longer than the one before
_MOST_FAILURES = 5  # in a row; each was already retried


class RunEvents(Protocol):
    """Receives the events of a run. Used in a with statement, which ends the moving line of the terminal."""

    def __enter__(self) -> "RunEvents": ...
    def __exit__(self, *_: object) -> None: ...
    def planned(self, shown_as: str, made: Plan) -> None:
        """The pods are planned."""

    def started(self, request: Mapping[str, Any], id_: str, where: str) -> None:
        """EMR has accepted the run. where: the options with which commands find it."""

    def progress(self, run: JobRun, beside: Mapping[str, Any]) -> None:
        """The current state of the run. beside: further values in words, by kind: pods, cost."""

    def note(self, text: str) -> None:
        """A note, which is no result."""

    def ended(self, run: JobRun) -> None:
        """The run has ended."""

    def output(self, stream: str, lines: list[str]) -> None:
        """The last lines of a stream of the driver."""


def follow(
    session: "boto3.Session", api: "JobRunsApi", run: JobRun, events: RunEvents, *, cancel_on_interrupt: bool = False
) -> JobRun | None:
    """Reports the run's state, pods and cost at each read. Returns the ended run; None after Ctrl-C.

    Ctrl-C does not cancel the run by default.

    Raises InputError if the run can't be read any more; it goes on.
    """
    beside, last = PodsBeside(session, run, events.note), run
    try:
        for last in watch(api, run, events.note):
            if not last.has_ended:
                events.progress(last, beside.look())
    except KeyboardInterrupt:
        events.__exit__()
        if cancel_on_interrupt:
            api.cancel(last)
            events.note(f"job run {run.id} is being cancelled")
        else:
            events.note(f"job run {run.id} goes on; emr-placement cancel ends it")
        return None
    events.ended(last)
    return last


def tell_output(session: "boto3.Session", run: JobRun, events: RunEvents) -> None:
    """Reports the last output of the driver, and of a run that did not complete its errors; or why there is none."""
    from emr_eks_placement.aws.logs import last_output

    streams: tuple[Stream, ...] = ("stdout",) if run.state == "COMPLETED" else ("stderr", "stdout")
    patience = 0.0 if run.state == "CANCELLED" else _LATE_SECONDS
    for stream in streams:
        try:
            lines = last_output(session, run, stream, _OUTPUT_LINES, patience=patience)
        except InputError as error:
            events.note(f"the driver's {stream} is not shown: {error}")
            return
        if lines:
            events.output(stream, lines)
        else:
            events.note(f"the driver has logged nothing to {stream}, or it has not arrived yet")
            patience = 0.0


def watch(
    api: "JobRunsApi", run: JobRun, tell_failure: Callable[[str], None], longest_pause: float = _LONGEST_PAUSE
) -> Iterator[JobRun]:
    """Yields the run at growing intervals, at most 10 s or longest_pause, and a last time when it has ended.

    A failed read is reported and repeated while the run goes on. Raises InputError after five failures in a row.
    """
    pause, failures = _FIRST_PAUSE, 0
    while True:
        yield run
        if run.has_ended:
            return
        time.sleep(pause)
        pause = min(pause * _GROWTH, longest_pause)
        try:
            run = api.describe(run.virtual_cluster_id, run.id)
            failures = 0
        except InputError as error:
            failures += 1
            if failures == _MOST_FAILURES:
                raise
            tell_failure(f"{error}; looking again")
