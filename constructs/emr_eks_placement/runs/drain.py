"""Waits until the job runs of virtual clusters have ended, so that the clusters can be deleted."""

import time
from collections.abc import Callable, Collection

from emr_eks_placement.aws.job_runs import JobRunsApi
from emr_eks_placement.emr.job_run import ACTIVE, JobRun

_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 1.0, 30.0, 1.5  # seconds between reads, each longer than the one before


def active_runs(api: JobRunsApi, virtual_clusters: Collection[str]) -> list[JobRun]:
    """Returns the job runs of these virtual clusters that have not ended, including those being cancelled.

    Raises InputError as `JobRunsApi.list` does.
    """
    return [run for id_ in virtual_clusters for run in api.list(id_, states=ACTIVE)]


def wait_until_ended(
    api: JobRunsApi,
    virtual_clusters: Collection[str],
    timeout: float,
    tell: Callable[[list[JobRun]], None],
) -> list[JobRun]:
    """Reads at growing intervals, at most 30 s, until no run is active or `timeout` seconds have passed.

    tell: called with the active runs when they change. Returns the runs that are still active. Raises InputError as
    `active_runs` does.
    """
    end = time.monotonic() + timeout
    pause, reported = _FIRST_PAUSE, None
    while True:
        active = active_runs(api, virtual_clusters)
        if active and active != reported:
            tell(active)
            reported = active
        left = end - time.monotonic()
        if not active or left <= 0:
            return active
        time.sleep(min(pause, left))
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)
