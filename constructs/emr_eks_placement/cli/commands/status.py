"""emr-placement status: prints the state of a job run."""

import argparse
import json
import sys

from emr_eks_placement.cli.options.account import find_job_run
from emr_eks_placement.cli.output.run_events import as_it_is, run_as_json
from emr_eks_placement.cli.output.terminal import terminal_width, wrapped
from emr_eks_placement.common.errors import printable
from emr_eks_placement.emr.job_run import JobRun


def run(options: argparse.Namespace) -> int:
    """Prints the run and returns 0. Raises InputError if it does not exist or AWS does not answer."""
    _account, found = find_job_run(options)
    sys.stdout.write(_as_json(found) if options.output == "json" else _as_lines(found))
    return 0


def _as_json(run: JobRun) -> str:
    return json.dumps({**run_as_json(run), "request": run.request}, indent=2) + "\n"


def _as_lines(run: JobRun) -> str:
    rows = {
        "job run": run.id,
        "name": run.name,
        "virtual cluster": run.virtual_cluster_id,
        "state": run.state,
        "reason": run.failure_reason,
        "details": run.details,
        "attempts": None if run.attempts is None else str(run.attempts),
        "created": run.created_at.astimezone().isoformat(" ", "seconds"),
        "finished": None if run.finished_at is None else run.finished_at.astimezone().isoformat(" ", "seconds"),
        "release": run.request.get("releaseLabel"),
        "execution role": run.request.get("executionRoleArn"),
    }
    column, width = max(map(len, rows)) + 2, terminal_width()
    lines = [
        wrapped(printable(value), width, indent=f"{name:{column}}", below=" " * column)
        for name, value in rows.items()
        if value
    ]
    return "\n".join([*lines, as_it_is(run)]) + "\n"
