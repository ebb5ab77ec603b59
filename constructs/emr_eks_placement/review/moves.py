"""The effects of a change on the pods of each run: where they land, their size and number, their nodes, and their
problems."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning import Plan, PlannedPod, Problem
from emr_eks_placement.planning.in_words import nodes_in_words, requests_in_words, target_in_words

Pair = tuple[str, str]
"""A value in words before and after; empty where there is none."""
ROLES: tuple[Role, ...] = ("submitter", "driver", "executors")


@dataclass(frozen=True)
class PodMove:
    """A kind of pod whose landing, number or size changes. changes: each difference, before and after."""

    role: Role
    changes: Mapping[str, Pair]


@dataclass(frozen=True)
class RunMove:
    """A run, by JOB/PLACEMENT, whose plan changes.

    is_new, is_gone: whether it exists only after, or only before, the change. nodes: its nodes before and after. `come`,
    `gone`: its added and removed problems.
    """

    label: str
    pods: tuple[PodMove, ...] = ()
    nodes: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    come: tuple[Problem, ...] = ()
    gone: tuple[Problem, ...] = ()
    is_new: bool = False
    is_gone: bool = False


def moves(before: Mapping[str, Plan], after: Mapping[str, Plan]) -> tuple[RunMove, ...]:
    """Returns the runs whose plans differ in more than their reasons: those that exist after the change first."""
    labels = dict.fromkeys((*after, *before))
    return tuple(move for label in labels if (move := _move(label, before.get(label), after.get(label))) is not None)


def alike(some: Iterable[RunMove]) -> list[tuple[tuple[str, ...], RunMove]]:
    """Runs that a change does the same to, together: their labels, and one of them."""
    found: dict[str, list[RunMove]] = {}
    for move in some:
        found.setdefault(repr(replace(move, label="")), []).append(move)
    return [(tuple(move.label for move in group), group[0]) for group in found.values()]


def _move(label: str, old: Plan | None, new: Plan | None) -> RunMove | None:
    pods = tuple(_pod_moves(old, new))
    nodes = tuple(tuple(map(nodes_in_words, plan.nodes)) if plan else () for plan in (old, new))
    problems = [plan.problems if plan else () for plan in (old, new)]
    come = tuple(one for one in problems[1] if one not in problems[0])
    gone = tuple(one for one in problems[0] if one not in problems[1])
    if not pods and not come and not gone and nodes[0] == nodes[1]:
        return None
    return RunMove(label, pods, (nodes[0], nodes[1]), come, gone, is_new=old is None, is_gone=new is None)


def _pod_moves(old: Plan | None, new: Plan | None) -> Iterator[PodMove]:
    sides = [{pod.role: facts_of(pod) for pod in plan.pods} if plan else {} for plan in (old, new)]
    for role in ROLES:
        before, after = (side.get(role, {}) for side in sides)
        changes = {
            name: (before.get(name, ""), after.get(name, ""))
            for name in dict.fromkeys((*before, *after))
            if before.get(name, "") != after.get(name, "")
        }
        if changes:
            yield PodMove(role, changes)


def facts_of(pod: PlannedPod) -> dict[str, str]:
    """Returns the values of a kind of pod that a review compares, in words."""
    nodes = [node for some in pod.landing.nodes.values() for node in some]
    return {
        "lands on": target_in_words(pod),
        "zones": ", ".join(pod.landing.zones),
        "number": str(pod.count),
        "requests": requests_in_words(pod),
        "instance types": ", ".join(dict.fromkeys(node.machine.name for node in nodes)),
        "sold as": ", ".join(dict.fromkeys(node.capacity_type for node in nodes)),
    }
