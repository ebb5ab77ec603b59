"""emr-placement plan: plans where the pods of StartJobRun requests, and of an environment's jobs, land."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from emr_eks_placement.cli.commands.explain import check_code
from emr_eks_placement.cli.options.account import in_environment
from emr_eks_placement.cli.output.plan import as_json, as_markdown, as_table
from emr_eks_placement.cli.output.terminal import say
from emr_eks_placement.common.errors import Finding, placed_at, refused
from emr_eks_placement.common.yaml_document import YamlDocument
from emr_eks_placement.emr.request_file import names_file
from emr_eks_placement.facts.kubernetes import check_namespace
from emr_eks_placement.facts.quotas import FARGATE_VCPUS
from emr_eks_placement.planning import Plan
from emr_eks_placement.runs.account import Account
from emr_eks_placement.runs.plan_files import plan_files
from emr_eks_placement.runs.source import CapacitySource, Outcome, stopping, without
from emr_eks_placement.scheduling.capacity import Capacity

CLEAN, PROBLEMS, UNUSABLE = 0, 1, 2

_FORMATS = {"table": as_table, "json": as_json, "markdown": as_markdown}
_OF_JOBS = ("mode", "placement", "zone")
_OF_FILES = ("virtual_cluster", "namespace", "pod_templates")


def run(options: argparse.Namespace) -> int:
    """Plans each request and job and prints the plans. Returns 0, 1 if there are problems, 2 if something can't be
    planned.

    Reports what can't be planned on standard error, and plans the others. Raises InputError for an unusable source or
    options.
    """
    _, of_files, of_jobs = planned(options)
    outcomes = {
        label: without(one, options.ignore) if isinstance(one, Plan) else one
        for label, one in (*of_files.items(), *of_jobs.items())
    }
    sys.stdout.write(_FORMATS[options.output](outcomes))
    return _status(outcomes, options.fail_on)


def planned(options: argparse.Namespace) -> tuple[CapacitySource, dict[str, Outcome], dict[str, Outcome]]:
    """Returns what the options plan for, the plans of requests by FILE, and those of jobs by JOB/PLACEMENT.

    Reports on standard error what can't be planned. Raises InputError for the source and the options.
    """
    source, document = _open_source(options)
    files, jobs = _sorted_out(options, source)
    for cluster, capacity in source.capacities.items():
        for unread in capacity.not_read:
            _note(f"{cluster}: {unread}")
    of_files = dict(plan_files(files, source, options.pod_templates, _note))
    of_jobs = dict(_plan_jobs(jobs, source, document, options))
    _tell_errors(one for one in (*of_files.values(), *of_jobs.values()) if not isinstance(one, Plan))
    return source, of_files, of_jobs


def _open_source(options: argparse.Namespace) -> tuple[CapacitySource, YamlDocument | None]:
    """Returns the source that the options name, and the document of its environment file.

    Raises InputError for an unreadable source and for malformed options.
    """
    _check_options(options)
    # What requests name in S3 may belong to any account.
    account, document = Account(options.profile, options.region, is_own=False), None
    capacities: Mapping[str, Capacity]
    if options.environment is not None:
        from emr_eks_placement.environment import capacity_of
        from emr_eks_placement.environment_file import read_environment

        environment, document = read_environment(options.environment)
        account = in_environment(account, environment, document.file)
        capacities = {environment.name: capacity_of(environment)}
    elif options.assembly is not None:
        from emr_eks_placement.assembly import read_assembly

        capacities = read_assembly(options.assembly)
    else:
        capacities = {options.cluster: account.cluster(options.cluster)}
    if options.fargate_vcpus is not None:
        capacities = {name: replace(one, fargate_vcpus=options.fargate_vcpus) for name, one in capacities.items()}
    chosen = {"virtual_cluster": options.virtual_cluster, "namespace": options.namespace}
    return CapacitySource(account, capacities, **chosen, is_live=options.cluster is not None), document


def _check_options(options: argparse.Namespace) -> None:
    for code in options.ignore:
        check_code("--ignore", code)
    if options.fargate_vcpus is not None and options.fargate_vcpus < 1:
        raise refused(
            "--fargate-vcpus",
            options.fargate_vcpus,
            "must be at least 1 vCPU",
            f"Write the account's quota {FARGATE_VCPUS.code}",
        )
    if options.namespace is not None:
        with placed_at("--namespace"):
            check_namespace(options.namespace)


def _sorted_out(options: argparse.Namespace, source: CapacitySource) -> tuple[list[str], list[str]]:
    """Returns the files and the jobs to plan; every job if none is named. A name that is no file counts as a job.

    Raises InputError for options that would have no effect.
    """
    words = list(dict.fromkeys(options.files))
    environment = source.account.environment
    known = environment.jobs if environment is not None else {}
    files = [word for word in words if word not in known and (environment is None or names_file(word, of_jobs=False))]
    jobs = [word for word in words if word not in files]
    if not words and environment is None:
        rule = "without an environment file there are no jobs to plan"
        raise refused("FILE", None, rule, "Name the file of a StartJobRun request")
    if not jobs:
        _refuse(
            options, _OF_JOBS, "it chooses a placement of a job, and no job is named", "Name the job, or leave it out"
        )
    if not files:
        _refuse(options, _OF_FILES, "it is for files, and no file is named", "Leave it out")
    return files, jobs if words else list(known)


def _plan_jobs(
    jobs: list[str], source: CapacitySource, document: YamlDocument | None, options: argparse.Namespace
) -> Iterator[tuple[str, Outcome]]:
    environment = source.account.environment
    if environment is not None and document is not None and jobs:
        from emr_eks_placement.runs.plan_jobs import JobPlanner  # slow to import

        planner = JobPlanner(environment, document, source.capacities[environment.name])
        yield from planner.plan(jobs, {name: getattr(options, name) for name in _OF_JOBS})


def _refuse(options: argparse.Namespace, names: Iterable[str], rule: str, fix: str) -> None:
    for name in names:
        value = getattr(options, name)
        if value is not None:
            raise refused(f"--{name.replace('_', '-')}", str(value), rule, fix)


def _note(text: str) -> None:
    say(text, "note")


def _tell_errors(refused: Iterable[tuple[Finding, ...]]) -> None:
    """Prints the errors without duplicates: an error of a job appears in each of its placements."""
    for line in dict.fromkeys(str(one) for findings in refused for one in findings):
        say(line, "error")


def _status(outcomes: Mapping[str, Outcome], fail_on: str) -> int:
    plans = [outcome for outcome in outcomes.values() if isinstance(outcome, Plan)]
    if len(plans) < len(outcomes):
        return UNUSABLE
    return PROBLEMS if any(stopping(one, fail_on) for one in plans) else CLEAN
