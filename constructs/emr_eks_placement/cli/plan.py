"""emr-placement plan: where the pods of StartJobRun requests will land."""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from emr_eks_placement.emr.pods import SPARK_ROLE
from emr_eks_placement.emr.request import check_request
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.environment_file.yaml_document import read_yaml
from emr_eks_placement.errors import InputError, RuleError, finding, shown
from emr_eks_placement.planning import CODES, Plan, PlannedPod, plan
from emr_eks_placement.pod_template.check import check_template
from emr_eks_placement.spark.configuration import spark_configuration

CLEAN, PROBLEMS, UNUSABLE = 0, 1, 2


def run_plan(options: argparse.Namespace) -> int:
    """Plans each file and prints the plans; 0: no problem, 1: problems, 2: a file that can't be planned.

    A file that can't be planned is told on standard error; the others are planned all the same. Raises InputError for
    the environment file and the virtual cluster.
    """
    environment = load_environment(options.environment)
    namespace = _namespace(environment, options.virtual_cluster)
    plans: dict[str, Plan] = {}
    failed = False
    for file in options.files:
        try:
            plans[str(file)] = _plan_file(file, environment, namespace, options.pod_templates)
        except InputError as error:
            failed = True
            sys.stderr.writelines(f"error: {one}\n" for one in error.findings)
    sys.stdout.write(_as_json(plans) if options.output == "json" else "\n".join(map(_as_table, plans, plans.values())))
    problems = any(one.problems for one in plans.values())
    return UNUSABLE if failed else PROBLEMS if problems else CLEAN


def _namespace(environment: Environment, name: str | None) -> str:
    clusters = environment.virtual_clusters
    if name is None and len(clusters) == 1:
        name = next(iter(clusters))
    if name not in clusters:
        rule = f"the environment's virtual clusters are {', '.join(clusters) or 'none'}"
        raise InputError([finding("--virtual-cluster", RuleError(name, rule, "Name one of them"))])
    return clusters[name].namespace


def _plan_file(file: Path, environment: Environment, namespace: str, folder: Path | None) -> Plan:
    try:
        request = check_request(_read_json(file))
        templates = _templates(request, environment, folder or file.parent)
        return plan(request, templates, environment, namespace=namespace)
    except RuleError as broken:
        raise InputError([finding(str(file), broken)]) from None


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise RuleError(None, f"can't be read: {error.strerror}", "Check the path") from None
    except ValueError as error:
        raise RuleError(None, f"must be JSON: {error}", "Correct the syntax") from None


def _templates(request: Mapping[str, Any], environment: Environment, folder: Path) -> dict[str, Mapping[str, Any]]:
    """The pod templates that the request names, from files of the same name in the folder or below it."""
    properties = spark_configuration(request).properties
    templates: dict[str, Mapping[str, Any]] = {}
    for role, name in SPARK_ROLE.items():
        uri = properties.get(f"spark.kubernetes.{name}.podTemplateFile")
        if uri is None:
            continue
        found = sorted(folder.rglob(uri.rsplit("/", 1)[-1]))
        if not found:
            rule = f"no file of this name is in {folder} or below it, where the templates of a request are looked for"
            raise RuleError(uri, rule, "Copy the template there, or name its folder: --pod-templates DIR")
        template = read_yaml(found[0], str(found[0])).data
        try:
            check_template(template, role, environment.cluster.version)
        except RuleError as broken:
            raise InputError([finding(str(found[0]), broken)]) from None
        templates[uri] = template
    return templates


def _as_json(plans: Mapping[str, Plan]) -> str:
    def described(one: Plan) -> dict[str, Any]:
        pods = [
            {
                "pod": pod.role,
                "count": pod.count,
                "cpu_millis": pod.shape.cpu_millis,
                "memory_mib": pod.shape.memory_mib,
                **{key: value for key, value in asdict(pod.landing).items() if key != "problems"},
                "size": str(pod.landing.size) if pod.landing.size else None,
                "pending": pod.landing.pending,
            }
            for pod in one.pods
        ]
        problems = [{**asdict(problem), "severity": problem.severity, "mend": problem.mend} for problem in one.problems]
        return {"pods": pods, "problems": problems}

    return json.dumps({file: described(one) for file, one in plans.items()}, indent=2) + "\n"


def _as_table(file: str, one: Plan) -> str:
    rows = [("pod", "count", "requests", "lands on", "zones"), *(_row(pod) for pod in one.pods)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += [
        f"{problem.severity} {problem.code}: {problem.role}: {problem.what}. {problem.mend}" for problem in one.problems
    ]
    return "\n".join([file, *lines]) + "\n"


def _row(pod: PlannedPod) -> tuple[str, str, str, str, str]:
    landing = pod.landing
    name = ", ".join(landing.on)
    where = f"Fargate {landing.size or ''} ({name})" if landing.compute == "fargate" else f"EC2 ({name})"
    return (
        pod.role,
        "any number" if pod.count is None else str(pod.count),
        f"{pod.shape.cpu_millis / 1000:g} vCPU {pod.shape.memory_mib} MiB",
        "nowhere: Pending" if landing.pending else where,
        ", ".join(landing.zones),
    )


def run_explain(options: argparse.Namespace) -> int:
    """Prints what a code means and how it is mended; every code without one."""
    if options.code is not None and options.code not in CODES:
        rule = f"the codes are {', '.join(CODES)}"
        raise InputError([finding("CODE", RuleError(shown(options.code).strip("'"), rule, "Name one of these"))])
    for name in CODES if options.code is None else [options.code]:
        code = CODES[name]
        sys.stdout.write(f"{name} ({code.severity})\n  {code.meaning}\n  {code.mend}\n")
    return CLEAN
