"""A kind of pod of a plan."""

from dataclasses import dataclass

from emr_eks_placement.placement import Role
from emr_eks_placement.planning.executors import Count
from emr_eks_placement.planning.landing import Landing
from emr_eks_placement.scheduling.pod import PodShape


@dataclass(frozen=True)
class PlannedPod:
    """A kind of pod, how many there are of it, and where they land."""

    role: Role
    count: Count
    shape: PodShape
    landing: Landing
