"""How many equal runs fit in an empty cluster at once. This is an upper bound, because submitters are not counted."""

from emr_eks_placement.planning.plan import Plan
from emr_eks_placement.planning.planned_pod import PlannedPod
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.scheduling.counting import Counting, Run, Wanted
from emr_eks_placement.scheduling.holding import most_that_fit
from emr_eks_placement.scheduling.supply import ANY, supply_at_most


def concurrent_runs(made: Plan, capacity: Capacity) -> int | None:
    """Returns the number by nodes and by the quota of Fargate vCPU, each run with all its executors; None without a
    known limit."""
    bounds = [concurrent_runs_on_nodes(made, capacity)]
    if made.fargate_vcpus:
        bounds.append(int(capacity.fargate_vcpus / made.fargate_vcpus))
    return _least(bounds)


def concurrent_runs_on_nodes(made: Plan, capacity: Capacity) -> int | None:
    """Returns how many runs' drivers and executors fit on node groups and pools of maximum size; None without a known
    limit."""
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
