"""The prices for costs: a price list, and the assumption about Spot."""

from collections.abc import Iterable
from dataclasses import dataclass

from emr_eks_placement.cost.bill import Amount, Part
from emr_eks_placement.facts.prices import HOURS_A_MONTH, PriceList, Rates
from emr_eks_placement.scheduling.capacity import Node


@dataclass(frozen=True)
class Prices:
    """A price list, and the assumed discount of Spot from On-Demand if the list has no Spot price: 0.6 is 60 %.

    spot_discount: None without an assumption.
    """

    listed: PriceList
    spot_discount: float | None = None

    @property
    def rates(self) -> Rates:
        """Prices by size or by number."""
        return self.listed.rates

    @property
    def region(self) -> str:
        """The region of the price list."""
        return self.listed.region

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Returns the assumptions in words."""
        if self.spot_discount is None:
            return ()
        return (f"Spot nodes cost {self.spot_discount:.0%} less than On-Demand where no Spot price is listed",)

    def node_hour(self, node: Node) -> float | None:
        """Returns the price of an hour of the node's instance; None if unknown."""
        name = node.machine.name
        on_demand = self.listed.ec2.get(name)
        if node.capacity_type == "on-demand":
            return on_demand
        listed = self.listed.spot.get(node.zone, {}).get(name)
        if listed is not None or on_demand is None or self.spot_discount is None:
            return listed
        return on_demand * (1 - self.spot_discount)

    def nodes_hour(self, nodes: Iterable[Node]) -> Amount | None:
        """Returns the price of an hour of one of these nodes, cheapest to dearest; None if a price is unknown."""
        hours = [self.node_hour(node) for node in nodes]
        known = [hour for hour in hours if hour is not None]
        return Amount(min(known), max(known)) if known and len(known) == len(hours) else None

    def missing(self, nodes: Iterable[Node]) -> str:
        """Returns which prices of nodes are unknown, in words: one, and how many more; empty if all are known."""
        unknown = dict.fromkeys(self._in_words(node) for node in nodes if self.node_hour(node) is None)
        first, *others = unknown or ("",)
        more = f" and {len(others)} more" if others else ""
        return f"the price of {first}{more}" if first else ""

    def _in_words(self, node: Node) -> str:
        spot = node.capacity_type == "spot"
        return f"{'Spot' if spot else 'On-Demand'} {node.machine.name} in {node.zone if spot else self.region}"

    def disk_hour(self, gib: int | None) -> float | None:
        """Returns the price of an hour of a gp3 volume; None if its price or its size is unknown."""
        month = self.rates.gp3_gb_month
        return None if gib is None or month is None else gib * month / HOURS_A_MONTH


def part(name: str, quantity: str, rate: float | None, number: float, missing: str) -> Part:
    """Returns the part of a number of equal things. missing: what is unknown without a rate."""
    return Part(
        name, name, quantity, None if rate is None else Amount.of(rate * number), "" if rate is not None else missing
    )
