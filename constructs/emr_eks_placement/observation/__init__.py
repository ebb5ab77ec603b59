"""Compares the pods of a job run in the cluster with the plan. No I/O."""

from emr_eks_placement.observation.compare import Comparison, compare
from emr_eks_placement.observation.cost import Cost, cost_so_far
from emr_eks_placement.observation.events import Warnings, warnings_of
from emr_eks_placement.observation.pod import ObservedPod, observed_pod

__all__ = [
    "Comparison",
    "Cost",
    "ObservedPod",
    "Warnings",
    "compare",
    "cost_so_far",
    "observed_pod",
    "warnings_of",
]
