"""Follows a job run to its end, for the commands that wait."""

from typing import TYPE_CHECKING

from emr_eks_placement.cli.run_events import RunEvents
from emr_eks_placement.emr.job_run import JobRun, JobRunState

if TYPE_CHECKING:
    from emr_eks_placement.aws.job_runs import JobRunsApi

AS_WANTED, OTHERWISE, INTERRUPTED = 0, 1, 130


def follow(
    api: "JobRunsApi",
    run: JobRun,
    events: RunEvents,
    *,
    wanted: JobRunState = "COMPLETED",
    cancel_on_interrupt: bool = False,
) -> int:
    """0 if the run ends as wanted, 1 if otherwise, 130 after Ctrl-C, which leaves the run alone unless it is to cancel it.

    Raises InputError where the run can't be looked at any more; it goes on.
    """
    from emr_eks_placement.aws.watch import watch

    try:
        for run in watch(api, run, events.note):  # noqa: B020 - the run as it is at each look
            if not run.has_ended:
                events.progress(run, {})
    except KeyboardInterrupt:
        events.__exit__()
        if cancel_on_interrupt:
            api.cancel(run)
            events.note(f"job run {run.id} is being cancelled")
        else:
            events.note(f"job run {run.id} goes on; emr-placement cancel ends it")
        return INTERRUPTED
    events.ended(run)
    return AS_WANTED if run.state == wanted else OTHERWISE
