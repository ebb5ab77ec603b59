"""A review as one comment of a pull request: a summary line, then parts that open; within GitHub's limit, whatever its size."""

from collections.abc import Iterable, Iterator, Sequence

from emr_eks_placement.cli.output.markdown import escaped
from emr_eks_placement.cli.output.review_table import (
    before_deployment,
    nodes_lines,
    place_of,
    rows_of,
    title_of,
    why_changed,
)
from emr_eks_placement.review import AccessChange, CostChange, ResourceChange, Review, RunMove
from emr_eks_placement.review.findings import PlacedFinding
from emr_eks_placement.review.moves import alike
from emr_eks_placement.review.words import dollars, summary

LONGEST = 65_536
"""Characters of a comment on GitHub (GitHub's REST API refuses a longer body)."""
_ROOM_FOR_CUT = 200


def as_markdown(one: Review, findings: Sequence[PlacedFinding]) -> str:
    """Returns the comment. Its first line is a marker, by which a bot finds its own comment again."""
    parts = [
        _part("Before you deploy", list(_before(findings)), is_open=True),
        _part(
            "Resources",
            list(_resources(one.resources or ())),
            is_open=any(c.ends_something for c in one.resources or ()),
        ),
        _part("Access", list(_access(one.access))),
        *(_part(*_runs(labels, move)) for labels, move in alike(one.moves)),
        _part("Costs, in US dollars", list(_costs((one.at_rest, *one.costs)))),
    ]
    name = one.after.environment.name if one.after.environment else one.after.label
    head = f"{marker(name)}\n**{escaped(name)}**: {escaped(summary(one))}\n"
    return _within(head, [part for part in parts if part])


def marker(name: str) -> str:
    """Returns a comment that nobody sees; name: of the environment, so that each has a comment of its own."""
    safe = "".join(mark if mark.isalnum() or mark in "-_." else "-" for mark in name)
    return f"<!-- emr-placement review {safe} -->"


def _within(head: str, parts: Sequence[str]) -> str:
    text, left = head, list(parts)
    while left and len(text) + len(left[0]) + 1 <= LONGEST - _ROOM_FOR_CUT:
        text += "\n" + left.pop(0)
    if left:
        text += f"\n*{len(left)} of {len(parts)} parts are left out: a comment has at most {LONGEST:,} characters.*\n"
    return text


def _part(title: str, lines: Sequence[str], *, is_open: bool = False) -> str:
    if not lines:
        return ""
    body = "\n".join(lines)
    return f"<details{' open' if is_open else ''}><summary>{title}</summary>\n\n{body}\n\n</details>\n"


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headers)} |"
    yield f"|{'---|' * len(headers)}"
    yield from (f"| {' | '.join(escaped(cell) for cell in row)} |" for row in rows)


def _before(findings: Iterable[PlacedFinding]) -> Iterator[str]:
    for one in before_deployment(findings):
        yield f"- **{one.level} {one.rule}**, {escaped(place_of(one))}: {escaped(one.message)}"


def _resources(changes: Sequence[ResourceChange]) -> Iterator[str]:
    if changes:
        rows = (
            (
                change.effect + (f": {change.holds} may go with it" if change.ends_something else ""),
                change.kind,
                change.name,
                change.stack,
                why_changed(change),
            )
            for change in changes
        )
        yield from _table(("effect", "type", "resource", "stack", "why"), rows)


def _access(changes: Sequence[AccessChange]) -> Iterator[str]:
    if changes:
        rows = (("new" if one.is_new else "gone", one.resource, one.stack, one.what) for one in changes)
        yield from _table(("", "resource", "stack", "what"), rows)


def _runs(labels: Sequence[str], move: RunMove) -> tuple[str, list[str]]:
    come = f", {len(move.come)} problem{'' if len(move.come) == 1 else 's'}" if move.come else ""
    lines = []
    if not move.is_gone:
        rows = [(pod.role, *row) for pod in move.pods for row in rows_of(pod)]
        lines += [*_table(("pod", "what", "before", "after"), rows), ""] if rows else []
    lines += [f"- {'gone' if line.startswith('-') else 'new'}: {escaped(line[2:])}" for line in nodes_lines(move)]
    for sign, problems in (("new", move.come), ("gone", move.gone)):
        for problem in problems:
            what = escaped(f"{problem.role}: {problem.fix}. {problem.what}")
            lines.append(f"- {sign}: **{problem.severity} {problem.code}**: {what}")
    return f"{escaped(title_of(labels, move))}{come}", lines or ["Nothing of it runs any more."]


def _costs(changes: Iterable[CostChange]) -> Iterator[str]:
    at_rest, *runs = changes
    named = {"a month at rest": at_rest, **{f"an hour of {one.name}": one for one in runs}}
    rows = [(name, dollars(one)) for name, one in named.items() if one.is_change]
    if rows:
        yield from _table(("what", "difference"), rows)
