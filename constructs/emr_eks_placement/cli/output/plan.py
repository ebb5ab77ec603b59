"""How plans are printed: a table for people, Markdown for pull requests, JSON for programs."""

import json
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tabulate import tabulate

from emr_eks_placement.common.errors import printable
from emr_eks_placement.planning import Landing, NodesNeeded, Plan, PlannedPod, Problem
from emr_eks_placement.runs.planned import Outcome

_HEADERS = ("pod", "count", "requests", "lands on", "zones")
_REQUESTS, _LANDS_ON, _ZONES = 2, 3, 4
_GAP = "  "  # between columns
_PADDING = 2  # tabulate's, of headers


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
        "problems": [_problem_as_json(problem) for problem in one.problems],
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


def _problem_as_json(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "severity": problem.severity,
        "pod": problem.role,
        "what": problem.what,
        "field": problem.path,
        "mend": problem.mend,
    }


def as_table(outcomes: Mapping[str, Outcome]) -> str:
    """Each plan as a table, with the reasons, the nodes and the problems below it, fitted to the terminal if it is one."""
    width = terminal_width()
    return "\n".join(_one_as_table(file, one, width) for file, one in outcomes.items() if isinstance(one, Plan))


def _one_as_table(file: str, one: Plan, width: int) -> str:
    lines = [*(f"why {pod.role}: {_reasons(pod)}" for pod in one.pods), *map(_nodes, one.nodes)]
    printed = [
        file,
        *pod_lines(one, width),
        *(wrapped(printable(line), width) for line in lines),
        *problem_lines(one, width),
    ]
    return "\n".join(printed) + "\n"


def terminal_width() -> int:
    """In columns; 0 where standard output is no terminal, and lines are not wrapped."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def pod_lines(one: Plan, width: int = 0) -> list[str]:
    """The table of the plan's pods; its cells are wrapped to fit the width, 0 for any."""
    rows = [_row(pod) for pod in one.pods]
    table = tabulate(
        rows,
        _HEADERS,
        tablefmt="plain",
        disable_numparse=True,
        maxcolwidths=_column_widths(rows, width),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [row.rstrip() for row in table.splitlines()]


def _column_widths(rows: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """What each column may take of the width: the last ones, which list names, give way first; None: as they are."""
    columns = list(zip(*rows, strict=True))
    natural = [max(len(header) + _PADDING, *map(len, cells)) for header, cells in zip(_HEADERS, columns, strict=True)]
    excess = sum(natural) + len(_GAP) * (len(natural) - 1) - width
    if not width or excess <= 0:
        return None
    for index in (_ZONES, _LANDS_ON, _REQUESTS):
        least = max(
            len(_HEADERS[index]) + _PADDING, *(len(word) for cell in columns[index] for word in cell.split(" "))
        )
        taken = max(0, min(excess, natural[index] - least))
        natural[index] -= taken
        excess -= taken
    return natural


def problem_lines(one: Plan, width: int = 0) -> list[str]:
    """Each problem: what to do, and below it what is wrong."""
    return [
        wrapped(printable(line), width)
        for problem in one.problems
        for line in (f"{problem.severity} {problem.code}: {problem.role}: {problem.mend}", f"    {problem.what}")
    ]


def wrapped(line: str, width: int) -> str:
    """The line broken at blanks to fit the width, 0 for any."""
    if not width:
        return line
    return textwrap.fill(line, width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _reasons(pod: PlannedPod) -> str:
    """But for what the problem says anyway, when no node group takes the pod."""
    told = any(problem.code == "EC2_NO_NODE_GROUP" for problem in pod.landing.problems)
    return "; ".join(reason for reason in pod.landing.reasons if not (told and reason.startswith("not ")))


def as_markdown(outcomes: Mapping[str, Outcome]) -> str:
    """A section a file: table, reasons, nodes and problems; why there is no plan otherwise."""
    return "\n".join("\n".join(_section(file, one)) + "\n" for file, one in outcomes.items())


def _section(file: str, one: Outcome) -> Iterator[str]:
    yield f"### {_escaped(file)}\n"
    if not isinstance(one, Plan):
        yield from (f"- **not planned**: {_escaped(str(finding))}" for finding in one)
        return
    rows = [[_escaped(cell) for cell in _row(pod)] for pod in one.pods]
    yield tabulate(rows, _HEADERS, tablefmt="github", disable_numparse=True) + "\n"
    for pod in one.pods:
        yield f"- {pod.role}: {_escaped(_reasons(pod))}"
    yield from (f"- {_escaped(_nodes(nodes))}" for nodes in one.nodes)
    for problem in one.problems:
        what = _escaped(f"{problem.role}: {problem.mend}. {problem.what}")
        yield f"- **{problem.severity} {problem.code}**: {what}"


def _escaped(text: str) -> str:
    """Nothing in the text is Markdown."""
    return "".join(f"\\{mark}" if mark in "\\`*_[]<>|#" else mark for mark in printable(text))


def _row(pod: PlannedPod) -> tuple[str, ...]:
    landing, shape = pod.landing, pod.shape
    name = ", ".join(landing.on)
    where = f"Fargate {landing.size or ''} ({name})" if landing.compute == "fargate" else f"EC2 ({name})"
    disk = f" {shape.storage_mib} MiB of disk" if shape.storage_mib else ""
    return (
        pod.role,
        str(pod.count),
        f"{shape.cpu_millis / 1000:g} vCPU {shape.memory_mib} MiB{disk}",
        _nowhere(landing) if landing.pending else where if landing.on else "nodes that a plan does not know",
        ", ".join(landing.zones),
    )


def _nowhere(landing: Landing) -> str:
    return "nowhere: refused" if landing.refused else "nowhere: Pending"


def _nodes(needed: NodesNeeded) -> str:
    names, roles = " or ".join(needed.names), " and ".join(needed.roles)
    number = f"{needed.least} packed"
    if needed.most is None:
        number += ", no number is sure to be enough"
    elif needed.most != needed.least:
        number += f", up to {needed.most} as the scheduler spreads pods"
    else:
        number = f"{needed.least}"
    most = "as many as it takes" if needed.allowed is None else f"at most {needed.allowed}"
    return f"nodes for {roles}: {number}, of {names} in {', '.join(needed.zones)}; {needed.running} run now, {most}"
