"""Prints plans: a table for people, Markdown for pull requests, JSON for programs."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tabulate import tabulate

from emr_eks_placement.cli.output.markdown import escaped
from emr_eks_placement.cli.output.terminal import INDENT, Style, severity, styled, table, terminal_width, wrapped
from emr_eks_placement.common.errors import printable
from emr_eks_placement.planning import Plan, PlannedPod, Problem
from emr_eks_placement.planning.in_words import PENDING, REFUSED, nodes_in_words, requests_in_words, target_in_words
from emr_eks_placement.runs.source import Outcome

_HEADERS = ("pod", "count", "requests", "lands on", "zones")
_REQUESTS, _LANDS_ON, _ZONES = 2, 3, 4
_NO_NODE_GROUP = "EC2_NO_NODE_GROUP"
_STYLES: Mapping[str, Style] = {PENDING: "bad", REFUSED: "bad"}


def as_json(outcomes: Mapping[str, Outcome]) -> str:
    """{FILE: {"pods": [...], "nodes": [...], "problems": [...]}}, or {FILE: {"errors": ["...", ...]}} without a plan."""

    def described(one: Outcome) -> dict[str, Any]:
        return plan_as_json(one) if isinstance(one, Plan) else {"errors": [str(finding) for finding in one]}

    return json.dumps({file: described(one) for file, one in outcomes.items()}, indent=2) + "\n"


def plan_as_json(one: Plan) -> dict[str, Any]:
    """{"pods": [...], "nodes": [...], "problems": [...]}."""
    return {
        "pods": [_pod_as_json(pod) for pod in one.pods],
        "nodes": [asdict(nodes) for nodes in one.nodes],
        "problems": [problem_as_json(problem) for problem in one.problems],
    }


def _pod_as_json(pod: PlannedPod) -> dict[str, Any]:
    landing, shape = pod.landing, pod.shape
    return {
        "pod": pod.role,
        "count": {"least": pod.count.least, "most": pod.count.most},
        "requests": {
            "cpu_millis": shape.cpu_millis,
            "memory_mib": shape.memory_mib,
            "ephemeral_storage_mib": shape.storage_mib,
        },
        "compute": landing.compute,
        "on": landing.on,
        "zones": landing.zones,
        "fargate_size": asdict(landing.size) if landing.size else None,
        "pending": landing.pending,
        "reasons": landing.reasons,
    }


def problem_as_json(problem: Problem) -> dict[str, Any]:
    """`{"code", "severity", "pod", "what", "field", "mend"}`."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "pod": problem.role,
        "what": problem.what,
        "field": problem.path,
        "mend": problem.fix,
    }


def as_table(outcomes: Mapping[str, Outcome]) -> str:
    """Formats each plan as a table, with the reasons, the nodes and the problems below it, and a summary at the end."""
    width = terminal_width()
    blocks = [_one_as_table(file, one, width) for file, one in outcomes.items() if isinstance(one, Plan)]
    return "\n".join([*blocks, _summary(outcomes) + "\n"])


def _one_as_table(file: str, one: Plan, width: int) -> str:
    reasons = [line for pod in one.pods for line in _why(pod, width)]
    nodes = [wrapped(printable(nodes_in_words(needed)), width) for needed in one.nodes]
    lines = [styled(printable(file), "heading"), *pod_lines(one, width), *reasons, *nodes, *problem_lines(one, width)]
    return "\n".join(lines) + "\n"


def _summary(outcomes: Mapping[str, Outcome]) -> str:
    """Formats a summary such as: 300 planned: 288 ok, 9 with warnings, 3 with errors; 2 not planned."""
    plans = [one for one in outcomes.values() if isinstance(one, Plan)]
    worst = Counter(
        next((kind for kind in ("error", "warning") if any(found.severity == kind for found in one.problems)), "ok")
        for one in plans
    )
    words = {"ok": "ok", "warning": "with warnings", "error": "with errors"}
    parts = [f"{worst[kind]} {text}" for kind, text in words.items() if worst[kind]]
    left = len(outcomes) - len(plans)
    return f"{len(plans)} planned{': ' if parts else ''}{', '.join(parts)}{f'; {left} not planned' if left else ''}"


def pod_lines(one: Plan, width: int = 0) -> list[str]:
    """Formats the table of the plan's pods to fit the width (0: any). Columns with lists of names shrink first."""
    return table(
        _HEADERS, [_row(pod) for pod in one.pods], width, narrowed=(_ZONES, _LANDS_ON, _REQUESTS), styles=_STYLES
    )


def problem_lines(one: Plan, width: int = 0, *, indent: str = "") -> list[str]:
    """Formats each problem after `indent`: the fix, and below it what is wrong."""
    refused = {pod.role: [one for one in map(_refusal, pod.landing.reasons) if one] for pod in one.pods}
    return [
        line
        for problem in one.problems
        for line in _problem(
            problem, refused.get(problem.role, ()) if problem.code == _NO_NODE_GROUP else (), width, indent
        )
    ]


def _problem(problem: Problem, refused: Sequence[str], width: int, indent: str) -> Iterator[str]:
    """Formats a problem. refused: what is wrong, one line for each node group."""
    line = wrapped(printable(f"{problem.severity} {problem.code}: {problem.role}: {problem.fix}"), width, indent=indent)
    yield line.replace(problem.severity, severity(problem.severity), 1)
    yield from (wrapped(printable(what), width, indent=indent + INDENT) for what in refused or [problem.what])


def _why(pod: PlannedPod, width: int) -> Iterator[str]:
    reasons = [printable(reason) for reason in _reasons(pod)]
    if len(reasons) == 1:
        yield wrapped(f"why {pod.role}: {reasons[0]}", width)
        return
    yield f"why {pod.role}:"
    yield from (wrapped(reason, width, indent=INDENT) for reason in reasons)


def _reasons(pod: PlannedPod) -> list[str]:
    """Returns the reasons without those that a problem repeats when no node group accepts the pod."""
    is_problem = any(problem.code == _NO_NODE_GROUP for problem in pod.landing.problems)
    return [reason for reason in pod.landing.reasons if not (is_problem and _refusal(reason))]


def _refusal(reason: str) -> str:
    """Returns GROUP: WHY of a reason why a node group does not accept the pod; empty for other reasons."""
    return reason.removeprefix("not ") if reason.startswith("not ") else ""


def as_markdown(outcomes: Mapping[str, Outcome]) -> str:
    """Formats a section for each file: table, reasons, nodes and problems, or why there is no plan."""
    return "\n".join("\n".join(_section(file, one)) + "\n" for file, one in outcomes.items())


def _section(file: str, one: Outcome) -> Iterator[str]:
    yield f"### {escaped(file)}\n"
    if not isinstance(one, Plan):
        yield from (f"- **not planned**: {escaped(str(finding))}" for finding in one)
        return
    rows = [[escaped(cell) for cell in _row(pod)] for pod in one.pods]
    yield tabulate(rows, _HEADERS, tablefmt="github", disable_numparse=True) + "\n"
    for pod in one.pods:
        yield f"- {pod.role}: {escaped('; '.join(_reasons(pod)))}"
    yield from (f"- {escaped(nodes_in_words(nodes))}" for nodes in one.nodes)
    for problem in one.problems:
        what = escaped(f"{problem.role}: {problem.fix}. {problem.what}")
        yield f"- **{problem.severity} {problem.code}**: {what}"


def _row(pod: PlannedPod) -> tuple[str, ...]:
    zones = ", ".join(pod.landing.zones)
    return (pod.role, str(pod.count), requests_in_words(pod), target_in_words(pod), zones)
