"""Where the pods of a job run are in the local Kubernetes API, and how that differs from the placement."""

from collections.abc import Iterator, Mapping

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.facts import emr, kubernetes
from emr_eks_placement.job.placement import ROLES, Fargate, Placement, Role
from emr_eks_placement.observation import ObservedPod, observed_pod
from emr_eks_placement.observation.pod import node_labels_of
from local.kubernetes import RecordingKubernetesApi


def where(pod: ObservedPod, node_groups: Mapping[str, str]) -> str:
    """Returns compute, zone and granted size or node group in a few words. node_groups: names for them."""
    if pod.compute is None:
        return "Pending"
    if pod.compute == "fargate":
        return f"Fargate {pod.zone} {pod.size}"
    return f"EC2 {pod.zone} {node_groups[pod.on or '']}"


def observe(api: RecordingKubernetesApi, namespace: str, job_run_id: str) -> dict[Role, list[ObservedPod]]:
    """Returns the pods of a job run by role."""
    nodes = {node["metadata"]["name"]: node_labels_of(Field(node)) for node in api.objects("nodes")}
    pods: dict[Role, list[ObservedPod]] = {role: [] for role in ROLES}
    for pod in map(Field, api.objects("pods", namespace)):
        observed = observed_pod(pod, nodes)
        if observed is not None and pod["metadata"]["labels"][emr.JOB_ID_LABEL].value == job_run_id:
            pods[observed.role].append(observed)
    return pods


def differences(
    placement: Placement, executors: int, observed: Mapping[Role, list[ObservedPod]]
) -> Iterator[tuple[Role, str]]:
    """Yields each difference between the observed pods and the placement, in words; none if they are as placed."""
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
    if (pod.compute == "fargate") != isinstance(target, Fargate):
        return f"{pod.name} is on {'Fargate' if pod.compute == 'fargate' else 'EC2'}"
    asked = {kubernetes.ZONE: target.zone} if target.zone else {}
    asked |= {} if isinstance(target, Fargate) else target.node_selector
    missing = [f"{key}={value}" for key, value in asked.items() if pod.node_labels.get(key) != value]
    return f"{pod.name} is on a node without {', '.join(missing)}" if missing else None
