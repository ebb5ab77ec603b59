"""The plans of a fleet's distinct shapes: what is told of them, and whether they let it start."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field

from emr_eks_placement.cli.fleet_events import FleetEvents
from emr_eks_placement.cli.fleet_shapes import Asked, Shapes, shape_of
from emr_eks_placement.cli.plan_output import problem_lines
from emr_eks_placement.cli.planned import stopping, without
from emr_eks_placement.errors import Finding, InputError
from emr_eks_placement.fleet.lines import at_most
from emr_eks_placement.planning import Plan, Problem
from emr_eks_placement.planning.at_once import runs_at_once

_MOST_TOLD = 20  # shapes


@dataclass
class _Plans:
    """shapes: a line for each; problems: by code, of which shapes with the first one; stopping: codes that count."""

    shapes: list[str] = field(default_factory=list)
    problems: dict[str, dict[str, Problem]] = field(default_factory=dict)
    stopping: dict[str, None] = field(default_factory=dict)
    not_planned: list[Finding] = field(default_factory=list)


def may_start(asked: Sequence[Asked], shapes: Shapes, options: argparse.Namespace, events: FleetEvents) -> bool:
    """Plans every distinct shape, tells how many runs have it and its problems, and whether none stops the fleet.

    Raises InputError for those that can't be planned, unless --force.
    """
    plans = _plan(asked, shapes, options)
    if plans.not_planned and not options.force:
        raise InputError(at_most(shapes.file, plans.not_planned))
    _tell(plans, events)
    if plans.stopping and not options.force:
        events.note(f"not started: {', '.join(plans.stopping)}. Mend it, --ignore CODE, or --force")
        return False
    return True


def _plan(asked: Sequence[Asked], shapes: Shapes, options: argparse.Namespace) -> _Plans:
    of_shape: dict[str, list[Asked]] = {}
    for one in asked:
        of_shape.setdefault(shape_of(one.prepared.submittable.request), []).append(one)
    plans = _Plans()
    for alike in of_shape.values():
        first = alike[0]
        name = " ".join((first.prepared.shown_as, *(f"--conf {one}" for one in first.line.conf)))
        try:
            made = without(shapes.plan(first.prepared), options.ignore)
            capacity, _namespace = shapes.account.capacity_for(first.prepared.submittable.request)
        except InputError as error:
            plans.not_planned += error.findings
            continue
        bound = runs_at_once(made, capacity)
        plans.shapes.append(f"{len(alike)} of {name}" + ("" if bound is None else f", at most {bound} of them at once"))
        for problem in made.problems:
            plans.problems.setdefault(problem.code, {}).setdefault(name, problem)
        plans.stopping |= dict.fromkeys(stopping(made, options.fail_on))
    return plans


def _tell(plans: _Plans, events: FleetEvents) -> None:
    for line in plans.shapes[:_MOST_TOLD]:
        events.say(line)
    if len(plans.shapes) > _MOST_TOLD:
        events.say(f"and {len(plans.shapes) - _MOST_TOLD} more that differ")
    for having in plans.problems.values():
        name, problem = next(iter(having.items()))
        events.say(f"{name}{f' and {len(having) - 1} more' if len(having) > 1 else ''}:")
        for line in problem_lines(Plan((), (), (problem,))):
            events.say(f"  {line}")
    for finding in plans.not_planned[:_MOST_TOLD]:
        events.note(f"not planned: {finding}")
