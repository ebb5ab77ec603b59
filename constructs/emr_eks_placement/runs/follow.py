"""Follows a job run to its end, for the commands that wait."""

from typing import TYPE_CHECKING

from emr_eks_placement.common.errors import InputError
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.runs.events import RunEvents
from emr_eks_placement.runs.pods_beside import PodsBeside

if TYPE_CHECKING:
    import boto3

    from emr_eks_placement.aws.job_runs import JobRunsApi
    from emr_eks_placement.emr.logs import Stream

INTERRUPTED = 130
"""The exit status after Ctrl-C."""
_OUTPUT_LINES = 20
_LATE_SECONDS = 10.0  # how long to wait for the logs after a run's end


def follow(
    session: "boto3.Session", api: "JobRunsApi", run: JobRun, events: RunEvents, *, cancel_on_interrupt: bool = False
) -> JobRun | None:
    """Reports the run's state, pods and cost at each read. Returns the ended run; None after Ctrl-C.

    Ctrl-C does not cancel the run by default.

    Raises InputError if the run can't be read any more; it goes on.
    """
    from emr_eks_placement.runs.watch import watch

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
