"""emr-placement cancel: cancels a job run."""

import argparse

from emr_eks_placement.cli.options.account import find_job_run
from emr_eks_placement.cli.output.run_events import open_events
from emr_eks_placement.runs.follow import INTERRUPTED, follow

_ASKED, _CANCELLED, _OTHERWISE = 0, 0, 1


def run(options: argparse.Namespace) -> int:
    """Returns 0 if the run is being cancelled or cancelled, 1 if it ended otherwise, 130 if the wait was interrupted.

    Raises InputError if the run does not exist or AWS does not answer.
    """
    account, found = find_job_run(options)
    with open_events(options.output) as events:
        if not found.has_ended and not found.is_being_cancelled and account.job_runs.cancel(found):
            events.note(f"job run {found.id} is being cancelled")
        now = account.job_runs.describe(found.virtual_cluster_id, found.id)
        if not now.has_ended and not options.wait:
            return _ASKED
        ended = follow(account.session, account.job_runs, now, events)
        if ended is None:
            return INTERRUPTED
        return _CANCELLED if ended.state == "CANCELLED" else _OTHERWISE
