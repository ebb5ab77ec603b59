"""Plans a fleet, prints the problems, and decides whether it may start."""

import argparse
from collections.abc import Sequence

from emr_eks_placement.cli.output.fleet_events import FleetEvents
from emr_eks_placement.cli.output.plan import problem_lines
from emr_eks_placement.cli.output.terminal import wrapped
from emr_eks_placement.common.errors import InputError, printable
from emr_eks_placement.planning import Plan
from emr_eks_placement.runs.fleet_plans import FleetPlans, plan_shapes
from emr_eks_placement.runs.fleet_shapes import Asked, Shapes
from emr_eks_placement.submission.fleet_lines import at_most

_MOST_TOLD = 20  # shapes


def may_start(asked: Sequence[Asked], shapes: Shapes, options: argparse.Namespace, events: FleetEvents) -> bool:
    """Plans every distinct shape, and prints how many runs have it and its problems. Returns whether no problem stops
    the fleet.

    Raises InputError for shapes that can't be planned, unless --force is set.
    """
    plans = plan_shapes(asked, shapes, ignore=options.ignore, fail_on=options.fail_on)
    if plans.not_planned and not options.force:
        raise InputError(at_most(shapes.file, plans.not_planned))
    _tell(plans, events)
    if plans.stopping and not options.force:
        events.note(f"not started: {', '.join(plans.stopping)}. Fix it, or use --ignore CODE or --force")
        return False
    return True


def _tell(plans: FleetPlans, events: FleetEvents) -> None:
    for line in plans.shapes[:_MOST_TOLD]:
        events.say(wrapped(printable(line), events.width))
    if len(plans.shapes) > _MOST_TOLD:
        events.say(f"and {len(plans.shapes) - _MOST_TOLD} more that differ")
    above = ""
    for having in plans.problems.values():
        name, problem = next(iter(having.items()))
        more = f" and {len(having) - 1} more" if len(having) > 1 else ""
        if above != f"{name}{more}:":
            above = f"{name}{more}:"
            events.say(wrapped(printable(above), events.width))
        for line in problem_lines(Plan((), (), (problem,)), events.width, indent="  "):
            events.say(line)
    for finding in plans.not_planned[:_MOST_TOLD]:
        events.note(f"not planned: {finding}")
