"""The cheapest of several placements of a job."""

from collections.abc import Mapping
from dataclasses import dataclass

from emr_eks_placement.cost.of_run import RunCost


@dataclass(frozen=True)
class Cheapest:
    """The cheapest placements of a job.

    shared: where other pods fill the rest of the nodes; alone: where a run has its nodes to itself, None where their number
    has no bound. not_compared: placements that do not start, or with a price that is not known, each with the reason.
    """

    shared: str | None
    alone: str | None
    not_compared: Mapping[str, str]


def cheapest(costs: Mapping[str, RunCost]) -> Cheapest:
    """By the cost of an hour, the first of equal ones. costs: of a job, by the name of the placement."""
    not_compared = {name: why for name, cost in costs.items() if (why := _why_not(cost))}
    totals = {name: cost.hourly.total for name, cost in costs.items() if name not in not_compared}
    highs = {name: amount.high for name, amount in totals.items() if amount.high is not None}
    return Cheapest(
        min(totals, key=lambda name: totals[name].low, default=None),
        min(highs, key=lambda name: highs[name], default=None),
        not_compared,
    )


def _why_not(cost: RunCost) -> str:
    if cost.not_started:
        role = cost.not_started[0]
        return f"the {role} {'do' if role == 'executors' else 'does'} not start"
    return f"{cost.unknown[0]} is not known" if cost.unknown else ""
