"""Compares planned and observed pods."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from emr_eks_placement.facts import kubernetes
from emr_eks_placement.job.placement import ROLES, Role
from emr_eks_placement.observation.pod import ObservedPod
from emr_eks_placement.planning import Plan, PlannedPod
from emr_eks_placement.scheduling.capacity import UNKNOWN_ZONE, Capacity
from emr_eks_placement.scheduling.fargate import granted_sizes

Verdict = Literal["yes", "no", "pending", "missing", "none", "unknown"]
"""Whether pods are as planned. missing: they do not exist yet; none: the run has ended, and they do not exist, or no
longer; unknown: there is no plan, or their node was not read."""
DIFFERENT: tuple[Verdict, ...] = ("no", "pending", "missing")


@dataclass(frozen=True)
class Row:
    """Equal pods of a role. like: one of them, None if there is none; differences: from the plan, in words; on: the
    plan's name of their node group, node pool or Fargate profile."""

    role: Role
    verdict: Verdict
    like: ObservedPod | None
    names: tuple[str, ...]
    differences: tuple[str, ...] = ()
    on: str | None = None


@dataclass(frozen=True)
class Comparison:
    """The rows, at least one for each role."""

    rows: tuple[Row, ...]

    @property
    def verdicts(self) -> frozenset[Verdict]:
        """The verdicts of all rows."""
        return frozenset(row.verdict for row in self.rows)


def compare(
    plan: Plan | None, pods: Sequence[ObservedPod], capacity: Capacity | None, *, has_ended: bool
) -> Comparison:
    """Compares the plan of a run's request with the run's pods; without a plan, lists the pods only.

    capacity: the one that was planned for; has_ended: whether the run has ended, so that missing pods will not appear.
    The work grows with the number of pods, the number of rows with the number of different pods.
    """
    rows: list[Row] = []
    for role in ROLES:
        planned = plan.of(role) if plan else None
        own = [pod for pod in pods if pod.role == role]
        rows += _rows(role, planned, own, capacity)
        if planned is not None:
            rows += _count(planned, own, has_ended=has_ended)
    return Comparison(tuple(rows))


def _rows(
    role: Role, planned: PlannedPod | None, own: Sequence[ObservedPod], capacity: Capacity | None
) -> Iterator[Row]:
    grouped: dict[tuple[object, ...], list[ObservedPod]] = {}
    for pod in own:
        grouped.setdefault(_essence(pod), []).append(pod)
    for like, *others in grouped.values():
        differences = tuple(_differences(planned, like, capacity)) if planned and capacity else ()
        names = (like.name, *(pod.name for pod in others))
        on = _planned_name(like, capacity) if capacity else like.on
        yield Row(role, _verdict(planned, like, differences), like, names, differences, on)


def _essence(pod: ObservedPod) -> tuple[object, ...]:
    """Returns the values by which a reader distinguishes pods."""
    pending = _without_name(pod.pending, pod.name)
    return pod.phase, pod.compute, pod.on, pod.zone, pod.instance_type, pod.capacity_type, pod.size, pending


def _without_name(text: str | None, name: str) -> str | None:
    return text and text.replace(name, "")


def _verdict(planned: PlannedPod | None, pod: ObservedPod, differences: tuple[str, ...]) -> Verdict:
    if differences:
        return "no"
    if pod.pending is not None:
        return "pending"
    is_known = pod.on is not None and pod.zone is not None
    return "yes" if planned and (is_known or not planned.landing.on) else "unknown"


def _differences(planned: PlannedPod, pod: ObservedPod, capacity: Capacity) -> Iterator[str]:
    """Yields the differences of the pod's known place; none while it is on no node."""
    landing = planned.landing
    if pod.compute is None:
        return
    if landing.pending:
        yield "it is planned as Pending"
        return
    if pod.compute != landing.compute:
        yield f"on {_compute(pod.compute)}, not {_compute(landing.compute)}"
        return
    on = _planned_name(pod, capacity)
    if landing.on and on is not None and on not in landing.on:
        yield f"on {on}, not {' or '.join(landing.on)}"
    if landing.zones and pod.zone is not None and not {pod.zone, UNKNOWN_ZONE}.intersection(landing.zones):
        yield f"in {pod.zone}, not {' or '.join(landing.zones)}"
    if landing.size is not None and pod.size is not None and pod.size not in granted_sizes(planned.shape):
        yield f"granted {pod.size}, not {landing.size}"


def _count(planned: PlannedPod, own: Sequence[ObservedPod], *, has_ended: bool) -> Iterator[Row]:
    """Yields a row for too few or too many pods. Finished pods may have been replaced, a driver by retries."""
    there = sum(not pod.has_finished for pod in own)
    count = planned.count
    if count.most is not None and there > count.most:
        yield Row(planned.role, "no", None, (), (f"{there} at once, not {count}",))
    elif not own and has_ended and count.least:
        yield Row(planned.role, "none", None, ())
    elif there < count.least and not has_ended:
        yield Row(planned.role, "missing", None, (), (f"{there}, not {count}",))


def _compute(compute: str) -> str:
    return "Fargate" if compute == "fargate" else "EC2"


def _planned_name(pod: ObservedPod, capacity: Capacity) -> str | None:
    """Returns the capacity's name of the node group, node pool or Fargate profile of a pod on a node."""
    deployed: Mapping[str, str | None]
    if pod.compute == "fargate":
        deployed = {name: one.deployed_name for name, one in capacity.fargate_profiles.items()}
    elif kubernetes.NODE_GROUP in (pod.node_labels or {}):
        deployed = {name: one.deployed_name for name, one in capacity.node_groups.items()}
    else:
        deployed = {name: one.name for name, one in capacity.node_pools.items()}
    return next((name for name, known in deployed.items() if known == pod.on), pod.on)
