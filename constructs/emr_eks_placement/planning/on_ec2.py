"""What prevents a pod that no Fargate profile takes from running on EC2 nodes, and risks."""

from collections.abc import Iterator, Sequence

from emr_eks_placement.common.errors import FieldPath
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.facts.instance_types import INSTANCE_DEVICES, InstanceType
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.planning.selectors import code_of_selector
from emr_eks_placement.scheduling.capacity import Capacity, Node, NodeGroupCapacity
from emr_eks_placement.scheduling.nodes import Candidates, agrees, fits, surely_fits
from emr_eks_placement.scheduling.pod import MIB, Pod


def problems_of_groups(pod: Pod, found: Candidates, capacity: Capacity) -> Iterator[Problem]:
    """Yields a problem if no node group or pool can take the pod, and the problems of those that can.

    A node pool creates the node that its pods need: of an instance type that they fit on, in the zone that they ask
    for.
    """
    if not found.nodes:
        yield _no_node_group(pod, found, capacity)
    yield from _not_known(pod, found)
    yield from _may_not_fit(pod, found, capacity)
    if pod.role != "executors":
        spot = [name for name, nodes in found.nodes.items() if any(node.capacity_type == "spot" for node in nodes)]
        if spot:
            yield Problem("EC2_SPOT", pod.role, f"{', '.join(spot)} can take it")
    for name, group in capacity.node_groups.items():
        nodes = found.nodes.get(name, ())
        if len(nodes) in (0, len(group.nodes)):
            continue
        yield from _problems_of_types(pod, name, group, nodes)
        zones = sorted({node.zone for node in nodes})
        if len(zones) < len(set(group.zones)):
            what = f"it can run in {', '.join(zones)}; {name} has nodes in {', '.join(group.zones)}"
            yield Problem("EC2_ZONE_OF_GROUP", pod.role, what)


def problems_of_pod(pod: Pod, found: Candidates, capacity: Capacity) -> Iterator[Problem]:
    """Yields problems of the pod itself that a plan can't judge."""
    scheduler = pod.spec.get("schedulerName")
    if scheduler and scheduler != kubernetes.DEFAULT_SCHEDULER:
        path: FieldPath = ("spec", "schedulerName")
        yield Problem("EC2_SCHEDULER", pod.role, f"schedulerName is {scheduler}", path, scheduler)
    if pod.spec.get("nodeName"):
        path = ("spec", "nodeName")
        yield Problem("EC2_NODE_NAME", pod.role, f"nodeName is {pod.spec['nodeName']}", path, pod.spec["nodeName"])
    on_groups = [name for name in found.nodes if name in capacity.node_groups]
    for resource, count in pod.shape.devices:
        if not count:
            continue
        if resource not in INSTANCE_DEVICES:
            yield Problem(
                "EC2_DEVICE", pod.role, f"it requests {resource}, of which the plan does not know which nodes have it"
            )
        elif on_groups or not found.nodes:
            what = f"it requests {count} of {resource}"
            what += (
                f", which nodes of {', '.join(on_groups)} offer once its device plugin runs there" if on_groups else ""
            )
            yield Problem("EC2_DEVICE", pod.role, what)


def _not_known(pod: Pod, found: Candidates) -> Iterator[Problem]:
    """Yields a problem if it depends on labels with unknown values whether the pod finds a node."""
    if found.depends_on:
        asked = [
            f"{key}={pod.shape.node_selector[key]}" if key in pod.shape.node_selector else key
            for key in found.depends_on
        ]
        what = f"it asks for {', '.join(asked)}, which may be so on nodes of {', '.join(found.names)} or not"
        key = next((key for key in found.depends_on if key in pod.shape.node_selector), None)
        path: FieldPath = ("spec", "nodeSelector", key) if key else ("spec", "affinity", "nodeAffinity")
        yield Problem("EC2_LABEL_NOT_KNOWN", pod.role, what, path, pod.shape.node_selector.get(key or ""))


