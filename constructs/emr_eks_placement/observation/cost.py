"""The cost of a run's pods so far, at list prices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from emr_eks_placement.cost.nodes import shares_of_room
from emr_eks_placement.facts.instance_types import instance_type
from emr_eks_placement.facts.prices import LEAST_SECONDS, PriceList, shipped_prices
from emr_eks_placement.observation.pod import ObservedPod
from emr_eks_placement.scheduling.capacity import room_of
from emr_eks_placement.scheduling.pod import MIB


@dataclass(frozen=True)
class Cost:
    """Costs in US dollars. fargate: of the pods on Fargate; emr: the uplift of EMR on EKS for driver and executors.

    unpriced_pods: on EC2, whose instances also cost something, which is not known here.
    """

    fargate: float
    emr: float
    ec2: float
    unpriced_pods: int

    @property
    def total(self) -> float:
        """Without the unpriced pods' nodes."""
        return self.fargate + self.emr + self.ec2

    def __str__(self) -> str:
        """Formats the cost as $0.0123 (Fargate $0.0100, EMR $0.0023), without the EC2 instances of 2 pods."""
        named = {"Fargate": self.fargate, "EMR": self.emr, "share of EC2 nodes": self.ec2}
        shown = (f"{name} ${dollars:.4f}" for name, dollars in named.items() if dollars or name != "share of EC2 nodes")
        parts = f"${self.total:.4f} ({', '.join(shown)})"
        if not self.unpriced_pods:
            return parts
        pods = f"{self.unpriced_pods} pod{'s' if self.unpriced_pods > 1 else ''}"
        return f"{parts}, without the EC2 instances of {pods}"


def cost_so_far(pods: Iterable[ObservedPod], region: str, now: datetime) -> Cost | None:
    """Returns the cost of the pods from their start to their end or to `now`; None in a region with unknown prices.

    Nothing is known of pods that Kubernetes has deleted, so the real cost may be higher.
    """
    prices = shipped_prices(region)
    if (
        prices.fargate_hour(1, 1) is None
        or prices.emr_hour("fargate", 1, 1) is None
        or prices.emr_hour("ec2", 1, 1) is None
    ):
        return None
    fargate = emr = ec2 = 0.0
    unpriced = 0
    for pod in pods:
        hours = _billed_hours(pod, now)
        emr += hours * _of_emr(pod, prices)
        fargate += hours * _of_fargate(pod, prices)
        share = _of_node(pod, prices)
        ec2 += hours * (share or 0.0)
        unpriced += pod.compute == "ec2" and share is None and hours > 0
    return Cost(fargate, emr, ec2, unpriced)


def _billed_hours(pod: ObservedPod, now: datetime) -> float:
    """Returns the hours to bill: 0 before the start, and for a finished pod whose end is unknown."""
    if pod.started_at is None or (pod.has_finished and pod.finished_at is None):
        return 0.0
    seconds = ((pod.finished_at or now) - pod.started_at).total_seconds()
    return max(LEAST_SECONDS, round(seconds)) / 3600


def _of_emr(pod: ObservedPod, prices: PriceList) -> float:
    if pod.role == "submitter":
        return 0.0
    return prices.emr_hour(pod.compute or "ec2", pod.cpu_millis / 1000, pod.memory_mib / 1024) or 0.0


def _of_fargate(pod: ObservedPod, prices: PriceList) -> float:
    if pod.compute != "fargate" or pod.size is None:
        return 0.0
    return prices.fargate_hour(pod.size.vcpus, pod.size.memory_gb) or 0.0


def _of_node(pod: ObservedPod, prices: PriceList) -> float | None:
    """Returns what the pod's share of its node costs, as if other pods filled the rest; None where the node's price is
    not known."""
    if (pod.capacity_type or "").upper().replace("-", "_") != "ON_DEMAND" or pod.instance_type not in prices.ec2:
        return None
    machine = instance_type(pod.instance_type)
    return prices.ec2[machine.name] * max(
        shares_of_room(pod.cpu_millis, pod.memory_mib * MIB, room_of(machine, None)).values()
    )
