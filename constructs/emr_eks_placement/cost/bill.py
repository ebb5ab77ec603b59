"""Costs in US dollars: an amount or a range, the parts with their purposes, and what is not included."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

from emr_eks_placement.facts.prices import HOURS_A_MONTH


@dataclass(frozen=True)
class Amount:
    """An amount from low to high, in US dollars; high is None without a limit."""

    low: float
    high: float | None

    @classmethod
    def of(cls, dollars: float) -> "Amount":
        """Returns an amount that is certain."""
        return cls(dollars, dollars)

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.low + other.low, None if None in (self.high, other.high) else _sum(self.high, other.high))

    def times(self, factor: float) -> "Amount":
        """Returns a multiple of the amount."""
        return Amount(self.low * factor, None if self.high is None else self.high * factor)


ZERO = Amount.of(0.0)


def total(amounts: Iterable[Amount]) -> Amount:
    """Returns the sum of the amounts."""
    return reduce(add, amounts, ZERO)


@dataclass(frozen=True)
class Part:
    """One part of a bill.

    kind: the billed service, such as Fargate; name: its purpose; quantity: in words; amount: None if a needed value is
    unknown; unknown: that value, such as a price, in words.
    """

    kind: str
    name: str
    quantity: str
    amount: Amount | None
    unknown: str = ""


def total_of(parts: Iterable[Part]) -> Amount:
    """Returns the sum of the parts, without an upper limit if one price is unknown."""
    return total(Amount(0.0, None) if part.amount is None else part.amount for part in parts)


@dataclass(frozen=True)
class Bill:
    """Parts, their sum, and costs that the sum does not include, each in a few words."""

    parts: tuple[Part, ...]
    not_included: tuple[str, ...] = ()

    @property
    def total(self) -> Amount:
        """The sum of the parts with known prices, without an upper limit if one is unknown."""
        return total_of(self.parts)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The unknown values, without duplicates; the sum does not include parts that depend on them."""
        return tuple(dict.fromkeys(part.unknown for part in self.parts if part.amount is None))


def monthly(hourly: Amount) -> Amount:
    """Returns the amount for a month of 730 hours."""
    return hourly.times(HOURS_A_MONTH)


def _sum(*numbers: float | None) -> float:
    return sum(number for number in numbers if number is not None)
