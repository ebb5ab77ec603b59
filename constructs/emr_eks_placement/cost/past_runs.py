"""How jobs run, from their past runs in the account."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from statistics import median

from emr_eks_placement.cost.of_run import Usage
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.facts.prices import HOURS_A_MONTH

_HOUR = timedelta(hours=1)


def usage_of_runs(runs: Iterable[JobRun], jobs: Collection[str], period: timedelta) -> Mapping[str, Usage]:
    """The median of the hours of each job's completed runs, and how many runs it has in a month, completed or not.

    jobs: the names of job runs, which a run has or begins with; of several the longest. period: that the runs were created in.
    """
    found: dict[str, list[JobRun]] = {}
    for run in runs:
        named = [job for job in jobs if run.name == job or run.name.startswith(f"{job}-")]
        if named:
            found.setdefault(max(named, key=len), []).append(run)
    return {job: _usage(some, period) for job, some in found.items()}


def _usage(runs: list[JobRun], period: timedelta) -> Usage:
    hours = [
        (run.finished_at - run.created_at) / _HOUR
        for run in runs
        if run.state == "COMPLETED" and run.finished_at is not None
    ]
    return Usage(median(hours) if hours else None, len(runs) * HOURS_A_MONTH / (period / _HOUR))
