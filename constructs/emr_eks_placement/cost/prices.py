"""The prices that costs are worked out with: a price list, and what is assumed of Spot."""

from collections.abc import Iterable
from dataclasses import dataclass

from emr_eks_placement.cost.bill import Amount, Part
from emr_eks_placement.facts.prices import HOURS_A_MONTH, PriceList, Rates
from emr_eks_placement.scheduling.capacity import Node


@dataclass(frozen=True)
class Prices:
    """A price list, and how much less than On-Demand Spot is taken to cost where the list has no price of it: 0.6 is 60 %.

    spot_discount: None where nothing is assumed.
    """

    listed: PriceList
    spot_discount: float | None = None

    @property
    def rates(self) -> Rates:
        """What is billed by size or by number."""
        return self.listed.rates

    @property
    def region(self) -> str:
        """Of the price list."""
        return self.listed.region

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is assumed, in words."""
        if self.spot_discount is None:
            return ()
        return (f"Spot nodes cost {self.spot_discount:.0%} less than On-Demand where no Spot price is listed",)

    def node_hour(self, node: Node) -> float | None:
        """An hour of the node's instance; None where its price is not known."""
        name = node.machine.name
        on_demand = self.listed.ec2.get(name)
        if node.capacity_type == "on-demand":
            return on_demand
        listed = self.listed.spot.get(node.zone, {}).get(name)
        if listed is not None or on_demand is None or self.spot_discount is None:
            return listed
        return on_demand * (1 - self.spot_discount)

    def nodes_hour(self, nodes: Iterable[Node]) -> Amount | None:
        """An hour of one of these nodes, cheapest to dearest; None where a price is not known."""
        hours = [self.node_hour(node) for node in nodes]
        known = [hour for hour in hours if hour is not None]
        return Amount(min(known), max(known)) if known and len(known) == len(hours) else None

    def missing(self, nodes: Iterable[Node]) -> str:
        """Which prices of nodes are not known, in words: one, and how many more; empty where all are."""
        unknown = dict.fromkeys(self._in_words(node) for node in nodes if self.node_hour(node) is None)
        first, *others = unknown or ("",)
        more = f" and {len(others)} more" if others else ""
        return f"the price of {first}{more}" if first else ""

    def _in_words(self, node: Node) -> str:
        spot = node.capacity_type == "spot"
        return f"{'Spot' if spot else 'On-Demand'} {node.machine.name} in {node.zone if spot else self.region}"

    def disk_hour(self, gib: int | None) -> float | None:
        """An hour of a gp3 volume; None where its price or its size is not known."""
        month = self.rates.gp3_gb_month
        return None if gib is None or month is None else gib * month / HOURS_A_MONTH


def part(name: str, quantity: str, rate: float | None, number: float, missing: str) -> Part:
    """A number of equal things; missing: what is not known where there is no rate."""
    return Part(
        name, name, quantity, None if rate is None else Amount.of(rate * number), "" if rate is not None else missing
    )
