"""What keeps a pod that no Fargate profile takes from running on EC2 nodes, or makes it risky."""

from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.errors import FieldPath
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.placement import Role
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.planning.selectors import code_of_selector
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.scheduling.nodes import Candidates, fits
from emr_eks_placement.scheduling.pod import PodShape


def problems_of_groups(role: Role, pod: PodShape, found: Candidates, capacity: Capacity) -> Iterator[Problem]:
    """That no node group or pool can take the pod; and of those that can, what speaks against them.

    A node pool makes the node that its pods need: of an instance type that they fit, in the zone that they ask for.
    """
    if not found.nodes:
        yield _no_node_group(role, pod, found, capacity)
    spot = [name for name, nodes in found.nodes.items() if any(node.capacity_type == "spot" for node in nodes)]
    if spot and role != "executors":
        yield Problem("EC2_SPOT", role, f"{', '.join(spot)} can take it")
    for name, group in capacity.node_groups.items():
        nodes = found.nodes.get(name, ())
        if not nodes:
            continue
        fitting = sorted({node.machine.name for node in nodes})
        small = sorted({node.machine.name for node in group.nodes if not fits(pod, node.room)})
        if small and kubernetes.INSTANCE_TYPE not in pod.node_selector:
            what = f"of {name} it fits {', '.join(fitting)}, not {', '.join(small)}"
            yield Problem("EC2_INSTANCE_TYPES", role, what)
        zones = sorted({node.zone for node in nodes})
        if len(zones) < len(set(group.zones)):
            what = f"it can run in {', '.join(zones)}; {name} has nodes in {', '.join(group.zones)}"
            yield Problem("EC2_ZONE_OF_GROUP", role, what)


def problems_of_pod(role: Role, pod: PodShape, spec: Mapping[str, Any]) -> Iterator[Problem]:
    """Of the pod itself: what a plan can't know of it."""
    scheduler = spec.get("schedulerName")
    if scheduler and scheduler != kubernetes.DEFAULT_SCHEDULER:
        path: FieldPath = ("spec", "schedulerName")
        yield Problem("EC2_SCHEDULER", role, f"schedulerName is {scheduler}", path, scheduler)
    if spec.get("nodeName"):
        path = ("spec", "nodeName")
        yield Problem("EC2_NODE_NAME", role, f"nodeName is {spec['nodeName']}", path, spec["nodeName"])
    for resource, _ in pod.devices:
        yield Problem("EC2_DEVICE", role, f"it requests {resource}")


def _no_node_group(role: Role, pod: PodShape, found: Candidates, capacity: Capacity) -> Problem:
    why = "; ".join(f"{refusal.name}: {refusal.reason}" for refusal in found.refusals)
    for key, value in pod.node_selector.items():
        code = code_of_selector(key, value)
        if code and all(
            node.labels.get(key) != value for group in capacity.groups_and_pools.values() for node in group.nodes
        ):
            return Problem(code, role, f"it asks for {key}={value}", ("spec", "nodeSelector", key), value)
    if capacity.other_nodes:
        return Problem("EC2_OTHER_NODES", role, f"{why or 'there are no node groups'}; {capacity.other_nodes}")
    return Problem("EC2_NO_NODE_GROUP", role, why or "there are no node groups")
