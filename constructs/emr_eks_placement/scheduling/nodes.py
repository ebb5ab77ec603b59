"""Which node groups and pools can take a pod: the Kubernetes scheduler's NodeAffinity, TaintToleration, NodeResourcesFit."""

from collections.abc import Mapping
from dataclasses import dataclass

from emr_eks_placement.placement import Taint, Toleration
from emr_eks_placement.scheduling import affinity
from emr_eks_placement.scheduling.capacity import Node, NodeGroupCapacity, NodePoolCapacity, Room
from emr_eks_placement.scheduling.pod import MIB, PodShape


@dataclass(frozen=True)
class Refusal:
    """Why a node group or pool takes no pod of a shape; name: the group's or pool's."""

    name: str
    reason: str


@dataclass(frozen=True)
class Candidates:
    """The node groups and pools that can take a pod, each with the nodes of it that can, and why the others can't."""

    nodes: Mapping[str, tuple[Node, ...]]
    refusals: tuple[Refusal, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of those that can."""
        return tuple(self.nodes)


def candidates(pod: PodShape, groups: Mapping[str, NodeGroupCapacity | NodePoolCapacity]) -> Candidates:
    """Filters node groups and pools for a pod: a pool makes nodes only of pods that they would take."""
    nodes: dict[str, tuple[Node, ...]] = {}
    refusals = []
    for name, group in groups.items():
        found = _fitting_nodes(pod, group)
        if isinstance(found, str):
            refusals.append(Refusal(name, found))
        else:
            nodes[name] = found
    return Candidates(nodes, tuple(refusals))


def tolerates(tolerations: tuple[Toleration, ...], taint: Taint) -> bool:
    """Whether one of the tolerations covers the taint (Kubernetes, taints and tolerations)."""
    return any(
        toleration.effect in (None, taint.effect)
        and toleration.key in (None, taint.key)
        and (toleration.operator == "Exists" or (toleration.value or "") == taint.value)
        for toleration in tolerations
    )


def fits(pod: PodShape, room: Room) -> bool:
    """Whether the room holds a pod."""
    return (
        pod.cpu_millis <= room.cpu_millis
        and pod.memory_bytes <= room.memory_bytes
        and (room.storage_bytes is None or pod.storage_bytes <= room.storage_bytes)
        and room.pods >= 1
    )


def _fitting_nodes(pod: PodShape, group: NodeGroupCapacity | NodePoolCapacity) -> tuple[Node, ...] | str:
    """The nodes of the group that can take the pod, or why none can."""
    for taint in group.taints:
        if taint.effect != "PreferNoSchedule" and not tolerates(pod.tolerations, taint):
            return f"its taint {taint.key}={taint.value}:{taint.effect} is not tolerated"
    if not group.nodes:
        return "it can have no node within its limits"
    selected = [node for node in group.nodes if pod.node_selector.items() <= node.labels.items()]
    if not selected:
        return f"no node of it has {_missing(pod.node_selector, group)}"
    agreeing = [node for node in selected if affinity.matches(pod.node_affinity, node.labels)]
    if not agreeing:
        return "no node of it satisfies the required node affinity"
    fitting = tuple(node for node in agreeing if fits(pod, node.room))
    if fitting:
        return fitting
    short_of_cpu = all(pod.cpu_millis > node.room.cpu_millis for node in agreeing)
    largest = max(agreeing, key=lambda node: node.room.cpu_millis if short_of_cpu else node.room.memory_bytes)
    return f"{largest.machine.name} offers pods at most {_offer(largest.room, pod)}"


def _missing(node_selector: Mapping[str, str], group: NodeGroupCapacity | NodePoolCapacity) -> str:
    """The entries that no node has; all of them where only their combination is missing."""
    nowhere = {
        key: value for key, value in node_selector.items() if all(node.labels.get(key) != value for node in group.nodes)
    }
    return ", ".join(f"{key}={value}" for key, value in (nowhere or node_selector).items())


def _offer(room: Room, pod: PodShape) -> str:
    offered, asked = [f"{room.cpu_millis / 1000:g} vCPU"], [f"{pod.cpu_millis / 1000:g}"]
    offered.append(f"{room.memory_mib} MiB")
    asked.append(f"{pod.memory_mib} MiB")
    if pod.storage_bytes and room.storage_bytes is not None:
        offered.append(f"{room.storage_bytes // MIB} MiB of disk")
        asked.append(f"{pod.storage_mib} MiB of disk")
    return f"{_listed(offered)}, the pod requests {_listed(asked)}"


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]])
