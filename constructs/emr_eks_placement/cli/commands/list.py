"""emr-placement list: the job runs of an environment or a virtual cluster."""

import argparse
import heapq
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice

from tabulate import tabulate

from emr_eks_placement.cli.options.job_run_options import open_virtual_clusters
from emr_eks_placement.cli.output.run_events import elapsed, run_as_json
from emr_eks_placement.common.errors import InputError, RuleError, finding, printable
from emr_eks_placement.emr.job_run import ACTIVE, STATES, JobRun

_HEADERS = ("job run", "name", "state", "created", "elapsed", "details")
_LONGEST_DETAILS = 60


def run(options: argparse.Namespace) -> int:
    """Prints the newest runs; 0 in any case. Raises InputError for unusable options and where AWS does not answer."""
    if options.limit < 1:
        raise InputError([finding("--limit", RuleError(options.limit, "1 or more", "Write for example 20"))])
    states = ACTIVE if options.active else tuple(options.state) or STATES
    clusters = open_virtual_clusters(options)
    found = [clusters.api.list(id_, states=states, name=options.name) for id_ in clusters.ids]
    newest = list(islice(newest_first(found), options.limit))
    sys.stdout.write(_as_json(newest) if options.output == "json" else _as_table(newest))
    return 0


def newest_first(found: Iterable[Iterable[JobRun]]) -> Iterator[JobRun]:
    """The runs of several virtual clusters, of each of which they are newest first, as one: no more is asked for than taken."""
    return heapq.merge(*found, key=lambda run: run.created_at, reverse=True)


def _as_json(runs: list[JobRun]) -> str:
    return json.dumps([run_as_json(run) for run in runs], indent=2) + "\n"


def _as_table(runs: list[JobRun]) -> str:
    if not runs:
        return "no job runs\n"
    rows = [[printable(cell) for cell in _row(run)] for run in runs]
    table = tabulate(rows, _HEADERS, tablefmt="plain", disable_numparse=True)
    return "\n".join(line.rstrip() for line in table.splitlines()) + "\n"


def _row(run: JobRun) -> tuple[str, ...]:
    details = run.details if len(run.details) <= _LONGEST_DETAILS else f"{run.details[:_LONGEST_DETAILS]}…"
    created = run.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return run.id, run.name, run.state, created, elapsed(run), details
