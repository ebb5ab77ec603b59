"""How many equal runs a cluster holds at once, were it theirs alone: an upper bound, for submitters are not counted."""

from emr_eks_placement.planning.plan import Plan
from emr_eks_placement.planning.planned_pod import PlannedPod
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.scheduling.counting import Counting, Run, Wanted
from emr_eks_placement.scheduling.holding import most_that_fit
from emr_eks_placement.scheduling.supply import ANY, supply_at_most


def concurrent_runs(made: Plan, capacity: Capacity) -> int | None:
    """By what nodes hold and by the quota of Fargate's vCPU, each run with all its executors; None: without known bound."""
    bounds = [concurrent_runs_on_nodes(made, capacity)]
    if made.fargate_vcpus:
        bounds.append(int(capacity.fargate_vcpus / made.fargate_vcpus))
    return _least(bounds)


def concurrent_runs_on_nodes(made: Plan, capacity: Capacity) -> int | None:
    """By what node groups and pools at their largest hold of their drivers and executors; None: without known bound."""
    if capacity.other_nodes:
        return None
    return _least([_runs_of(pod, capacity) for pod in made.pods if pod.role != "submitter" and pod.landing.nodes])


def _runs_of(pod: PlannedPod, capacity: Capacity) -> int | None:
    count = pod.number
    if not count:
        return None
    held = most_that_fit(Counting(Run((), Wanted(pod.shape, count, pod.landing.nodes))), supply_at_most(capacity))
    return None if held is None or held >= ANY else held // count


def _least(bounds: list[int | None]) -> int | None:
    return min((bound for bound in bounds if bound is not None), default=None)
