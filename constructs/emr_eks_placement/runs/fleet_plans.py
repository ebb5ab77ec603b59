"""The plans of a fleet's distinct shapes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from emr_eks_placement.common.errors import Finding, InputError
from emr_eks_placement.common.redaction import without_secret
from emr_eks_placement.planning import Problem
from emr_eks_placement.planning.concurrent_runs import concurrent_runs
from emr_eks_placement.runs.fleet_shapes import Asked, Shapes, shape_of
from emr_eks_placement.runs.source import stopping, without


@dataclass
class FleetPlans:
    """The plans. shapes: a line for each; problems: by code, with how many shapes and the first one; stopping: codes
    that count."""

    shapes: list[str] = field(default_factory=list)
    problems: dict[str, dict[str, Problem]] = field(default_factory=dict)
    stopping: dict[str, None] = field(default_factory=dict)
    not_planned: list[Finding] = field(default_factory=list)


def plan_shapes(asked: Sequence[Asked], shapes: Shapes, *, ignore: Collection[str], fail_on: str) -> FleetPlans:
    """Plans every distinct shape once. Problems with the codes `ignore` do not count. fail_on: `error` or `warning`."""
    of_shape: dict[str, list[Asked]] = {}
    for one in asked:
        of_shape.setdefault(shape_of(one.prepared.request), []).append(one)
    plans = FleetPlans()
    for alike in of_shape.values():
        first = alike[0]
        name = " ".join((first.prepared.shown_as, *map(_shown, first.line.conf)))
        try:
            planned, capacity = shapes.plan(first.prepared)
        except InputError as error:
            plans.not_planned += error.findings
            continue
        made = without(planned, ignore)
        bound = concurrent_runs(made, capacity)
        plans.shapes.append(f"{len(alike)} of {name}" + ("" if bound is None else f", at most {bound} of them at once"))
        for problem in made.problems:
            plans.problems.setdefault(problem.code, {}).setdefault(name, problem)
        plans.stopping |= dict.fromkeys(stopping(made, fail_on))
    return plans


def _shown(conf: str) -> str:
    name, _, value = conf.partition("=")
    return f"--conf {name}={without_secret(name, value)}"
