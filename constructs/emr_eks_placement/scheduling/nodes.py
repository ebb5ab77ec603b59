"""Which node groups and pools can take a pod, by the Kubernetes scheduler's NodeAffinity, TaintToleration,
NodeResourcesFit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emr_eks_placement.facts.instance_types import INSTANCE_DEVICES
from emr_eks_placement.job.placement import Taint, Toleration
from emr_eks_placement.scheduling import affinity
from emr_eks_placement.scheduling.capacity import Node, NodeGroupCapacity, NodePoolCapacity, Room
from emr_eks_placement.scheduling.pod import MIB, PodShape

NODE_NAME = "metadata.name"  # the only field that node affinity matches


@dataclass(frozen=True)
class Refusal:
    """Why a node group or pool takes no pod of a shape. name: the group's or pool's."""

    name: str
    reason: str


@dataclass(frozen=True)
class Candidates:
    """The node groups and pools that can take a pod, with their nodes that can, and why the others can't.

    depends_on: the keys of labels with unknown values that decide whether any of these nodes takes the pod; empty if
    one certainly does.
    """

    nodes: Mapping[str, tuple[Node, ...]]
    refusals: tuple[Refusal, ...]
    depends_on: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of those that can."""
        return tuple(self.nodes)


def candidates(pod: PodShape, groups: Mapping[str, NodeGroupCapacity | NodePoolCapacity]) -> Candidates:
    """Filters node groups and pools for a pod. A pool creates nodes only for pods that the nodes would take."""
    nodes: dict[str, tuple[Node, ...]] = {}
    refusals = []
    for name, group in groups.items():
        found = _fitting_nodes(pod, group)
        if isinstance(found, str):
            refusals.append(Refusal(name, found))
        else:
            nodes[name] = found
    return Candidates(nodes, tuple(refusals), _depends_on(pod, nodes))


def _depends_on(pod: PodShape, found: Mapping[str, tuple[Node, ...]]) -> tuple[str, ...]:
    asked = (*pod.node_selector, *affinity.keys_of(pod.node_affinity))
    if not asked:
        return ()
    nodes = [node for some in found.values() for node in some]
    if any(agrees(pod, node) for node in nodes):
        return ()
    return tuple(
        key for key in dict.fromkeys(asked) if key == NODE_NAME or any(key in node.unknown_labels for node in nodes)
    )


def agrees(pod: PodShape, node: Node) -> bool | None:
    """Returns whether the node matches the pod's node selector and required node affinity; None if unknown."""
    selected: bool | None = pod.node_selector.items() <= node.labels.items()
    if not selected:
        if any(
            node.labels.get(key) != value and key not in node.unknown_labels for key, value in pod.node_selector.items()
        ):
            return False
        selected = None
    matched = affinity.verdict(pod.node_affinity, node.labels, node.unknown_labels)
    return selected if matched else matched


def tolerates(tolerations: tuple[Toleration, ...], taint: Taint) -> bool:
    """Returns whether one of the tolerations covers the taint (Kubernetes, taints and tolerations)."""
    return any(
        toleration.effect in (None, taint.effect)
        and toleration.key in (None, taint.key)
        and (toleration.operator == "Exists" or (toleration.value or "") == taint.value)
        for toleration in tolerations
    )


def fits(pod: PodShape, room: Room) -> bool:
    """Returns whether the room may hold a pod: with the least memory that the pod may request."""
    return _holds(room, pod, pod.memory_bytes - pod.memory_slack_bytes)


def surely_fits(pod: PodShape, node: Node) -> bool:
    """Returns whether an empty node certainly holds a pod: with its least possible room, and the most that the pod
    requests."""
    return _holds(node.sure_room, pod, pod.memory_bytes)


def _holds(room: Room, pod: PodShape, memory_bytes: int) -> bool:
    return (
        pod.cpu_millis <= room.cpu_millis
        and memory_bytes <= room.memory_bytes
        and (room.storage_bytes is None or pod.storage_bytes <= room.storage_bytes)
        and room.pods >= 1
        and not (pod.devices and _missing_devices(pod, room))
    )


def devices_on(room: Room, device: str) -> int | None:
    """Returns how many of a device the room has; None if a plugin may offer it on any node."""
    return dict(room.devices).get(device, 0) if device in INSTANCE_DEVICES else None


def _missing_devices(pod: PodShape, room: Room) -> list[tuple[str, int]]:
    """Returns the devices of which the pod requests more than the room has."""
    return [(name, count) for name, count in pod.devices if (has := devices_on(room, name)) is not None and has < count]


def _fitting_nodes(pod: PodShape, group: NodeGroupCapacity | NodePoolCapacity) -> tuple[Node, ...] | str:
    """Returns the nodes of the group that can take the pod, or why none can."""
    for taint in group.taints:
        if taint.effect != "PreferNoSchedule" and not tolerates(pod.tolerations, taint):
            return f"its taint {taint.key}={taint.value}:{taint.effect} is not tolerated"
    if not group.nodes:
        return "it can have no node within its limits"
    asks = pod.node_selector or pod.node_affinity
    if not asks and all(fits(pod, room) for room in group.nodes.rooms):
        return group.nodes
    agreeing = [node for node in group.nodes if agrees(pod, node) is not False] if asks else group.nodes
    if not agreeing:
        missing = _missing(pod.node_selector, group)
        return f"no node of it has {missing}" if missing else "no node of it satisfies the required node affinity"
    fitting = tuple(node for node in agreeing if fits(pod, node.room))
    if len(fitting) == len(group.nodes):
        return group.nodes
    return fitting or _why_too_small(pod, agreeing)


def _why_too_small(pod: PodShape, agreeing: Sequence[Node]) -> str:
    lacking = [_missing_devices(pod, node.room) for node in agreeing]
    if all(lacking):
        name, count = lacking[0][0]
        most = max(devices_on(node.room, name) or 0 for node in agreeing)
        return f"its nodes have {f'at most {most} of {name}' if most else f'no {name}'}, the pod requests {count}"
    agreeing = [node for node, missing in zip(agreeing, lacking, strict=True) if not missing]
    short_of_cpu = all(pod.cpu_millis > node.room.cpu_millis for node in agreeing)
    largest = max(agreeing, key=lambda node: node.room.cpu_millis if short_of_cpu else node.room.memory_bytes)
    return f"{largest.machine.name} offers pods at most {_offer(largest.room, pod)}"


def _missing(node_selector: Mapping[str, str], group: NodeGroupCapacity | NodePoolCapacity) -> str:
    """Returns the entries that no node has; all entries if only their combination is missing, none if nothing is."""

    def has(node: Node, key: str, value: str) -> bool:
        return node.labels.get(key) == value or key in node.unknown_labels

    entries = node_selector.items()
    if any(all(has(node, *entry) for entry in entries) for node in group.nodes):
        return ""
    nowhere = [entry for entry in entries if not any(has(node, *entry) for node in group.nodes)]
    return ", ".join(f"{key}={value}" for key, value in nowhere or entries)


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
