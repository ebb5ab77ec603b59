"""Costs as bars: before and after on one scale, each from its lower to its upper end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from emr_eks_placement.cost import Amount, Bill, Part, monthly
from emr_eks_placement.review.picture.in_words import dollars_in_words
from emr_eks_placement.review.review import Review, Side
from emr_eks_placement.review.words import dollars

_SCALE = 100.0
_TAIL = 6.0  # of a bar whose upper end is not known


@dataclass(frozen=True)
class Bar:
    """Of an amount: sure up to `low`, maybe up to `high`, both from 0 to 100; a short tail where the upper end is not known."""

    low: float
    high: float


@dataclass(frozen=True)
class CostRow:
    """A cost in words and as bars; before, difference, was: empty where nothing is compared."""

    name: str
    quantity: str
    before: str
    after: str
    difference: str
    was: Bar | None
    now: Bar | None


@dataclass(frozen=True)
class Costs:
    """What a page shows of money. unknown, not_included: what no sum has in it."""

    at_rest: tuple[CostRow, ...]
    runs: tuple[CostRow, ...]
    unknown: tuple[str, ...]
    not_included: tuple[str, ...]


@dataclass(frozen=True)
class _Cost:
    """None: not known, or, of a side where it is not there, not there."""

    name: str
    quantity: str
    before: Amount | None
    after: Amount | None
    is_before: bool
    is_after: bool
    difference: str = ""


def costs_of(review: Review) -> Costs:
    """The costs of a change, those alone that change but for the total at rest; or of one environment."""
    before, after = review.before, review.after
    if before is None:
        at_rest = _rows(_bill(after.at_rest), "")
        runs = _rows(
            (_Cost(label, "", None, cost.hourly.total, False, True) for label, cost in after.costs.items()), ""
        )
    else:
        at_rest = _rows(_at_rest(review), "none")
        runs = _rows(_runs(review, before), "none")
    bills = list(_bills(review))
    unknown = dict.fromkeys(one for bill in bills for one in bill.unknown)
    not_included = dict.fromkeys(one for bill in bills for one in bill.not_included)
    return Costs(at_rest, runs, tuple(unknown), tuple(not_included))


def _bill(bill: Bill | None) -> Iterator[_Cost]:
    if bill is not None:
        yield _Cost("total", "", None, monthly(bill.total), is_before=False, is_after=True)
        for part in bill.parts:
            amount = None if part.amount is None else monthly(part.amount)
            yield _Cost(part.name, part.quantity, None, amount, is_before=False, is_after=True)


def _at_rest(review: Review) -> Iterator[_Cost]:
    whole = review.at_rest
    yield _Cost("total", "", whole.before, whole.after, True, True, dollars(whole))
    for one in whole.parts:
        quantities = dict.fromkeys(part.quantity for part in (one.before, one.after) if part is not None)
        amounts = _amount(one.before), _amount(one.after)
        is_there = one.before is not None, one.after is not None
        yield _Cost(one.name, " → ".join(quantities), *amounts, *is_there, dollars(one))


def _runs(review: Review, before: Side) -> Iterator[_Cost]:
    for one in review.costs:
        is_there = one.name in before.costs, one.name in review.after.costs
        yield _Cost(one.name, "", one.before, one.after, *is_there, dollars(one))


def _rows(costs: Iterable[_Cost], none: str) -> tuple[CostRow, ...]:
    """none: how a cost reads where it is not there."""
    every = list(costs)
    ends = [
        end for one in every for amount in (one.before, one.after) if amount for end in (amount.low, amount.high) if end
    ]
    most = max(ends, default=1.0)
    return tuple(
        CostRow(
            one.name,
            one.quantity,
            dollars_in_words(one.before) if one.is_before else none,
            dollars_in_words(one.after) if one.is_after else none,
            one.difference,
            _bar(one.before, most) if one.is_before else None,
            _bar(one.after, most) if one.is_after else None,
        )
        for one in every
    )


def _amount(part: Part | None) -> Amount | None:
    return part.amount if part is not None else None


def _bar(amount: Amount | None, most: float) -> Bar | None:
    if amount is None or (amount.high is None and not amount.low):
        return None
    room = _SCALE - _TAIL
    low = amount.low / most * room
    return Bar(round(low, 1), round(low + _TAIL if amount.high is None else amount.high / most * room, 1))


def _bills(review: Review) -> Iterator[Bill]:
    sides: tuple[Side | None, ...] = (review.after, review.before)
    for side in sides:
        if side is not None:
            yield from (bill for bill in (side.at_rest, *(cost.hourly for cost in side.costs.values())) if bill)
