"""The cost of a job run, from its plan.

Fargate bills the size that it grants. EC2 bills nodes: a run costs its pods' share of them if other pods fill the rest,
and whole nodes if it has them to itself. EMR bills the vCPU and memory that driver and executors request.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from emr_eks_placement.cost.bill import Amount, Bill, Part, total_of
from emr_eks_placement.cost.nodes import parts_of_nodes
from emr_eks_placement.cost.prices import Prices
from emr_eks_placement.facts.prices import DIRECTIONS, FREE_FARGATE_STORAGE_GB, LEAST_SECONDS
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning import Plan, PlannedPod
from emr_eks_placement.scheduling.capacity import Capacity

_NOT_INCLUDED = (
    "volumes that pods claim",
    "traffic through NAT gateways and interface endpoints",
    "S3 storage and requests",
    "logs",
)
_SECONDS_AN_HOUR = 3600
_MIB_A_GB = 1024  # AWS bills a GiB as a GB


@dataclass(frozen=True)
class Usage:
    """How a job runs: the hours of a run, runs in a month, GB that executors of a run send each other; None: unknown."""

    hours: float | None = None
    runs_a_month: float | None = None
    shuffle_gb: float | None = None

    def over(self, other: "Usage") -> "Usage":
        """Returns this usage, with the values of the other where this one has none."""
        return Usage(
            other.hours if self.hours is None else self.hours,
            other.runs_a_month if self.runs_a_month is None else self.runs_a_month,
            other.shuffle_gb if self.shuffle_gb is None else self.shuffle_gb,
        )


@dataclass(frozen=True)
class RunCost:
    """The cost of a run in one placement.

    hourly: the bill of an hour, while all its pods run; once: further costs of each run. not_started: the pods that do
    not start, which cost nothing.
    """

    hourly: Bill
    once: tuple[Part, ...]
    usage: Usage
    not_started: tuple[Role, ...] = ()

    @property
    def starts(self) -> bool:
        """Whether the run can complete: waiting executors do not stop it."""
        return not {"submitter", "driver"}.intersection(self.not_started)

    @property
    def run(self) -> Amount | None:
        """Returns the cost of a run if every pod runs as long as the run; None if its hours are unknown."""
        if self.usage.hours is None:
            return None
        hours = max(self.usage.hours, LEAST_SECONDS / _SECONDS_AN_HOUR)
        return self.hourly.total.times(hours) + total_of(self.once)

    @property
    def month(self) -> Amount | None:
        """Returns the cost of a month's runs; None if their hours or their number is unknown."""
        run, runs = self.run, self.usage.runs_a_month
        return None if run is None or runs is None else run.times(runs)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Returns what is unknown, in words."""
        return tuple(
            dict.fromkeys((*self.hourly.unknown, *(part.unknown for part in self.once if part.amount is None)))
        )


def cost_of_run(plan: Plan, capacity: Capacity, prices: Prices, usage: Usage) -> RunCost:
    """Returns the cost of a planned run. The work does not grow with the number of executors."""
    pods = [pod for pod in plan.pods if not pod.landing.pending]
    parts = (*_on_fargate(pods, prices), *parts_of_nodes(pods, plan.nodes, capacity, prices), *_emr(pods, prices))
    waiting = tuple(pod.role for pod in plan.pods if pod.landing.pending)
    left_out = (
        *(f"{role}, which do not start" if role == "executors" else f"the {role}" for role in waiting),
        *_NOT_INCLUDED,
    )
    return RunCost(Bill(parts, left_out), tuple(_traffic(pods, prices, usage)), usage, waiting)


def _on_fargate(pods: list[PlannedPod], prices: Prices) -> Iterator[Part]:
    for pod in pods:
        size = pod.landing.size
        if pod.landing.compute == "fargate" and size is not None:
            storage_gb = pod.shape.storage_mib / _MIB_A_GB
            disk = f" {storage_gb:.4g} GB of disk" if storage_gb > FREE_FARGATE_STORAGE_GB else ""
            hour = prices.listed.fargate_hour(size.vcpus, size.memory_gb, max(storage_gb, FREE_FARGATE_STORAGE_GB))
            yield _for_each(
                pod,
                "Fargate",
                f"{pod.role} on Fargate",
                f"{size}{disk}",
                hour,
                f"the price of Fargate in {prices.region}",
            )


def _emr(pods: list[PlannedPod], prices: Prices) -> Iterator[Part]:
    for pod in pods:
        if pod.role != "submitter":
            vcpus, gb = pod.shape.cpu_millis / 1000, pod.shape.memory_mib / _MIB_A_GB
            hour = prices.listed.emr_hour(pod.landing.compute, vcpus, gb)
            name, quantity = f"EMR on EKS for {pod.role}", f"{vcpus:g} vCPU {gb:.4g} GB"
            yield _for_each(pod, "EMR on EKS", name, quantity, hour, f"the price of EMR on EKS in {prices.region}")


def _traffic(pods: list[PlannedPod], prices: Prices, usage: Usage) -> Iterator[Part]:
    """Yields the cost of traffic between executors in several zones: at most the share that crosses zones if they are
    spread evenly and send equal amounts."""
    executors = next((pod for pod in pods if pod.role == "executors"), None)
    if executors is None or not usage.shuffle_gb:
        return
    zones = min(len(executors.landing.zones), executors.number)
    if zones < 2:
        return
    share, rate = (zones - 1) / zones, prices.rates.inter_zone_gb
    amount = None if rate is None else Amount(0.0, usage.shuffle_gb * share * rate * DIRECTIONS)
    quantity = f"up to {share:.0%} of {usage.shuffle_gb:g} GB crosses {zones} zones"
    yield Part(
        "traffic between zones",
        "shuffle between zones",
        quantity,
        amount,
        f"the price of traffic between zones in {prices.region}",
    )


def _for_each(pod: PlannedPod, kind: str, name: str, quantity: str, hour: float | None, missing: str) -> Part:
    least, most = pod.count.least, pod.count.most
    amount = None if hour is None else Amount(hour * least, None if most is None else hour * most)
    return Part(kind, name, f"{pod.count} x {quantity}", amount, missing if amount is None else "")
