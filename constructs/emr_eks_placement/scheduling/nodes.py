"""Which EC2 node groups can take a pod: the Kubernetes scheduler's NodeAffinity, TaintToleration and NodeResourcesFit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from emr_eks_placement.environment.nodes import NodeGroup, Taint
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.facts.instance_types import InstanceType
from emr_eks_placement.placement import CAPACITY_TYPE_LABEL_VALUES, Toleration
from emr_eks_placement.scheduling import affinity
from emr_eks_placement.scheduling.pod import PodShape


@dataclass(frozen=True)
class Refusal:
    """Why a node group takes no pod of a shape."""

    node_group: str
    reason: str


@dataclass(frozen=True)
class Candidates:
    """The node groups that can take a pod, and why the others can't."""

    node_groups: tuple[str, ...]
    refusals: tuple[Refusal, ...]


def candidates(pod: PodShape, node_groups: Mapping[str, NodeGroup], zones: tuple[str, ...]) -> Candidates:
    """Filters the node groups for a pod; zones: of the environment, for groups that name none."""
    refusals = {name: _refusal(pod, group, group.zones or zones) for name, group in node_groups.items()}
    return Candidates(
        tuple(name for name, reason in refusals.items() if reason is None),
        tuple(Refusal(name, reason) for name, reason in refusals.items() if reason is not None),
    )


def node_labels(group: NodeGroup, machine: InstanceType, zone: str) -> dict[str, str]:
    """The labels of a node of a group: the group's own and those that Kubernetes and EKS set."""
    return {
        **group.labels,
        kubernetes.ZONE: zone,
        kubernetes.REGION: zone[:-1],
        kubernetes.INSTANCE_TYPE: machine.name,
        kubernetes.ARCHITECTURE: machine.kubernetes_architecture,
        kubernetes.OPERATING_SYSTEM: "linux",
        kubernetes.CAPACITY_TYPE: CAPACITY_TYPE_LABEL_VALUES[group.capacity_type],
    }


def zones_of(pod: PodShape, group: NodeGroup, zones: tuple[str, ...]) -> tuple[str, ...]:
    """The zones in which the group has a node for the pod, for a group that is a candidate; zones as in `candidates`."""
    found = {
        labels[kubernetes.ZONE]
        for machine, labels in _nodes(group, group.zones or zones)
        if pod.node_selector.items() <= labels.items()
        and affinity.matches(pod.node_affinity, labels)
        and _fits(pod, machine)
    }
    return tuple(sorted(found))


def tolerates(tolerations: tuple[Toleration, ...], taint: Taint) -> bool:
    """Whether one of the tolerations covers the taint (Kubernetes, taints and tolerations)."""
    return any(
        toleration.effect in (None, taint.effect)
        and toleration.key in (None, taint.key)
        and (toleration.operator == "Exists" or (toleration.value or "") == taint.value)
        for toleration in tolerations
    )


def _refusal(pod: PodShape, group: NodeGroup, zones: tuple[str, ...]) -> str | None:
    for taint in group.taints:
        if taint.effect != "PreferNoSchedule" and not tolerates(pod.tolerations, taint):
            return f"its taint {taint.key}={taint.value}:{taint.effect} is not tolerated"
    nodes = list(_nodes(group, zones))
    selected = [(machine, labels) for machine, labels in nodes if pod.node_selector.items() <= labels.items()]
    if not selected:
        return f"no node of it has {_missing(pod.node_selector, [labels for _, labels in nodes])}"
    machines = [machine for machine, labels in selected if affinity.matches(pod.node_affinity, labels)]
    if not machines:
        return "no node of it satisfies the required node affinity"
    if not any(_fits(pod, machine) for machine in machines):
        largest = max(machines, key=lambda machine: machine.allocatable_memory_mib)
        return (
            f"{largest.name} offers pods at most {largest.allocatable_cpu_millis / 1000:g} vCPU and "
            f"{largest.allocatable_memory_mib} MiB, the pod requests {pod.cpu_millis / 1000:g} and {pod.memory_mib} MiB"
        )
    return None


def _nodes(group: NodeGroup, zones: tuple[str, ...]) -> Iterator[tuple[InstanceType, dict[str, str]]]:
    for machine in group.machines:
        for zone in zones:
            yield machine, node_labels(group, machine, zone)


def _missing(node_selector: Mapping[str, str], nodes: list[dict[str, str]]) -> str:
    """The entries that no node has; all of them where only their combination is missing."""
    nowhere = {key: value for key, value in node_selector.items() if all(labels.get(key) != value for labels in nodes)}
    return ", ".join(f"{key}={value}" for key, value in (nowhere or node_selector).items())


def _fits(pod: PodShape, machine: InstanceType) -> bool:
    return pod.cpu_millis <= machine.allocatable_cpu_millis and pod.memory_mib <= machine.allocatable_memory_mib
