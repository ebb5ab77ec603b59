"""List prices in US dollars an hour: AWS Fargate (Linux, x86) and what EMR on EKS adds.

Sources: AWS Fargate pricing and Amazon EMR pricing, as of 2026-11, for us-east-1. Both bill a pod by the second, at least a
minute, from when its image is first pulled until it ends: Fargate by the size that it grants, EMR by the vCPU and the memory
that driver and executors request (EMR on EKS guide, "Running Spark jobs with spark-submit"). Not in
here: EC2 instances, the EKS cluster, storage beyond 20 GiB, discounts and taxes.
"""

from dataclasses import dataclass

LEAST_SECONDS = 60


@dataclass(frozen=True)
class Prices:
    """In US dollars for an hour of one vCPU and of one GB of memory."""

    fargate_vcpu: float
    fargate_gb: float
    emr_vcpu: float
    emr_gb: float


_BY_REGION = {"us-east-1": Prices(fargate_vcpu=0.04048, fargate_gb=0.004445, emr_vcpu=0.01012, emr_gb=0.00111125)}


def prices_of(region: str) -> Prices | None:
    """The prices of a region; None for one whose prices are not known here."""
    return _BY_REGION.get(region)
