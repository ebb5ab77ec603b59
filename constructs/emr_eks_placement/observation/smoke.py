"""One run of a smoke test: the plan, the observation, and the differences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.job.placement import ROLES, Role
from emr_eks_placement.observation.compare import Comparison, Row, compare
from emr_eks_placement.observation.containers import container_differences
from emr_eks_placement.observation.difference import Difference
from emr_eks_placement.observation.events import Warnings
from emr_eks_placement.observation.logged import log_differences
from emr_eks_placement.observation.pod import ObservedPod
from emr_eks_placement.planning import Plan, PlannedPod
from emr_eks_placement.scheduling.capacity import Capacity, Node
from emr_eks_placement.scheduling.fargate import node_labels


@dataclass(frozen=True, kw_only=True)
class SmokeRun:
    """The observation of a run. plan: for the live cluster, manifests: its pods. run: None if none was started.

    pods: each as last observed; warnings: of Kubernetes, for a run that did not complete; logs: the names of its logs
    below its prefix, by service, None if they were not read; not_read: what else was not read, with the reason; failed:
    why it was not started, or was cancelled.
    """

    plan: Plan
    manifests: Mapping[Role, Mapping[str, Any]]
    capacity: Capacity
    run: JobRun | None = None
    pods: tuple[ObservedPod, ...] = ()
    warnings: tuple[Warnings, ...] = ()
    logs: Mapping[str, Sequence[str]] | None = None
    not_read: tuple[str, ...] = ()
    failed: str | None = None

    def seconds_to_run(self, role: Role) -> float | None:
        """Returns the seconds from the submission until a container of the first such pod ran; None if that was not
        observed."""
        starts = [pod.running_at for pod in self.pods if pod.role == role and pod.running_at is not None]
        if self.run is None or not starts:
            return None
        return max(0.0, (min(starts) - self.run.created_at).total_seconds())


def differences(seen: SmokeRun) -> list[Difference]:
    """Returns every difference from the plan, and what is unknown; empty if the run agreed."""
    found = list(_of_run(seen))
    found += [Difference("not-read", "warning", reason) for reason in seen.not_read]
    if seen.run is not None:
        found += _of_pods(seen)
        if seen.logs is not None and seen.run.state == "COMPLETED":
            found += log_differences(seen.manifests, seen.logs)
    return list(dict.fromkeys(found))


def _of_run(seen: SmokeRun) -> Iterator[Difference]:
    if seen.failed is not None:
        yield Difference("run", "error", seen.failed)
    elif seen.run is not None and seen.run.state != "COMPLETED":
        reason = f" ({seen.run.failure_reason})" if seen.run.failure_reason else ""
        yield Difference(
            "run", "error", f"it is {seen.run.state}{reason}: {seen.run.details or 'EMR reports no reason'}"
        )
    for warning in seen.warnings:
        yield Difference("run", "error", f"Kubernetes warns: {warning.of}: {warning.texts[0]}")
    if seen.run is None:
        for problem in seen.plan.problems:
            if problem.severity == "error":
                yield Difference("plan", "error", f"{problem.code}: {problem.what}", problem.role)


def _of_pods(seen: SmokeRun) -> Iterator[Difference]:
    compared = compare(seen.plan, seen.pods, seen.capacity, has_ended=True)
    elsewhere = {name for row in compared.rows if row.verdict == "no" for name in row.names}
    yield from _of_places(compared)
    for role in ROLES:
        planned = seen.plan.of(role)
        for pod in seen.pods:
            if pod.role == role:
                yield from container_differences(planned, seen.manifests[role], pod.containers)
                if pod.name not in elsewhere:
                    yield from node_differences(planned, pod, seen.capacity.region)
        yield from _too_few(planned, sum(pod.role == role for pod in seen.pods))


def _of_places(compared: Comparison) -> Iterator[Difference]:
    for row in compared.rows:
        if row.verdict == "no":
            for one in row.differences:
                yield Difference("pods", "error", _where(row, one), row.role)
        elif row.verdict == "pending" and row.like is not None:
            yield Difference("pods", "error", f"it was not seen to run: {row.like.pending}", row.role)
        elif row.verdict == "none":
            yield Difference("not-read", "warning", "no such pod was seen while the run went on", row.role)
        elif row.verdict == "unknown":
            yield Difference("not-read", "warning", "its node was not read", row.role)


def _where(row: Row, difference: str) -> str:
    return difference if row.like is not None else f"there are {difference}"


def _too_few(planned: PlannedPod, seen: int) -> Iterator[Difference]:
    if 0 < seen < planned.count.least:
        yield Difference("not-read", "warning", f"{seen} of them were seen, not {planned.count}", planned.role)


def node_differences(planned: PlannedPod, pod: ObservedPod, region: str) -> Iterator[Difference]:
    """Yields an instance type that no planned node has, and missing labels; none if the node was not read."""
    if pod.node_labels is None or pod.compute != planned.landing.compute:
        return
    if pod.compute == "fargate":
        wanted: Mapping[str, str] = node_labels(region, pod.zone) if pod.zone else {}
    else:
        nodes = [node for some in planned.landing.nodes.values() for node in some]
        types = {node.machine.name: None for node in nodes}
        if nodes and pod.instance_type not in types:
            what = f"its node is {pod.instance_type or 'of no instance type'}, not {' or '.join(types)}"
            yield Difference("nodes", "warning", what, planned.role)
            return
        wanted = _labels_of_nodes_like(pod, nodes)
    missing = [f"{key}={value}" for key, value in wanted.items() if pod.node_labels.get(key) != value]
    if missing:
        yield Difference("nodes", "warning", f"its node lacks the labels {', '.join(missing)}", planned.role)


def _labels_of_nodes_like(pod: ObservedPod, nodes: list[Node]) -> Mapping[str, str]:
    """Returns the labels that every planned node of the pod's instance type and zone has, from the most similar node."""
    alike = [node for node in nodes if node.machine.name == pod.instance_type and node.zone == pod.zone]
    if not alike:
        return {}
    seen = (pod.node_labels or {}).items()
    return max(alike, key=lambda node: len(seen & node.labels.items())).labels
