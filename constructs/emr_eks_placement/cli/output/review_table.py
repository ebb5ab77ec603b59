"""A review in the terminal: what ends something first, then pods and costs; the summary comes last."""

from collections.abc import Iterable, Iterator, Sequence

from emr_eks_placement.cli.output.cost import shown_amount
from emr_eks_placement.cli.output.plan import pod_lines, problem_lines
from emr_eks_placement.cli.output.terminal import INDENT, severity, styled, table, terminal_width, wrapped
from emr_eks_placement.common.errors import printable
from emr_eks_placement.planning import Plan
from emr_eks_placement.review import AccessChange, CostChange, PodMove, ResourceChange, Review, RunMove
from emr_eks_placement.review.findings import PlacedFinding
from emr_eks_placement.review.moves import alike
from emr_eks_placement.review.words import dollars, summary

_SIGNS = {"added": "+", "removed": "-", "updated": "~", "replaced": "-/+", "may be replaced": "~/+"}
_MOST_TYPES, _MOST_LABELS = 3, 4


def as_table(one: Review, findings: Sequence[PlacedFinding]) -> str:
    """findings: what the deployment refuses or interrupts, and what can't be planned; problems are with their runs."""
    width = terminal_width()
    blocks = [list(_findings(findings, width))]
    if one.before is None:
        blocks += [[*_planned(label, plan, width)] for label, plan in one.after.plans.items()]
        blocks.append(list(_prices((one.at_rest, *one.costs), width)))
    else:
        blocks.append(list(_resources(one.resources or (), width)))
        blocks.append(list(_access(one.access, width)))
        blocks += [list(_runs(labels, move, width)) for labels, move in alike(one.moves)]
        blocks.append(list(_costs(one.at_rest, one.costs, width)))
    shown = ["\n".join(block) + "\n" for block in blocks if block]
    return "\n".join([*shown, wrapped(printable(summary(one)), width) + "\n"])


def _findings(findings: Iterable[PlacedFinding], width: int) -> Iterator[str]:
    for one in before_deployment(findings):
        line = wrapped(printable(f"{one.level} {one.rule}: {place_of(one)}: {one.message}"), width)
        yield line.replace(one.level, severity(one.level), 1)


def _planned(label: str, plan: Plan, width: int) -> Iterator[str]:
    yield styled(printable(label), "heading")
    yield from pod_lines(plan, width)
    yield from problem_lines(plan, width)


def _prices(changes: Iterable[CostChange], width: int) -> Iterator[str]:
    at_rest, *runs = changes
    yield styled("costs, in US dollars", "heading")
    rows = [(at_rest.name, "a month", shown_amount(at_rest.after, "a month"))]
    rows += [(one.name, "an hour", shown_amount(one.after, "an hour")) for one in runs]
    yield from table(("what", "for", "costs"), rows, width, narrowed=(0,))


def before_deployment(findings: Iterable[PlacedFinding]) -> list[PlacedFinding]:
    """Returns what to know before the deployment: the findings that no run and no resource of the review shows."""
    return [
        one for one in findings if one.is_new and one.rule in ("CHANGE_REFUSED", "CHANGE_INTERRUPTS", "NOT_PLANNED")
    ]


def place_of(one: PlacedFinding) -> str:
    """As FILE:LINE."""
    return one.file if one.line is None else f"{one.file}:{one.line}"


def _resources(changes: Sequence[ResourceChange], width: int) -> Iterator[str]:
    if not changes:
        return
    yield styled("resources", "heading")
    for change in changes:
        ends = f": {change.holds} may go with it" if change.ends_something else ""
        line = f"{_SIGNS[change.effect]} {change.kind} {change.name} in {change.stack}{ends}"
        yield styled(wrapped(printable(line), width), "bad") if ends else wrapped(printable(line), width)
        if why := why_changed(change):
            yield wrapped(printable(why), width, indent=INDENT)


def _access(changes: Sequence[AccessChange], width: int) -> Iterator[str]:
    if changes:
        yield styled("access", "heading")
    for change in changes:
        yield wrapped(
            printable(f"{'+' if change.is_new else '-'} {change.resource} in {change.stack}: {change.what}"), width
        )


def why_changed(change: ResourceChange) -> str:
    """Returns what of a resource changes, and which replaced resources it follows."""
    words = [f"{change.effect} for {', '.join(change.properties)}"] if change.properties else []
    words += [f"created with {', '.join(change.because)}, replaced"] if change.because else []
    words += ["what was there stays outside the stack"] if change.kept else []
    return "; ".join(words)


def _runs(labels: Sequence[str], move: RunMove, width: int) -> Iterator[str]:
    yield wrapped(styled(printable(title_of(labels, move)), "heading"), width)
    if not move.is_gone:
        rows = [(pod.role, *row) for pod in move.pods for row in rows_of(pod)]
        yield from table(("pod", "what", "before", "after"), rows, width, narrowed=(3, 2)) if rows else ()
    yield from nodes_lines(move, width)
    for sign, problems in (("+", move.come), ("-", move.gone)):
        for problem in problems:
            words = f"{sign} {problem.severity} {problem.code}: {problem.role}: {problem.fix}"
            yield wrapped(printable(words), width)
            yield wrapped(printable(problem.what), width, indent=INDENT)


def nodes_lines(move: RunMove, width: int = 0) -> Iterator[str]:
    """Yields the numbers of nodes that change: - before, + after."""
    before, after = move.nodes
    yield from (wrapped(printable(f"- {one}"), width) for one in before if one not in after)
    yield from (wrapped(printable(f"+ {one}"), width) for one in after if one not in before)


def title_of(labels: Sequence[str], move: RunMove) -> str:
    """Returns the runs, some of many; and whether they are new or removed."""
    named = ", ".join(labels[:_MOST_LABELS])
    more = f" and {len(labels) - _MOST_LABELS} more" if len(labels) > _MOST_LABELS else ""
    are = "is" if len(labels) == 1 else "are"
    return f"{named}{more}{f' {are} new' if move.is_new else f' {are} removed' if move.is_gone else ''}"


def rows_of(pod: PodMove) -> Iterator[tuple[str, str, str]]:
    """Yields what changes of a kind of pod: name, before and after; long lists are cut."""
    for name, (before, after) in pod.changes.items():
        yield name, _cut(name, before), _cut(name, after)


def _cut(name: str, value: str) -> str:
    words = value.split(", ")
    if name != "instance types" or len(words) <= _MOST_TYPES:
        return value
    return f"{', '.join(words[:_MOST_TYPES])} and {len(words) - _MOST_TYPES} more"


def _costs(at_rest: CostChange, runs: Iterable[CostChange], width: int) -> Iterator[str]:
    rows = [(at_rest.name, "a month", dollars(at_rest))] if at_rest.is_change else []
    rows += [(one.name, "an hour", dollars(one)) for one in runs]
    if rows:
        yield styled("costs", "heading")
        yield from table(("what", "for", "difference"), rows, width, narrowed=(2, 0))
