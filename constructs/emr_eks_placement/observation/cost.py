"""What the pods of a run have cost so far, by list prices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from emr_eks_placement.facts.prices import LEAST_SECONDS, Prices, prices_of
from emr_eks_placement.observation.pod import ObservedPod


@dataclass(frozen=True)
class Cost:
    """In US dollars. fargate: of the pods on Fargate; emr: what EMR on EKS adds for driver and executors.

    unpriced_pods: on EC2, whose instances cost something too, which is not known here.
    """

    fargate: float
    emr: float
    unpriced_pods: int

    @property
    def total(self) -> float:
        """Without EC2 instances."""
        return self.fargate + self.emr

    def __str__(self) -> str:
        """As $0.0123 (Fargate $0.0100, EMR $0.0023), without the EC2 instances of 2 pods."""
        parts = f"${self.total:.4f} (Fargate ${self.fargate:.4f}, EMR ${self.emr:.4f})"
        if not self.unpriced_pods:
            return parts
        pods = f"{self.unpriced_pods} pod{'s' if self.unpriced_pods > 1 else ''}"
        return f"{parts}, without the EC2 instances of {pods}"


def cost_so_far(pods: Iterable[ObservedPod], region: str, now: datetime) -> Cost | None:
    """The cost of the pods from their start to their end or to `now`; None in a region whose prices are not known.

    Of pods that Kubernetes has deleted nothing is known: the true cost is at least this.
    """
    prices = prices_of(region)
    if prices is None:
        return None
    fargate = emr = 0.0
    unpriced = 0
    for pod in pods:
        hours = _billed_hours(pod, now)
        emr += hours * _of_emr(pod, prices)
        fargate += hours * _of_fargate(pod, prices)
        unpriced += pod.compute == "ec2" and hours > 0
    return Cost(fargate, emr, unpriced)


def _billed_hours(pod: ObservedPod, now: datetime) -> float:
    """0 before it starts, and of a finished one whose end is not known."""
    if pod.started_at is None or (pod.has_finished and pod.finished_at is None):
        return 0.0
    seconds = ((pod.finished_at or now) - pod.started_at).total_seconds()
    return max(LEAST_SECONDS, round(seconds)) / 3600


def _of_emr(pod: ObservedPod, prices: Prices) -> float:
    if pod.role == "submitter":
        return 0.0
    return prices.emr_vcpu * pod.cpu_millis / 1000 + prices.emr_gb * pod.memory_mib / 1024


def _of_fargate(pod: ObservedPod, prices: Prices) -> float:
    if pod.compute != "fargate" or pod.size is None:
        return 0.0
    return prices.fargate_vcpu * pod.size.vcpus + prices.fargate_gb * pod.size.memory_gb
