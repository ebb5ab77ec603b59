"""A pod of a job run in the Kubernetes API."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.facts import emr, fargate, kubernetes
from emr_eks_placement.job.placement import Role
from emr_eks_placement.observation.containers import Container, containers_of
from emr_eks_placement.planning.landing import Compute
from emr_eks_placement.scheduling.fargate import FargateSize
from emr_eks_placement.scheduling.pod import pod_of_manifest

_ROLES: Mapping[str, Role] = {"job.submitter": "submitter", "driver": "driver", "executor": "executors"}
_PHASES = ("Pending", "Running", "Succeeded", "Failed")
_FINISHED = ("Succeeded", "Failed")
_SIZE = re.compile(r"([0-9.]{1,5})vCPU ([0-9.]{1,5})GB")
# Reasons of waiting containers that are normal (kubelet).
_ON_ITS_WAY = ("ContainerCreating", "PodInitializing")


@dataclass(frozen=True, kw_only=True)
class ObservedPod:
    """A pod of a job run.

    phase: Pending, Running, Succeeded, Failed or Unknown (Kubernetes, PodPhase). node: the node that it is bound to;
    node_labels: of that node, None if unknown. profile: its Fargate profile. size: granted by Fargate. cpu_millis,
    memory_mib: requests of the whole pod. pending: why it does not run, None when it runs. started_at: when the kubelet
    accepted it, before it pulled the images; running_at: when its first container ran; finished_at: when its last
    container ended. containers: with their requests.
    """

    role: Role
    name: str
    phase: str = "Running"
    node: str | None = None
    node_labels: Mapping[str, str] | None = None
    profile: str | None = None
    pod_zone: str | None = None
    size: FargateSize | None = None
    cpu_millis: int = 0
    memory_mib: int = 0
    pending: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    running_at: datetime | None = None
    finished_at: datetime | None = None
    containers: tuple[Container, ...] = ()

    @property
    def has_finished(self) -> bool:
        """Whether it has finished and will not run again."""
        return self.phase in _FINISHED

    @property
    def compute(self) -> Compute | None:
        """What it runs on; None while it is on no node."""
        if self.node is None:
            return None
        if self.node_labels is None:
            return "ec2" if self.profile is None else "fargate"
        return "fargate" if self._label(kubernetes.COMPUTE_TYPE) == "fargate" else "ec2"

    @property
    def on(self) -> str | None:
        """The Fargate profile, node group or node pool, by its name in EKS or Kubernetes; None if unknown."""
        if self.compute == "fargate":
            return self.profile
        return self._label(kubernetes.NODE_GROUP) or self._label(kubernetes.NODE_POOL)

    @property
    def zone(self) -> str | None:
        """The zone of its node. Kubernetes copies it to bound pods from 1.35 on (PodTopologyLabelsAdmission)."""
        return self._label(kubernetes.ZONE) or self.pod_zone

    @property
    def instance_type(self) -> str | None:
        """The instance type of its node on EC2."""
        return self._label(kubernetes.INSTANCE_TYPE) if self.compute == "ec2" else None

    @property
    def capacity_type(self) -> str | None:
        """How EC2 sells its node, from its label: ON_DEMAND, SPOT, on-demand, spot."""
        return self._label(kubernetes.CAPACITY_TYPE) or self._label(kubernetes.POOL_CAPACITY_TYPE)

    def _label(self, key: str) -> str | None:
        return (self.node_labels or {}).get(key)


def role_of(pod: Field) -> Role | None:
    """Returns the run's kind of pod, from EMR's or Spark's label; None for other pods."""
    labels = pod["metadata"]["labels"]
    component = labels[emr.COMPONENT_LABEL].known_text() or labels["spark-role"].known_text()
    return _ROLES.get(component or "")


