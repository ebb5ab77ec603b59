"""Costs in US dollars: a range where it is open, parts with what each is for, and what is left out."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

from emr_eks_placement.facts.prices import HOURS_A_MONTH


@dataclass(frozen=True)
class Amount:
    """From low to high, in US dollars; high is None without a bound."""

    low: float
    high: float | None

    @classmethod
    def of(cls, dollars: float) -> "Amount":
        """An amount that is certain."""
        return cls(dollars, dollars)

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.low + other.low, None if None in (self.high, other.high) else _sum(self.high, other.high))

    def times(self, factor: float) -> "Amount":
        """So many times as much."""
        return Amount(self.low * factor, None if self.high is None else self.high * factor)


ZERO = Amount.of(0.0)


def total(amounts: Iterable[Amount]) -> Amount:
    """Their sum."""
    return reduce(add, amounts, ZERO)


@dataclass(frozen=True)
class Part:
    """One part of a bill.

    kind: what AWS bills, such as Fargate; name: for what; quantity: how much of it, in words; amount: None where something
    that it depends on is not known; unknown: then what that is, such as a price, in words.
    """

    kind: str
    name: str
    quantity: str
    amount: Amount | None
    unknown: str = ""


def total_of(parts: Iterable[Part]) -> Amount:
    """Their sum: without a bound where the price of one is not known."""
    return total(Amount(0.0, None) if part.amount is None else part.amount for part in parts)


@dataclass(frozen=True)
class Bill:
    """Parts, their sum, and what the sum leaves out: costs that are not counted, each in a few words."""

    parts: tuple[Part, ...]
    not_included: tuple[str, ...] = ()

    @property
    def total(self) -> Amount:
        """Of the parts whose price is known: without a bound where one is not."""
        return total_of(self.parts)

    @property
    def unknown(self) -> tuple[str, ...]:
        """What is not known, each once: the sum is without the parts that depend on it."""
        return tuple(dict.fromkeys(part.unknown for part in self.parts if part.amount is None))


def monthly(hourly: Amount) -> Amount:
    """What an hourly cost comes to in a month of 730 hours."""
    return hourly.times(HOURS_A_MONTH)


def _sum(*numbers: float | None) -> float:
    return sum(number for number in numbers if number is not None)
