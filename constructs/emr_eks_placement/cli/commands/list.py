"""emr-placement list: lists the job runs of an environment or a virtual cluster."""

import argparse
import heapq
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice

from emr_eks_placement.cli.options.account import open_virtual_clusters
from emr_eks_placement.cli.output.run_events import STATE_STYLES, elapsed, run_as_json
from emr_eks_placement.cli.output.terminal import INDENT, number_of, table, terminal_width, wrapped
from emr_eks_placement.common.errors import printable, refused
from emr_eks_placement.emr.job_run import ACTIVE, STATES, JobRun

_HEADERS = ("job run", "state", "created", "elapsed", "name")
_NAME = 4


def run(options: argparse.Namespace) -> int:
    """Prints the newest runs and returns 0. Raises InputError for unusable options and if AWS does not answer."""
    if options.limit < 1:
        raise refused("--limit", options.limit, "1 or more", "Write for example 20")
    states = ACTIVE if options.active else tuple(options.state) or STATES
    account, ids = open_virtual_clusters(options)
    found = [account.job_runs.list(id_, states=states, name=options.name) for id_ in ids]
    runs = newest_first(found)
    newest = list(islice(runs, options.limit))
    if options.output == "json":
        sys.stdout.write(_as_json(newest))
    else:
        sys.stdout.write(_as_table(newest, is_all=next(runs, None) is None))
    return 0


def newest_first(found: Iterable[Iterable[JobRun]]) -> Iterator[JobRun]:
    """Merges the runs of several virtual clusters, newest first. Requests no more pages than the caller reads."""
    return heapq.merge(*found, key=lambda run: run.created_at, reverse=True)


def _as_json(runs: list[JobRun]) -> str:
    return json.dumps([run_as_json(run) for run in runs], indent=2) + "\n"


def _as_table(runs: list[JobRun], *, is_all: bool) -> str:
    """Formats a line for each run, with EMR's details below it and a summary at the end."""
    if not runs:
        return "no job runs\n"
    width = terminal_width()
    header, *rows = table(_HEADERS, [_row(run) for run in runs], width, shortened=_NAME, styles=STATE_STYLES)
    lines = [header]
    for run, row in zip(runs, rows, strict=True):
        lines += [row, wrapped(printable(run.details), width, indent=INDENT)] if run.details else [row]
    more = "" if is_all else ", the newest: --limit shows more"
    return "\n".join([*lines, f"{number_of(len(runs), 'job run')}{more}"]) + "\n"


def _row(run: JobRun) -> tuple[str, ...]:
    created = run.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return run.id, run.state, created, elapsed(run), run.name
