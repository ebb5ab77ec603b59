"""The cheapest of several placements of a job, and why."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emr_eks_placement.cost.bill import Amount
from emr_eks_placement.cost.of_run import RunCost


@dataclass(frozen=True)
class Choice:
    """The cheapest placement, `hour` in US dollars. reason: why the next one costs more; empty without another."""

    placement: str
    hour: float
    reason: str = ""


@dataclass(frozen=True)
class Cheapest:
    """The cheapest placements of a job.

    shared: if other pods fill the rest of the nodes; alone: if a run has its nodes to itself, None if their number has
    no limit. not_compared: placements that do not start, or with an unknown price, with the reason.
    """

    shared: Choice | None
    alone: Choice | None
    not_compared: Mapping[str, str]


def cheapest(costs: Mapping[str, RunCost]) -> Cheapest:
    """Returns the cheapest placements by the cost of an hour, the first of equal ones. costs: of a job, by the name of
    the placement."""
    not_compared = {name: why for name, cost in costs.items() if (why := _why_not(cost))}
    compared = {name: cost for name, cost in costs.items() if name not in not_compared}
    return Cheapest(_choice(compared, lambda one: one.low), _choice(compared, lambda one: one.high), not_compared)


def _choice(costs: Mapping[str, RunCost], end: Callable[[Amount], float | None]) -> Choice | None:
    hours = {name: hour for name, cost in costs.items() if (hour := end(cost.hourly.total)) is not None}
    if not hours:
        return None
    first, *others = sorted(hours, key=lambda name: hours[name])
    if not others:
        return Choice(first, hours[first])
    more = hours[others[0]] - hours[first]
    if not more:
        return Choice(first, hours[first], f"{others[0]} costs as much")
    mine, other = (_by_kind(costs[name], end) for name in (first, others[0]))
    kind = max(other, key=lambda one: other[one] - mine[one])
    return Choice(first, hours[first], f"{others[0]} costs {more:.4f} more an hour, mostly for {kind}")


def _by_kind(cost: RunCost, end: Callable[[Amount], float | None]) -> defaultdict[str, float]:
    found: defaultdict[str, float] = defaultdict(float)
    for part in cost.hourly.parts:
        found[part.kind] += (end(part.amount) or 0.0) if part.amount else 0.0
    return found


def _why_not(cost: RunCost) -> str:
    if cost.not_started:
        role = cost.not_started[0]
        return f"the {role} {'do' if role == 'executors' else 'does'} not start"
    return f"{cost.unknown[0]} is not known" if cost.unknown else ""
