"""A kind of pod of a plan, and the run of several kinds."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.executors import Count
from emr_eks_placement.planning.landing import Landing
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.planning.volume_claims import Claim
from emr_eks_placement.scheduling.counting import Run, Wanted
from emr_eks_placement.scheduling.limit_ranges import Default
from emr_eks_placement.scheduling.pod import PodShape

Pairs = Collection[frozenset[Role]]
"""Roles whose pods share no node. In a pair of a role with itself, each of its pods needs a separate node."""


def the(role: Role) -> str:
    """Formats a single pod of a role; executors too, which may be just one."""
    return f"the {role.removesuffix('s')}"


def some(role: Role, number: int) -> str:
    """Formats a number of pods of a role."""
    return f"{number or 'no'} {role.removesuffix('s') if number == 1 else role}"


@dataclass(frozen=True)
class PlannedPod:
    """A kind of pod, its number, and where its pods land."""

    role: Role
    count: Count
    shape: PodShape
    landing: Landing

    @property
    def number(self) -> int:
        """The maximum number of pods; without a limit, the minimum."""
        return self.count.least if self.count.most is None else self.count.most

    @property
    def wanted(self) -> Wanted:
        """Returns the number of pods, and the nodes that can take them."""
        return Wanted(self.shape, self.number, self.landing.nodes)


@dataclass(frozen=True)
class Admitted:
    """A pod with the defaults of its namespace, the objects that set them, its claims, and why the API refuses it."""

    manifest: Mapping[str, Any]
    claims: tuple[Claim, ...] = ()
    defaults: tuple[Default, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class PodOfRun(PlannedPod):
    """A pod with data that a plan does not keep, because it would take half of the memory of thousands of plans.

    manifest: as the run requests it, without unreadable values; admitted: as the API admits it, from which the shape is
    read.
    """

    manifest: Mapping[str, Any]
    admitted: Admitted

    @property
    def spec(self) -> Mapping[str, Any]:
        """The spec of its manifest."""
        spec: Mapping[str, Any] = self.manifest["spec"]
        return spec

    @property
    def planned(self) -> PlannedPod:
        """The part that a plan keeps."""
        return PlannedPod(self.role, self.count, self.shape, self.landing)


def counted(pods: Mapping[Role, PlannedPod]) -> list[Role]:
    """Returns the kinds of pod that land on EC2, in the order of their start."""
    return [role for role, pod in pods.items() if pod.landing.compute == "ec2" and pod.landing.on and pod.number]


def run_of(pods: Mapping[Role, PlannedPod], roles: Sequence[Role], apart: Pairs) -> Run:
    """Returns the last of these roles for counting next to the others."""
    wanted = [pods[role].wanted for role in roles]
    pairs = frozenset(frozenset(roles.index(role) for role in pair) for pair in apart if pair <= set(roles))
    return Run(tuple(wanted[:-1]), wanted[-1], pairs)
