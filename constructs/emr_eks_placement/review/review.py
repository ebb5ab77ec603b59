"""The effects of a change of an environment: on resources, on every pod and on the bill, and its problems."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from emr_eks_placement.changes import (
    Deployed,
    JobRunsRecord,
    PlatformRecord,
    VirtualClustersRecord,
    interruptions,
    refusals,
)
from emr_eks_placement.common.errors import Finding, RuleError
from emr_eks_placement.cost import Bill, RunCost
from emr_eks_placement.environment import Environment
from emr_eks_placement.planning import Plan, Problem
from emr_eks_placement.review.access import AccessChange, access_changes
from emr_eks_placement.review.costs import CostChange, at_rest_change, run_changes
from emr_eks_placement.review.moves import RunMove, moves
from emr_eks_placement.review.resources import ResourceChange, Templates, resource_changes


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of a review.

    label: its name on the command line. environment: None for a cloud assembly, which has only resources. plans, costs:
    of each run by JOB/PLACEMENT; not_planned: why others are not. at_rest: an hour of the environment. templates: None
    if they were not synthesized.
    """

    label: str
    environment: Environment | None = None
    plans: Mapping[str, Plan] = field(default_factory=dict)
    not_planned: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    costs: Mapping[str, RunCost] = field(default_factory=dict)
    at_rest: Bill | None = None
    templates: Templates | None = None


@dataclass(frozen=True, kw_only=True)
class Review:
    """A change, or a single environment if before is None.

    resources: None where they are not compared; access: who may do or reach what. refusals: why what is deployed can't be
    changed so; interruptions: what of running pods the deployment ends; both with paths in the environment file of the side
    after.
    """

    before: Side | None
    after: Side
    resources: tuple[ResourceChange, ...] | None
    access: tuple[AccessChange, ...]
    moves: tuple[RunMove, ...]
    at_rest: CostChange
    costs: tuple[CostChange, ...]
    refusals: tuple[RuleError, ...] = ()
    interruptions: tuple[RuleError, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the change has no effect that a review compares."""
        return not (
            self.resources
            or self.moves
            or self.at_rest.is_change
            or self.costs
            or self.refusals
            or self.interruptions
            or self.after.not_planned != (self.before.not_planned if self.before else {})
        )

    @property
    def come(self) -> tuple[tuple[str, Problem], ...]:
        """The added problems, by run; for a single environment all problems."""
        return tuple((move.label, problem) for move in self.moves for problem in move.come)

    @property
    def gone(self) -> tuple[tuple[str, Problem], ...]:
        """The removed problems, by run."""
        return tuple((move.label, problem) for move in self.moves for problem in move.gone)


def review(before: Side | None, after: Side) -> Review:
    """Returns the review of a change. The work grows with the number of different runs, not with the number of pods."""
    old = before or Side(label="")
    templates = _templates(before, after)
    refused, interrupted = _deployment(old.environment, after.environment)
    return Review(
        before=before,
        after=after,
        resources=None if templates is None else resource_changes(*templates),
        access=() if templates is None else access_changes(*templates),
        moves=moves(old.plans, after.plans),
        at_rest=at_rest_change(old.at_rest, after.at_rest),
        costs=run_changes(old.costs, after.costs),
        refusals=refused,
        interruptions=interrupted,
    )


def _templates(before: Side | None, after: Side) -> tuple[Templates, Templates] | None:
    old = before.templates if before else {}
    return None if old is None or after.templates is None else (old, after.templates)


def _deployment(
    old: Environment | None, new: Environment | None
) -> tuple[tuple[RuleError, ...], tuple[RuleError, ...]]:
    """Treats the environment before as deployed; one with another name is deployed in addition to it."""
    if old is None or new is None or old.name != new.name:
        return (), ()
    deployed = Deployed(
        platform=PlatformRecord.of(old),
        virtual_clusters=VirtualClustersRecord.of(old),
        job_runs=JobRunsRecord.of(old),
    )
    return tuple(refusals(deployed, new)), tuple(interruptions(deployed, new))
