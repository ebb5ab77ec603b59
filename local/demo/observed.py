"""Where the pods of a job run are, read from the Kubernetes API, and how that differs from what the placement says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emr_eks_placement.facts import emr, kubernetes
from emr_eks_placement.placement import ROLES, Fargate, Placement, Role
from local.kubernetes import RecordingKubernetesApi

_ROLE_OF_COMPONENT: dict[str, Role] = {"job.submitter": "submitter", "driver": "driver", "executor": "executors"}


@dataclass(frozen=True)
class ObservedPod:
    """A pod and the labels of its node, None while it is Pending; size: what Fargate granted, None on EC2."""

    name: str
    node_labels: Mapping[str, str] | None
    size: str | None

    @property
    def on_fargate(self) -> bool:
        """Whether its node is Fargate's."""
        return (self.node_labels or {}).get(kubernetes.COMPUTE_TYPE) == "fargate"

    def where(self, node_groups: Mapping[str, str]) -> str:
        """Compute, zone and granted size or node group in a few words; node_groups: what to call each."""
        if self.node_labels is None:
            return "Pending"
        zone = self.node_labels[kubernetes.ZONE]
        if self.on_fargate:
            return f"Fargate {zone} {self.size}"
        return f"EC2 {zone} {node_groups[self.node_labels[kubernetes.NODE_GROUP]]}"


def observe(api: RecordingKubernetesApi, namespace: str, job_run_id: str) -> dict[Role, list[ObservedPod]]:
    """The pods of a job run by role."""
    nodes = {node["metadata"]["name"]: node["metadata"]["labels"] for node in api.objects("nodes")}
    pods: dict[Role, list[ObservedPod]] = {role: [] for role in ROLES}
    for pod in api.objects("pods", namespace):
        labels = pod["metadata"].get("labels") or {}
        if labels.get(emr.JOB_ID_LABEL) == job_run_id:
            pods[_ROLE_OF_COMPONENT[labels[emr.COMPONENT_LABEL]]].append(_observed(pod, nodes))
    return pods


def differences(
    placement: Placement, executors: int, observed: Mapping[Role, list[ObservedPod]]
) -> Iterator[tuple[Role, str]]:
    """Each way in which the observed pods are not where the placement says, in words; none: as placed."""
    counts: dict[Role, int] = {"submitter": 1, "driver": 1, "executors": executors}
    for role in ROLES:
        pods = observed[role]
        if len(pods) != counts[role]:
            yield role, f"{len(pods)} pods, not {counts[role]}"
        yield from ((role, difference) for pod in pods if (difference := _difference(placement, role, pod)))


def _difference(placement: Placement, role: Role, pod: ObservedPod) -> str | None:
    target = placement.of(role)
    if pod.node_labels is None:
        return f"{pod.name} is Pending"
    if pod.on_fargate != isinstance(target, Fargate):
        return f"{pod.name} is on {'Fargate' if pod.on_fargate else 'EC2'}"
    asked = {kubernetes.ZONE: target.zone} if target.zone else {}
    asked |= {} if isinstance(target, Fargate) else target.node_selector
    missing = [f"{key}={value}" for key, value in asked.items() if pod.node_labels.get(key) != value]
    return f"{pod.name} is on a node without {', '.join(missing)}" if missing else None


def _observed(pod: Mapping[str, Any], nodes: Mapping[str, Mapping[str, str]]) -> ObservedPod:
    node = pod["spec"].get("nodeName")
    size = (pod["metadata"].get("annotations") or {}).get("CapacityProvisioned")
    return ObservedPod(pod["metadata"]["name"], nodes[node] if node else None, size)
