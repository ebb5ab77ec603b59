"""What a change does to the bill."""

from collections.abc import Mapping
from dataclasses import dataclass

from emr_eks_placement.cost import Amount, Bill, Part, RunCost, monthly
from emr_eks_placement.cost.bill import ZERO, total_of


@dataclass(frozen=True)
class PartChange:
    """A part of a bill before and after, in US dollars; None: it is not there."""

    name: str
    before: Part | None
    after: Part | None

    @property
    def low(self) -> float | None:
        """After less before, at the lower end of both; None if one is unknown."""
        ends = (_amount(self.before), _amount(self.after))
        return None if ends[0] is None or ends[1] is None else ends[1].low - ends[0].low

    @property
    def high(self) -> float | None:
        """After less before, at the upper end of both; None if one is unknown or has no limit."""
        ends = [None if one is None else one.high for one in (_amount(self.before), _amount(self.after))]
        return None if ends[0] is None or ends[1] is None else ends[1] - ends[0]


@dataclass(frozen=True)
class CostChange:
    """The bill of one thing before and after: of a month of an environment at rest, or of an hour of a run.

    parts: those that change. before, after: totals of what is known.
    """

    name: str
    before: Amount
    after: Amount
    parts: tuple[PartChange, ...]

    @property
    def is_change(self) -> bool:
        """Whether anything of it changes."""
        return bool(self.parts)

    @property
    def low(self) -> float:
        """What the known parts cost more after than before, at the lower end of both."""
        return sum(part.low for part in self.parts if part.low is not None)

    @property
    def high(self) -> float | None:
        """The same at the upper end; None where a part has no bound."""
        highs = [part.high for part in self.parts if part.low is not None]
        return None if None in highs else sum(high for high in highs if high is not None)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The parts that change by an amount that is not known."""
        return tuple(part.name for part in self.parts if part.low is None)


def at_rest_change(before: Bill | None, after: Bill | None) -> CostChange:
    """Returns the change of a month of an environment at rest; None without the environment."""
    return _change("at rest", _monthly(before), _monthly(after))


def run_changes(before: Mapping[str, RunCost], after: Mapping[str, RunCost]) -> tuple[CostChange, ...]:
    """Returns the change of an hour of each run by JOB/PLACEMENT, if it changes."""
    labels = dict.fromkeys((*after, *before))
    changes = (_change(label, _hourly(before.get(label)), _hourly(after.get(label))) for label in labels)
    return tuple(one for one in changes if one.is_change)


def _monthly(bill: Bill | None) -> tuple[Part, ...]:
    return tuple(
        Part(one.kind, one.name, one.quantity, None if one.amount is None else monthly(one.amount), one.unknown)
        for one in (bill.parts if bill else ())
    )


def _hourly(run: RunCost | None) -> tuple[Part, ...]:
    return run.hourly.parts if run else ()


def _change(name: str, before: tuple[Part, ...], after: tuple[Part, ...]) -> CostChange:
    """A part whose price is not known changes with its quantity."""
    old, new = ({part.name: part for part in parts} for parts in (before, after))
    parts = [PartChange(part, old.get(part), new.get(part)) for part in dict.fromkeys((*new, *old))]
    changed = (part for part in parts if part.before != part.after and not (part.low == part.high == 0))
    return CostChange(name, total_of(before), total_of(after), tuple(changed))


def _amount(part: Part | None) -> Amount | None:
    return ZERO if part is None else part.amount
