"""The matrix of a page: where the pods of every job land in each of its placements. Jobs that are alike are one row."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from emr_eks_placement.common.errors import Finding
from emr_eks_placement.cost import RunCost
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning import NodesNeeded, Plan, PlannedPod, Problem
from emr_eks_placement.planning.in_words import nodes_in_words, target_in_words
from emr_eks_placement.review.moves import RunMove, facts_of
from emr_eks_placement.review.picture.found import Found, found_of
from emr_eks_placement.review.picture.in_words import NOT_KNOWN, dollars_in_words, few_names, number_of
from emr_eks_placement.review.picture.signs import ADDED, CHANGED, REMOVED, SAME, Sign
from emr_eks_placement.review.review import Review
from emr_eks_placement.review.words import dollars

_STATES = {"error": "✕", "warning": "!", "ok": "✓"}
_IN_FRONT = ("lands on", "number")
_NOT = "not "  # begins why a node group takes no pod
_MOST_REFUSED = {True: 10, False: 2}  # reasons, of a pod that is Pending and of one that is not


@dataclass(frozen=True)
class PodCell:
    """A kind of pod of a run. facts: in words by what they are of; changes: what, before and after."""

    role: Role
    lands: str
    facts: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Cell:
    """A run: a job in a placement. state: error, warning or ok; mark: its sign; words: what it means."""

    placement: str
    state: str
    words: str
    sign: Sign
    pods: tuple[PodCell, ...]
    nodes: tuple[str, ...]
    found: tuple[Found, ...]
    gone: tuple[Found, ...]
    hour: str
    difference: str
    why_not: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """The sign of the state."""
        return _STATES[self.state]


@dataclass(frozen=True)
class Row:
    """Jobs whose runs are alike."""

    jobs: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def changes(self) -> bool:
        """Whether a run of them does."""
        return any(cell.sign or cell.difference for cell in self.cells)

    @property
    def state(self) -> str:
        """The worst of its runs."""
        return min((cell.state for cell in self.cells), key=list(_STATES).index)


def matrix(review: Review) -> tuple[Row, ...]:
    """The rows: the worst first, then in the order of the file."""
    jobs: dict[str, list[Cell]] = defaultdict(list)
    for label, cell in _cells(review):
        jobs[label.partition("/")[0]].append(cell)
    alike: dict[tuple[Cell, ...], list[str]] = defaultdict(list)
    for job, cells in jobs.items():
        alike[tuple(cells)].append(job)
    rows = [Row(tuple(names), cells) for cells, names in alike.items()]
    return tuple(sorted(rows, key=lambda row: list(_STATES).index(row.state)))


def _cells(review: Review) -> Iterator[tuple[str, Cell]]:
    before = review.before
    old: Mapping[str, Plan] = before.plans if before else {}
    moves = {move.label: move for move in review.moves} if before else {}
    differences = {one.name: dollars(one) for one in review.costs} if before else {}
    not_planned = review.after.not_planned
    for label in dict.fromkeys((*review.after.plans, *not_planned, *old)):
        placement = label.partition("/")[2]
        if label in not_planned:
            yield label, _refused(placement, not_planned[label])
            continue
        is_there = label in review.after.plans
        plan = review.after.plans[label] if is_there else old[label]
        costs = review.after.costs if is_there or before is None else before.costs
        yield label, _cell(placement, plan, moves.get(label), costs.get(label), differences.get(label, ""))


def _cell(placement: str, plan: Plan, move: RunMove | None, cost: RunCost | None, difference: str) -> Cell:
    severities = [problem.severity for problem in plan.problems]
    state = next((one for one in ("error", "warning") if one in severities), "ok")
    number = severities.count("error" if state == "error" else "warning")
    return Cell(
        placement=placement,
        state=state,
        words="ok" if state == "ok" else number_of(number, state),
        sign=_sign(move),
        pods=tuple(_pod(pod, move) for pod in plan.pods),
        nodes=tuple(nodes_in_words(_with_few_names(one)) for one in plan.nodes),
        found=_serious(plan.problems),
        gone=_serious(move.gone) if move and not move.is_gone else (),
        hour=_hour(cost),
        difference=difference,
    )


def _serious(problems: Iterable[Problem]) -> tuple[Found, ...]:
    """Errors and warnings; notes are with the problems of all runs."""
    return tuple(dict.fromkeys(found_of(one) for one in problems if one.severity != "note"))


def _refused(placement: str, findings: tuple[Finding, ...]) -> Cell:
    why = tuple(str(one) for one in findings)
    return Cell(placement, "error", "not planned", SAME, (), (), (), (), "", "", why)


def _sign(move: RunMove | None) -> Sign:
    if move is None:
        return SAME
    return ADDED if move.is_new else REMOVED if move.is_gone else CHANGED


def _pod(pod: PlannedPod, move: RunMove | None) -> PodCell:
    facts = facts_of(pod)
    few = replace(pod, landing=replace(pod.landing, on=few_names(pod.landing.on)))
    lands = target_in_words(few) if pod.role != "executors" else f"{pod.count} x {target_in_words(few)}"
    compared = move.pods if move is not None and not move.is_new and not move.is_gone else ()
    changes = next((one.changes for one in compared if one.role == pod.role), {})
    return PodCell(
        role=pod.role,
        lands=lands,
        facts=tuple((name, words) for name, words in facts.items() if words and name not in _IN_FRONT),
        reasons=tuple(_together(pod.landing.reasons, _MOST_REFUSED[pod.landing.pending])),
        changes=tuple((name, was or "nothing", now or "nothing") for name, (was, now) in changes.items()),
    )


def _with_few_names(needed: NodesNeeded) -> NodesNeeded:
    return replace(needed, node_groups=few_names(needed.names), node_pools=())


def _together(reasons: Iterable[str], most: int) -> Iterator[str]:
    """The reasons; of node groups that are refused for the same one, once, and at most so many of these."""
    refused: dict[str, list[str]] = defaultdict(list)
    for reason in reasons:
        name, colon, why = reason.removeprefix(_NOT).partition(": ")
        if reason.startswith(_NOT) and colon:
            refused[why].append(name)
        else:
            yield reason
    for why, names in [*refused.items()][:most]:
        yield f"{_NOT}{', '.join(few_names(names))}: {why}"
    left = sum(len(names) for names in [*refused.values()][most:])
    if left:
        yield f"{_NOT}{left} more, for other reasons: emr-placement plan prints them"


def _hour(cost: RunCost | None) -> str:
    if cost is None:
        return ""
    if not cost.starts:
        return "does not start"
    words = dollars_in_words(cost.hourly.total)
    return f"cost {words}" if words == NOT_KNOWN else f"{words} an hour"
