"""Watches a job run until it ends."""

import time
from collections.abc import Callable, Iterator

from emr_eks_placement.aws.job_runs import JobRunsApi
from emr_eks_placement.common.errors import InputError
from emr_eks_placement.emr.job_run import JobRun

_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 0.5, 10.0, 1.3  # seconds between reads, each longer than the one before
_MOST_FAILURES = 5  # in a row; each was already retried


def watch(
    api: JobRunsApi, run: JobRun, tell_failure: Callable[[str], None], longest_pause: float = _LONGEST_PAUSE
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
