"""emr-placement list: the job runs of an environment or a virtual cluster."""

import argparse
import heapq
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from emr_eks_placement.cli.options.account import open_virtual_clusters
from emr_eks_placement.cli.output.run_events import elapsed, run_as_json
from emr_eks_placement.cli.output.terminal import Style, number_of, table, terminal_width
from emr_eks_placement.common.errors import refused
from emr_eks_placement.emr.job_run import ACTIVE, STATES, JobRun

_HEADERS = ("job run", "state", "created", "elapsed", "name", "details")
_NAME, _DETAILS = 4, 5
_STYLES: Mapping[str, Style] = {"COMPLETED": "good", "RUNNING": "good", "FAILED": "bad", "CANCELLED": "doubtful"}
_LONGEST_DETAILS = 60


def run(options: argparse.Namespace) -> int:
    """Prints the newest runs; 0 in any case. Raises InputError for unusable options and where AWS does not answer."""
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
    """The runs of several virtual clusters, of each of which they are newest first, as one: no more is asked for than taken."""
    return heapq.merge(*found, key=lambda run: run.created_at, reverse=True)


def _as_json(runs: list[JobRun]) -> str:
    return json.dumps([run_as_json(run) for run in runs], indent=2) + "\n"


def _as_table(runs: list[JobRun], *, is_all: bool) -> str:
    """A line a run; how many there are comes last."""
    lines = table(_HEADERS, [_row(run) for run in runs], terminal_width(), narrowed=(_DETAILS, _NAME), styles=_STYLES)
    count = number_of(len(runs), "job run") if runs else "no job runs"
    return (
        "\n".join([*(lines if runs else ()), f"{count}{'' if is_all else ', the newest: --limit shows more'}"]) + "\n"
    )


def _row(run: JobRun) -> tuple[str, ...]:
    details = run.details if len(run.details) <= _LONGEST_DETAILS else f"{run.details[:_LONGEST_DETAILS]}…"
    created = run.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return run.id, run.state, created, elapsed(run), run.name, details