def observed_pod(pod: Field, nodes: Mapping[str, Mapping[str, str] | None]) -> ObservedPod | None:
    """Reads a pod, with the labels of its node by name; None for a pod that belongs to no run.

    Raises RuleError, with the path, for malformed data.
    """
    role = role_of(pod)
    if role is None:
        return None
    metadata, status = pod["metadata"], pod["status"]
    labels, node = metadata["labels"], node_of(pod)
    by_fargate = pod["spec"]["schedulerName"].known_text() == fargate.SCHEDULER
    cpu_millis, memory_mib = _requests(pod)
    phase = status["phase"].text("Unknown")
    phase = phase if phase in _PHASES else "Unknown"
    return ObservedPod(
        role=role,
        name=metadata["name"].text(),
        phase=phase,
        node=node,
        node_labels=nodes.get(node) if node else None,
        profile=labels[kubernetes.FARGATE_PROFILE].known_text() if by_fargate else None,
        pod_zone=labels[kubernetes.ZONE].known_text() if node else None,
        size=_size(metadata["annotations"]["CapacityProvisioned"].known_text() or ""),
        cpu_millis=cpu_millis,
        memory_mib=memory_mib,
        pending=why_pending(pod) if phase in ("Pending", "Unknown") else None,
        created_at=_time(metadata["creationTimestamp"]),
        started_at=_time(status["startTime"]),
        running_at=_running_at(status),
        finished_at=_finished_at(status) if phase in _FINISHED else None,
        containers=containers_of(pod["spec"]),
    )


def node_of(pod: Field) -> str | None:
    """Returns the name of the node that a pod is bound to. Raises RuleError for other data."""
    return pod["spec"]["nodeName"].text("") or None


def node_labels_of(node: Field) -> dict[str, str]:
    """Returns the labels of a node. Raises RuleError for other data."""
    return {key: label.text() for key, label in node["metadata"]["labels"].entries().items()}


def _size(text: str) -> FargateSize | None:
    found = _SIZE.fullmatch(text)
    try:
        return FargateSize(float(found[1]), float(found[2])) if found else None
    except ValueError:
        return None


def _requests(pod: Field) -> tuple[int, int]:
    """Returns CPU in thousandths of a core and memory in MiB; 0 for an invalid amount."""
    containers = {
        key: [_resources(one) for one in pod["spec"][key].items()] for key in ("initContainers", "containers")
    }
    try:
        shape = pod_of_manifest({"metadata": {}, "spec": containers})
    except ValueError:
        return 0, 0
    return shape.cpu_millis, shape.memory_mib


def _resources(container: Field) -> dict[str, object]:
    resources = {
        kind: {
            key: amount.value
            for key, amount in container["resources"][kind].entries().items()
            if isinstance(amount.value, str | int | float)
        }
        for kind in ("requests", "limits")
    }
    return {"restartPolicy": container["restartPolicy"].value, "resources": resources}


def _running_at(status: Field) -> datetime | None:
    """Returns when the first container, not an init container, ran; None before."""
    states = [one["state"] for one in status["containerStatuses"].items()]
    starts = [_time(state[kind]["startedAt"]) for state in states for kind in ("running", "terminated")]
    return min((start for start in starts if start is not None), default=None)


def _finished_at(status: Field) -> datetime | None:
    ends = [_time(one["state"]["terminated"]["finishedAt"]) for one in status["containerStatuses"].items()]
    return max((end for end in ends if end is not None), default=None)


def _time(field: Field) -> datetime | None:
    """Parses a time of the Kubernetes API (RFC 3339, UTC); None without one."""
    text = field.text("")
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise field.refused("must be a time (RFC 3339)", "Write for example 2026-01-01T00:00:00Z") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def why_pending(pod: Field) -> str:
    """Returns the scheduler's message, or what a container waits for. Raises RuleError for malformed data."""
    status = pod["status"]
    for condition in status["conditions"].items():
        if condition["type"].known_text() == "PodScheduled" and condition["status"].known_text() == "False":
            return _told(condition, "not scheduled")
    waiting = list(_waiting(status))
    if waiting:
        return waiting[0]
    if status["reason"].value or status["message"].value:
        return _told(status, "pending")
    if pod["spec"]["nodeName"].value:
        return "on its node, its containers do not run yet"
    return "not scheduled yet"


def _waiting(status: Field) -> Iterator[str]:
    """Yields what containers wait for other than their creation, init containers first."""
    for key in ("initContainerStatuses", "containerStatuses"):
        for one in status[key].items():
            waiting = one["state"]["waiting"]
            if waiting.value is not None and waiting["reason"].known_text() not in _ON_ITS_WAY:
                yield f"container {one['name'].text('')}: {_told(waiting, 'waiting')}"


def _told(what: Field, otherwise: str) -> str:
    parts = (what["reason"].known_text(), what["message"].known_text())
    return ": ".join(part for part in parts if part) or otherwise
