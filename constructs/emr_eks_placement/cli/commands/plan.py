"""emr-placement plan: where the pods of StartJobRun requests, and of an environment's jobs, will land."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping

from emr_eks_placement.cli.commands.explain import check_code
from emr_eks_placement.cli.options.plan_source import open_source
from emr_eks_placement.cli.output.plan import as_json, as_markdown, as_table
from emr_eks_placement.common.errors import Finding, InputError, RuleError, finding, printable
from emr_eks_placement.planning import Plan
from emr_eks_placement.runs.plan_files import plan_files
from emr_eks_placement.runs.planned import Outcome, stopping, without
from emr_eks_placement.runs.request_file import names_file
from emr_eks_placement.runs.source import Source

CLEAN, PROBLEMS, UNUSABLE = 0, 1, 2

_FORMATS = {"table": as_table, "json": as_json, "markdown": as_markdown}
_OF_JOBS = ("mode", "placement", "zone")
_OF_FILES = ("virtual_cluster", "namespace", "pod_templates")


def run(options: argparse.Namespace) -> int:
    """Plans each request and job and prints the plans; 0: no problem that counts, 1: problems, 2: what can't be planned.

    What can't be planned is reported on standard error; the others are planned all the same. Raises InputError for the
    source and the options.
    """
    for code in options.ignore:
        check_code("--ignore", code)
    source = open_source(options)
    files, jobs = _sorted_out(options, source)
    for cluster, capacity in source.capacities.items():
        sys.stderr.writelines(f"note: {cluster}: {printable(one)}\n" for one in capacity.not_read)
    outcomes: dict[str, Outcome] = {}
    for label, one in (*plan_files(files, source, options.pod_templates), *_plan_jobs(jobs, source, options)):
        outcomes[label] = without(one, options.ignore) if isinstance(one, Plan) else one
    _tell_errors(one for one in outcomes.values() if not isinstance(one, Plan))
    sys.stdout.write(_FORMATS[options.output](outcomes))
    return _status(outcomes, options.fail_on)


def _sorted_out(options: argparse.Namespace, source: Source) -> tuple[list[str], list[str]]:
    """The files and the jobs that are to be planned: every job where nothing is named. What is neither counts as a job.

    Raises InputError for options that have nothing to count for.
    """
    words = list(dict.fromkeys(options.files))
    known = source.file[0].jobs if source.file is not None else {}
    files = [word for word in words if word not in known and (source.file is None or names_file(word, of_jobs=False))]
    jobs = [word for word in words if word not in files]
    if not words and source.file is None:
        rule = "without an environment file there are no jobs to plan"
        raise InputError([finding("FILE", RuleError(None, rule, "Name the file of a StartJobRun request"))])
    if not jobs:
        _refuse(
            options, _OF_JOBS, "it chooses a placement of a job, and no job is named", "Name the job, or leave it out"
        )
    if not files:
        _refuse(options, _OF_FILES, "a job of the environment has its own, and no file is named", "Leave it out")
    return files, jobs if words else list(known)


def _plan_jobs(jobs: list[str], source: Source, options: argparse.Namespace) -> Iterator[tuple[str, Outcome]]:
    if source.file is not None and jobs:
        from emr_eks_placement.runs.plan_jobs import JobPlanner  # slow to import

        environment, document = source.file
        planner = JobPlanner(environment, document, source.capacities[environment.name])
        yield from planner.plan(jobs, options)


def _refuse(options: argparse.Namespace, names: Iterable[str], rule: str, mend: str) -> None:
    for name in names:
        value = getattr(options, name)
        if value is not None:
            raise InputError([finding(f"--{name.replace('_', '-')}", RuleError(str(value), rule, mend))])


def _tell_errors(refused: Iterable[tuple[Finding, ...]]) -> None:
    """Each once: what is wrong with a job is wrong in each of its placements."""
    lines = dict.fromkeys(f"error: {one}\n" for findings in refused for one in findings)
    sys.stderr.writelines(lines)


def _status(outcomes: Mapping[str, Outcome], fail_on: str) -> int:
    plans = [outcome for outcome in outcomes.values() if isinstance(outcome, Plan)]
    if len(plans) < len(outcomes):
        return UNUSABLE
    return PROBLEMS if any(stopping(one, fail_on) for one in plans) else CLEAN
