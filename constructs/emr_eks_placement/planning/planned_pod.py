"""A kind of pod of a plan, and the run that such kinds make together."""

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
"""Roles whose pods share no node; a role alone: each pod of it needs a node of its own."""


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


@dataclass(frozen=True)
class Admitted:
    """A pod with the defaults of its namespace, what gave them, the claims made for it, and why the API refuses it."""

    manifest: Mapping[str, Any]
    claims: tuple[Claim, ...] = ()
    defaults: tuple[Default, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class PodOfRun(PlannedPod):
    """With what a plan does not keep: of thousands of plans it would be half of the memory.

    manifest: as the run asks for it, without what nothing can read; admitted: as the API lets it in, which the shape is of.
    """

    manifest: Mapping[str, Any]
    admitted: Admitted

    @property
    def spec(self) -> Mapping[str, Any]:
        """Of its manifest."""
        spec: Mapping[str, Any] = self.manifest["spec"]
        return spec

    @property
    def planned(self) -> PlannedPod:
        """What a plan keeps."""
        return PlannedPod(self.role, self.count, self.shape, self.landing)


def counted(pods: Mapping[Role, PlannedPod]) -> list[Role]:
    """The kinds of pod that land on EC2, in the order in which they start."""
    return [role for role, pod in pods.items() if pod.landing.compute == "ec2" and pod.landing.on and pod.number]


def run_of(pods: Mapping[Role, PlannedPod], roles: Sequence[Role], apart: Pairs) -> Run:
    """The last of these roles, counted beside the others."""
    wanted = [pods[role].wanted for role in roles]
    pairs = frozenset(frozenset(roles.index(role) for role in pair) for pair in apart if pair <= set(roles))
    return Run(tuple(wanted[:-1]), wanted[-1], pairs)
