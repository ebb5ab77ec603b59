"""emr-placement define: writes definitions and pod templates to files."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from emr_eks_placement.cli.options.deployed_options import deployed_virtual_clusters
from emr_eks_placement.cli.output.files import left_over, remove_file, tell_written, write_files
from emr_eks_placement.cli.output.terminal import say
from emr_eks_placement.common.errors import InputError, refused
from emr_eks_placement.definition import CheckedEnvironment
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.advice import secrets_advice
from emr_eks_placement.environment_file import load_checked


def run(options: argparse.Namespace) -> int:
    """Writes DIR/job-runs/JOB/PLACEMENT.json, and pod-templates/ and job-files/ as in the bucket.

    Reports files of an earlier run that no longer belong to the environment, and removes them with --prune.

    Raises InputError, and writes nothing, for a job or placement that the environment does not have and for malformed
    options.
    """
    if options.prune and options.job is not None:
        rule = "files are compared with the whole environment, not with one job"
        raise refused("--prune", options.job, rule, "Leave the job out")
    checked = load_checked(options.environment)
    check_named(checked.environment, options.job, options.placement)
    files = dict(_files(checked if options.job is None else checked.only([options.job]), options))
    write_files(options.output_directory, files)
    for sentence in secrets_advice(checked.environment):
        say(f"{options.environment}: {sentence}", "note")
    left = sum(isinstance(content, str) and "<bucket>" in content for content in files.values())
    if left:
        words = "definition holds" if left == 1 else "definitions hold"
        say(f"{left} {words} <placeholders>; --outputs fills them, or the options that --help lists", "note")
    if options.job is None:
        _report_left_over(left_over(options.output_directory, files), options)
    tell_written(options.output_directory, files)
    return 0


def _report_left_over(paths: list[Path], options: argparse.Namespace) -> None:
    for path in paths:
        if options.prune:
            remove_file(path)
        what = " removed: it" if options.prune else ""
        say(f"{path}{what} belongs to no job of {options.environment}", "note")
    if paths and not options.prune:
        say("--prune removes these files of an earlier run", "note")


def check_named(environment: Environment, job: str | None, placement: str | None) -> None:
    """Raises InputError for a job that the environment does not have, or a placement that the job does not have. None:
    all."""
    if job is not None and job not in environment.jobs:
        raise _unknown("JOB", job, list(environment.jobs))
    if job is not None and placement is not None and placement not in environment.jobs[job].placements:
        raise _unknown("PLACEMENT", placement, list(environment.jobs[job].placements))


def _files(checked: CheckedEnvironment, options: argparse.Namespace) -> Iterator[tuple[str, str | bytes]]:
    jobs = checked.environment.jobs
    roles: dict[str, set[str]] = {job.virtual_cluster: set() for job in jobs.values()}
    for job in jobs.values():
        if job.execution_role is not None:
            roles[job.virtual_cluster].add(job.execution_role)
    deployed = deployed_virtual_clusters(options, roles)
    for job_name, job in jobs.items():
        for name in job.placements:
            if options.placement not in (None, name):
                continue
            definition = checked.runs[job_name, name].definition(deployed[job.virtual_cluster])
            yield f"job-runs/{job_name}/{name}.json", json.dumps(definition.request, indent=2) + "\n"
            yield from ((template.key, template.text) for template in definition.pod_templates)
        yield from ((file.key, file.content()) for file in job.local_files)


def _unknown(argument: str, value: str, known: list[str]) -> InputError:
    return refused(argument, value, f"the environment has {', '.join(known) or 'none'}", "Name one of these")
