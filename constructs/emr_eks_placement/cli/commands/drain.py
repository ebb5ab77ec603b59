"""emr-placement drain: cancels the active job runs of an environment or a virtual cluster and waits for their end."""

import argparse
import sys
from typing import TYPE_CHECKING

from emr_eks_placement.cli.options.account import open_virtual_clusters
from emr_eks_placement.cli.options.confirm import confirmed
from emr_eks_placement.cli.output.terminal import number_of, say, terminal_width, wrapped
from emr_eks_placement.common.errors import printable, refused

if TYPE_CHECKING:
    from collections.abc import Sized

    from emr_eks_placement.emr.job_run import JobRun

_DRAINED, _STILL_ACTIVE = 0, 1


def run(options: argparse.Namespace) -> int:
    """Returns 0 if no job run is active, 1 if some still are or the user said no. Raises InputError if nothing was
    cancelled."""
    if not options.timeout >= 0:  # nor nan
        rule = "a number of seconds, 0 or more"
        raise refused("--timeout", options.timeout, rule, "Write for example 600")
    account, ids = open_virtual_clusters(options, tell_none=lambda why: say(why, "note"))
    api = account.job_runs
    from emr_eks_placement.runs import drain

    runs = drain.active_runs(api, ids)
    _print(f"{number_of(len(runs), 'active job run')} in {number_of(len(ids), 'virtual cluster')}", runs)
    if not runs:
        return _DRAINED
    to_cancel = [run for run in runs if not run.is_being_cancelled]
    if to_cancel and not options.yes:
        count = number_of(len(to_cancel), "job run")
        these = "this" if len(to_cancel) == 1 else "these"
        if not confirmed(f"Cancel {these} {count}?", f"{count} {_be(to_cancel)} to be cancelled"):
            return _STILL_ACTIVE
    for run in to_cancel:
        api.cancel(run)
    left = drain.wait_until_ended(api, ids, options.timeout, _print_progress)
    if not left:
        _print("no job run is active", [])
        return _DRAINED
    others = {run.id for run in left} - {run.id for run in runs}
    if others:
        _print(f"were started in the meantime; stop what starts them: {', '.join(sorted(others))}", [])
    count = number_of(len(left), "job run")
    _print(f"{count} {_be(left)} still active after {options.timeout:g} s; run this again", [])
    return _STILL_ACTIVE


def _print_progress(active: "list[JobRun]") -> None:
    _print(f"waiting for {number_of(len(active), 'job run')} to end", [])


def _be(runs: "Sized") -> str:
    return "is" if len(runs) == 1 else "are"


def _print(line: str, runs: "list[JobRun]") -> None:
    """Prints at once, without a buffer."""
    width = terminal_width()
    shown = [wrapped(printable(f"{run.id} {run.name} {run.state}"), width, indent="  ") for run in runs]
    sys.stdout.writelines(f"{text}\n" for text in (wrapped(printable(line), width), *shown))
    sys.stdout.flush()