def _may_not_fit(pod: Pod, found: Candidates, capacity: Capacity) -> Iterator[Problem]:
    """Yields a problem if no node group or pool certainly has room for the pod, with the memory in question."""
    if not found.nodes or any(_is_sure(pod, capacity, name, nodes) for name, nodes in found.nodes.items()):
        return
    name, node = max(
        ((name, node) for name, nodes in found.nodes.items() for node in _first_of(capacity, name, nodes)),
        key=lambda one: one[1].sure_room.memory_bytes,
    )
    least = -(-(pod.shape.memory_bytes - pod.shape.memory_slack_bytes) // MIB)
    requests = f"{pod.shape.memory_mib}" if not pod.shape.memory_slack_bytes else f"{least} to {pod.shape.memory_mib}"
    what = (
        f"{node.machine.name} of {name} has {node.sure_room.memory_mib} to {node.room.memory_mib} MiB for pods, the pod "
        f"requests {requests}: {pod.shape.memory_mib - node.sure_room.memory_mib} MiB more than there is for sure"
    )
    yield Problem("EC2_MAY_NOT_FIT", pod.role, what)


def _is_sure(pod: Pod, capacity: Capacity, name: str, nodes: Sequence[Node]) -> bool:
    """Returns whether the pod certainly fits: a node pool creates a node on which it fits, a node group one of its
    first instance types."""
    sure = (surely_fits(pod.shape, node) for node in _first_of(capacity, name, nodes))
    return all(sure) if name in capacity.node_groups else any(sure)


def _first_of(capacity: Capacity, name: str, nodes: Sequence[Node]) -> Sequence[Node]:
    """Returns the nodes that are created first of those that may take the pod; all nodes if none of them does."""
    group = capacity.node_groups.get(name)
    first = group.first_machines if group else ()
    return [node for node in nodes if node.machine in first] or nodes


def _problems_of_types(pod: Pod, name: str, group: NodeGroupCapacity, nodes: Sequence[Node]) -> Iterator[Problem]:
    """Yields a problem if the group has instance types on which the pod does not fit, or starts with another than the
    pod asks for."""
    agreeing = [node for node in group.nodes if agrees(pod.shape, node) is not False]
    fitting = {node.machine for node in nodes}
    small = {node.machine for node in agreeing if not fits(pod.shape, node.room)} - fitting
    first = group.machines[0]
    if group.capacity_type == "on-demand":
        good = ", ".join(machine.name for machine in group.machines if machine in fitting)
        if first not in fitting:
            why = "it does not fit" if first in small else "it does not ask for"
            what = f"new nodes of {name} are {first.name} while EC2 has any, which {why}; it runs on {good}"
            fix = f"List {good} first in the node group, or use one with nothing else"
            yield Problem("EC2_INSTANCE_TYPES", pod.role, what, own_fix=fix)
        elif small:
            what = f"it fits {good}, with which {name} starts, not {_names(small)}, which come when EC2 has no {first.name}"
            yield Problem("EC2_INSTANCE_TYPES", pod.role, what)
    elif others := set(group.machines) - fitting:
        why = "fits" if others == small else "runs on"
        yield Problem("EC2_INSTANCE_TYPES", pod.role, f"of {name} it {why} {_names(fitting)}, not {_names(others)}")


def _names(machines: set[InstanceType]) -> str:
    return ", ".join(sorted(machine.name for machine in machines))


def _no_node_group(pod: Pod, found: Candidates, capacity: Capacity) -> Problem:
    why = "; ".join(f"{refusal.name}: {refusal.reason}" for refusal in found.refusals)
    for key, value in pod.shape.node_selector.items():
        code = code_of_selector(key, value)
        if code and all(
            node.labels.get(key) != value for group in capacity.groups_and_pools.values() for node in group.nodes
        ):
            path: FieldPath = ("spec", "nodeSelector", key)
            if code == "ZONE_KEY" and capacity.other_nodes:
                what = f"it asks for {key}={value}, which no node that the plan knows has; {capacity.other_nodes}"
                fix = f"If it is meant as a zone, write {kubernetes.ZONE}; else check those nodes' labels"
                return Problem("EC2_OTHER_NODES", pod.role, what, path, value, fix)
            return Problem(code, pod.role, f"it asks for {key}={value}", path, value)
    if capacity.other_nodes:
        return Problem("EC2_OTHER_NODES", pod.role, f"{why or 'there are no node groups'}; {capacity.other_nodes}")
    return Problem("EC2_NO_NODE_GROUP", pod.role, why or "there are no node groups")
