"""Prints planned and observed pods side by side: a table for people, JSON for programs."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from emr_eks_placement.cli.output.plan import plan_as_json, pod_lines
from emr_eks_placement.cli.output.run_events import elapsed, run_as_json
from emr_eks_placement.cli.output.terminal import INDENT, Style, number_of, table, terminal_width, wrapped
from emr_eks_placement.common.errors import printable
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.observation import Comparison, Cost, ObservedPod, Warnings
from emr_eks_placement.observation.compare import Row, Verdict
from emr_eks_placement.planning import Plan, PlannedPod

_HEADERS = ("pod", "planned", "observed", "as planned?")
_WORDS: dict[Verdict, str] = {
    "yes": "yes",
    "no": "NO",
    "pending": "PENDING",
    "missing": "NOT YET",
    "none": "none",
    "unknown": "not known",
}
_IN_SUMMARY: dict[Verdict, str] = {
    "yes": "as planned",
    "no": "not as planned",
    "pending": "pending",
    "missing": "not there yet",
    "none": "not planned",
    "unknown": "not known",
}
_PLANNED, _OBSERVED = 1, 2
_STYLES: Mapping[str, Style] = {"yes": "good", "NO": "bad", "PENDING": "bad", "NOT YET": "doubtful"}
_MADE_UNIQUE = re.compile(r"[0-9A-F]{8}-[0-9A-Za-z]{12,13}$")
_MOST_WARNINGS = 5  # with a thousand executors, many lines are the same


@dataclass(frozen=True)
class Observation:
    """Everything that is printed. comparison: None if the pods could not be read; plan: None without one, and the notes
    have the reason."""

    run: JobRun
    plan: Plan | None
    comparison: Comparison | None
    pods: tuple[ObservedPod, ...]
    warnings: tuple[Warnings, ...]
    cost: Cost | None
    notes: tuple[str, ...]


def as_json(one: Observation) -> str:
    """{"run", "plan", "rows", "pods", "warnings", "cost", "notes"}; times are RFC 3339, requests as Kubernetes counts them."""
    rows = one.comparison.rows if one.comparison else ()
    document = {
        "run": run_as_json(one.run),
        "plan": plan_as_json(one.plan) if one.plan else None,
        "rows": [
            {"pod": row.role, "verdict": row.verdict, "differences": row.differences, "names": row.names}
            for row in rows
        ],
        "pods": [pod_as_json(pod) for pod in one.pods],
        "warnings": [asdict(warning) for warning in one.warnings],
        "cost": asdict(one.cost) if one.cost else None,
        "notes": one.notes,
    }
    return json.dumps(document, indent=2) + "\n"


def pod_as_json(pod: ObservedPod) -> dict[str, Any]:
    """Returns where the pod is, what it requests, and its times."""
    return {
        "pod": pod.role,
        "name": pod.name,
        "phase": pod.phase,
        "compute": pod.compute,
        "on": pod.on,
        "node": pod.node,
        "zone": pod.zone,
        "instance_type": pod.instance_type,
        "capacity_type": pod.capacity_type,
        "fargate_size": asdict(pod.size) if pod.size else None,
        "requests": {"cpu_millis": pod.cpu_millis, "memory_mib": pod.memory_mib},
        "pending": pod.pending,
        "created_at": _time(pod.created_at),
        "started_at": _time(pod.started_at),
        "running_at": _time(pod.running_at),
        "finished_at": _time(pod.finished_at),
    }


def _time(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


def as_table(one: Observation) -> str:
    """Formats the run, the table, and below it every difference, why pods do not run, and the cost."""
    run, width = one.run, terminal_width()
    lines = [wrapped(printable(f"job run {run.id} ({run.name}) is {run.state} after {elapsed(run)}"), width)]
    if one.comparison is None:
        lines += pod_lines(one.plan, width) if one.plan else []
    else:
        rows = list(_cells(one.comparison, one.plan))
        lines += table(_HEADERS, rows, width, narrowed=(_OBSERVED, _PLANNED), styles=_STYLES)
        lines += [wrapped(printable(line), width, indent=indent) for indent, line in _explanations(one.comparison, one)]
    if one.cost is not None and any(pod.started_at for pod in one.pods):
        lines.append(wrapped(f"cost of these pods so far, by list prices: {one.cost}", width))
    lines.append(_summary(one))
    return "".join(f"{line}\n" for line in lines)


def _summary(one: Observation) -> str:
    """Formats a summary such as: 3 pods: 2 as planned, 1 pending."""
    if one.comparison is None:
        return "the pods were not read"
    counts: Counter[str] = Counter()
    for row in one.comparison.rows:
        if row.like is not None:
            counts[_IN_SUMMARY[row.verdict]] += len(row.names)
    parts = [f"{count} {words}" for words, count in counts.items()]
    return f"{number_of(counts.total(), 'pod')}{': ' if parts else ''}{', '.join(parts)}"


def _cells(comparison: Comparison, plan: Plan | None) -> Iterator[tuple[str, ...]]:
    shown = ""
    for row in comparison.rows:
        planned = _planned(plan.of(row.role)) if plan and row.role != shown else ""
        yield row.role if row.role != shown else "", planned, _observed(row), _WORDS[row.verdict]
        shown = row.role


def _planned(pod: PlannedPod) -> str:
    landing = pod.landing
    if landing.pending:
        return f"{pod.count} nowhere: Pending"
    on, zones = " or ".join(map(_short, landing.on)) or "nodes that a plan does not know", " or ".join(landing.zones)
    compute = f"Fargate {landing.size or ''}".rstrip() if landing.compute == "fargate" else "EC2"
    return " ".join(part for part in (str(pod.count), compute, on, zones) if part)


def _observed(row: Row) -> str:
    pod = row.like
    if pod is None:
        return ", ".join(row.differences) or "-"
    where: list[str | None] = ["on no node"]
    if pod.compute is not None:
        compute = f"Fargate {pod.size or ''}".rstrip() if pod.compute == "fargate" else "EC2"
        where = [compute, row.on and _short(row.on), pod.zone, pod.instance_type, pod.capacity_type]
    return " ".join(part for part in (str(len(row.names)), pod.phase, *where) if part)


def _short(name: str) -> str:
    """Returns a name without CloudFormation's endings: the hash of a logical id, and a random part."""
    return _MADE_UNIQUE.sub("…", name)


def _explanations(comparison: Comparison, one: Observation) -> Iterator[tuple[str, str]]:
    """Yields why pods differ or do not run, and the plan's reasons for theirs: indentation and line."""
    pending: list[str] = []
    for row in comparison.rows:
        if row.like is not None and row.differences:
            yield "", f"not as planned: {row.role} {_names(row)}:"
            yield from ((INDENT, difference) for difference in row.differences)
        if row.like is not None and row.like.pending is not None:
            yield "", f"why pending: {row.role} {_names(row)}:"
            yield INDENT, row.like.pending
            pending.append(row.role)
    for problem in one.plan.problems if one.plan else ():
        if problem.role in pending or problem.severity == "error":
            yield "", f"planned: {problem.severity} {problem.code}: {problem.role}: {problem.what}"
            yield INDENT, problem.fix
    for warning in one.warnings[:_MOST_WARNINGS]:
        yield "", f"Kubernetes warns: {warning.of}: {warning.texts[0]}"
    more = len(one.warnings) - _MOST_WARNINGS
    if more > 0:
        yield "", f"and {more} more, all with --output json"


def _names(row: Row) -> str:
    return row.names[0] if len(row.names) == 1 else f"{row.names[0]} and {len(row.names) - 1} more"
