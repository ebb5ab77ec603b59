"""How many equal runs a cluster holds at once, were it theirs alone: an upper bound, for submitters are not counted."""

from emr_eks_placement.planning.plan import Plan
from emr_eks_placement.planning.planned_pod import PlannedPod
from emr_eks_placement.planning.whole import most_nodes
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.scheduling.packing import pods_on


def runs_at_once(made: Plan, capacity: Capacity) -> int | None:
    """By what nodes hold and by the quota of Fargate's vCPU, each run with all its executors; None: without known bound."""
    bounds = [runs_on_nodes(made, capacity)]
    if made.fargate_vcpus:
        bounds.append(int(capacity.fargate_vcpus / made.fargate_vcpus))
    return _least(bounds)


def runs_on_nodes(made: Plan, capacity: Capacity) -> int | None:
    """By what node groups and pools at their largest hold of their drivers and executors; None: without known bound."""
    if capacity.other_nodes:
        return None
    return _least([_runs_of(pod, capacity) for pod in made.pods if pod.role != "submitter" and pod.landing.nodes])


def _runs_of(pod: PlannedPod, capacity: Capacity) -> int | None:
    count = pod.count.least if pod.count.most is None else pod.count.most
    held = [_held_by(name, pod, capacity) for name in pod.landing.nodes]
    if not count or None in held:
        return None
    return sum(one for one in held if one is not None) // count


def _held_by(name: str, pod: PlannedPod, capacity: Capacity) -> int | None:
    """How many of the pod the nodes of a group or pool hold, of the kind that holds most."""
    group = capacity.groups_and_pools[name]
    most = 0
    for node in pod.landing.nodes[name]:
        nodes = most_nodes(group, pod.landing.zones, node.machine.vcpus)
        if nodes is None:
            return None
        most = max(most, nodes * pods_on(node.room, pod.shape))
    return most


def _least(bounds: list[int | None]) -> int | None:
    return min((bound for bound in bounds if bound is not None), default=None)
