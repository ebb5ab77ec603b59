"""emr-placement logs: prints the logs of a job run's containers."""

import argparse
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from emr_eks_placement.cli.options.account import find_job_run
from emr_eks_placement.cli.output.terminal import say
from emr_eks_placement.common.errors import printable, refused
from emr_eks_placement.emr.job_run import JobRun

if TYPE_CHECKING:
    from emr_eks_placement.aws.logs import Line

_PRINTED, _NOTHING, _INTERRUPTED = 0, 1, 130


def run(options: argparse.Namespace) -> int:
    """Prints the log. Returns 0 if there was a log, 1 if there was none, 130 if following was interrupted.

    Raises InputError if the run does not exist or its logs can't be read.
    """
    if options.tail is not None and options.tail < 1:
        raise refused("--tail", options.tail, "1 line or more", "Write for example 100")
    account, found = find_job_run(options)
    from emr_eks_placement.aws.logs import RunLogs

    logs = RunLogs(account.session, found)
    try:
        if options.follow:
            lines = logs.follow(
                options.pod,
                options.stream,
                lambda: account.job_runs.describe(found.virtual_cluster_id, found.id),
                _note,
            )
        elif options.tail is not None:
            every = logs.of(options.pod, options.stream)
            lines = ((log, line) for log in every for line in logs.last(log, options.tail))
        else:
            lines = logs.read(options.pod, options.stream)
        printed = _print(lines, name_pods=options.pod == "executors")
    except KeyboardInterrupt:
        if options.follow:
            _note(f"job run {found.id} is no longer followed, and continues")
        return _INTERRUPTED
    if not printed:
        _note(_why_nothing(found, logs.place, options))
    return _PRINTED if printed else _NOTHING


def _print(lines: "Iterable[Line]", *, name_pods: bool) -> bool:
    """Prints the lines; on a terminal, without control characters. Returns whether there were any.

    name_pods: whether to prefix each line with its pod; otherwise a note names the pod of the next lines when it
    changes.
    """
    before: str | None = None
    for log, line in lines:
        if not name_pods and before not in (None, log.pod):
            _note(f"pod {log.pod}")
        before = log.pod
        text = f"{log.pod}: {line}" if name_pods else line
        sys.stdout.write(f"{printable(text.expandtabs()) if sys.stdout.isatty() else text}\n")
        sys.stdout.flush()
    return before is not None


def _note(text: str) -> None:
    say(text, "note")


def _why_nothing(run: JobRun, place: str, options: argparse.Namespace) -> str:
    what = f"nothing of {options.pod} ({options.stream}) is in {place}"
    if run.has_ended:
        return f"{what}; job run {run.id} is {run.state}{f': {run.details}' if run.details else ''}"
    return f"{what} yet; job run {run.id} is {run.state}"
