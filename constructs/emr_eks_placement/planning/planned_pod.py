"""A kind of pod of a plan."""

from dataclasses import dataclass

from emr_eks_placement.placement import Role
from emr_eks_placement.planning.executors import Count
from emr_eks_placement.planning.landing import Landing
from emr_eks_placement.scheduling.counting import Wanted
from emr_eks_placement.scheduling.pod import PodShape


def the(role: Role) -> str:
    """The one pod of a role, in words: of executors too there may be just one."""
    return f"the {role.removesuffix('s')}"


def some(role: Role, number: int) -> str:
    """So many pods of a role, in words."""
    return f"{number or 'no'} {role.removesuffix('s') if number == 1 else role}"


@dataclass(frozen=True)
class PlannedPod:
    """A kind of pod, how many there are of it, and where they land."""

    role: Role
    count: Count
    shape: PodShape
    landing: Landing

    @property
    def number(self) -> int:
        """The highest number of pods; without a bound, the lowest."""
        return self.count.least if self.count.most is None else self.count.most

    @property
    def wanted(self) -> Wanted:
        """So many pods, and the nodes that can take them."""
        return Wanted(self.shape, self.number, self.landing.nodes)
