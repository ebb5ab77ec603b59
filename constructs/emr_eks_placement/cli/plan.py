"""emr-placement plan: where the pods of StartJobRun requests will land."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace

from emr_eks_placement.cli.explain import check_code
from emr_eks_placement.cli.plan_output import Outcome, as_json, as_markdown, as_table
from emr_eks_placement.cli.plan_source import Source, open_source
from emr_eks_placement.cli.planned import plan_request, stopping, without
from emr_eks_placement.cli.request_file import read_request, read_templates
from emr_eks_placement.errors import Finding, InputError, RuleError, finding, printable
from emr_eks_placement.planning import Plan

CLEAN, PROBLEMS, UNUSABLE = 0, 1, 2

_FORMATS = {"table": as_table, "json": as_json, "markdown": as_markdown}


def run(options: argparse.Namespace) -> int:
    """Plans each file and prints the plans; 0: no problem that counts, 1: problems, 2: a file that can't be planned.

    A file that can't be planned is told on standard error; the others are planned all the same. Raises InputError for
    the source and the options.
    """
    for code in options.ignore:
        check_code("--ignore", code)
    source = open_source(options)
    for cluster, capacity in source.capacities.items():
        sys.stderr.writelines(f"note: {cluster}: {printable(one)}\n" for one in capacity.not_read)
    outcomes: dict[str, Outcome] = {}
    for file in dict.fromkeys(options.files):
        try:
            outcomes[file] = without(_plan_file(file, source, options), options.ignore)
        except InputError as error:
            findings = tuple(_of_request(file, one) for one in error.findings)
            outcomes[file] = findings
            sys.stderr.writelines(f"error: {one}\n" for one in findings)
    sys.stdout.write(_FORMATS[options.output](outcomes))
    return _status(outcomes, options.fail_on)


def _plan_file(file: str, source: Source, options: argparse.Namespace) -> Plan:
    shown_as = _shown(file)
    try:
        request = source.complete(read_request(file))
        capacity, namespace = source.choose(request)
        templates = read_templates(request, file, options.pod_templates, source.read_s3)
    except RuleError as broken:
        raise InputError([finding(shown_as, broken)]) from None
    return plan_request(shown_as, request, templates, capacity, namespace)


def _shown(file: str) -> str:
    return "standard input" if file == "-" else file


def _of_request(file: str, found: Finding) -> Finding:
    """A finding of something else that the request names, such as a template, names the request too."""
    shown_as = _shown(file)
    return found if found.file == shown_as else replace(found, file=f"{shown_as}: {found.file}")


def _status(outcomes: Mapping[str, Outcome], fail_on: str) -> int:
    plans = [outcome for outcome in outcomes.values() if isinstance(outcome, Plan)]
    if len(plans) < len(outcomes):
        return UNUSABLE
    return PROBLEMS if any(stopping(one, fail_on) for one in plans) else CLEAN
