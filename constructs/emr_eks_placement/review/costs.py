"""What a change does to the bill."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emr_eks_placement.cost import Amount, Bill, Part, RunCost, monthly
from emr_eks_placement.cost.bill import ZERO


@dataclass(frozen=True)
class Difference:
    """A cost before and after, in US dollars. None: its price is not known; nothing of it there: 0."""

    name: str
    before: Amount | None
    after: Amount | None

    @property
    def low(self) -> float | None:
        """After less before, at the lower end of both; None where one is not known."""
        return None if self.before is None or self.after is None else self.after.low - self.before.low

    @property
    def high(self) -> float | None:
        """After less before, at the upper end of both; None where one is not known or has no bound."""
        ends = [None if one is None else one.high for one in (self.before, self.after)]
        return None if ends[0] is None or ends[1] is None else ends[1] - ends[0]

    @property
    def is_change(self) -> bool:
        """Whether the cost changes, or whether it is known."""
        return self.before != self.after


@dataclass(frozen=True)
class CostChange:
    """Of one thing that is paid for, a month of it or an hour: its total and its parts, those alone that change."""

    total: Difference
    parts: tuple[Difference, ...]

    @property
    def is_change(self) -> bool:
        """Whether anything of it changes."""
        return self.total.is_change or bool(self.parts)


def at_rest_change(before: Bill | None, after: Bill | None) -> CostChange:
    """Of a month of an environment at rest; None: the environment is not there."""
    return _change("at rest, a month", _monthly(before), _monthly(after))


def run_changes(before: Mapping[str, RunCost], after: Mapping[str, RunCost]) -> tuple[CostChange, ...]:
    """Of an hour of each run by JOB/PLACEMENT, those alone that change."""
    labels = dict.fromkeys((*after, *before))
    changes = (_change(label, _hourly(before.get(label)), _hourly(after.get(label))) for label in labels)
    return tuple(one for one in changes if one.is_change)


def _monthly(bill: Bill | None) -> Bill | None:
    if bill is None:
        return None
    parts = (
        Part(one.kind, one.name, one.quantity, None if one.amount is None else monthly(one.amount), one.unknown)
        for one in bill.parts
    )
    return Bill(tuple(parts), bill.not_included)


def _hourly(run: RunCost | None) -> Bill | None:
    return None if run is None else run.hourly


def _change(name: str, before: Bill | None, after: Bill | None) -> CostChange:
    sides = [_by_name(one.parts if one else ()) for one in (before, after)]
    names = dict.fromkeys((*sides[1], *sides[0]))
    parts = [Difference(part, sides[0].get(part, ZERO), sides[1].get(part, ZERO)) for part in names]
    totals = [ZERO if one is None else one.total for one in (before, after)]
    return CostChange(Difference(name, totals[0], totals[1]), tuple(one for one in parts if one.is_change))


def _by_name(parts: Iterable[Part]) -> dict[str, Amount | None]:
    return {part.name: part.amount for part in parts}
