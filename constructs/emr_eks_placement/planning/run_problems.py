"""Problems of a run as a whole: its pods together, and their use of the quota."""

from collections.abc import Iterable, Iterator, Mapping

from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.planned_pod import PlannedPod
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.capacity import Capacity, Node
from emr_eks_placement.scheduling.packing import pods_on
from emr_eks_placement.scheduling.pod import MIB

_USED_ENOUGH = 0.6  # of a node's CPU or memory; below it another size is cheaper
_FEWEST = 3  # executors; with fewer, no node is saved


def problems_of_run(pods: Mapping[Role, PlannedPod], capacity: Capacity, execution_role: str) -> Iterator[Problem]:
    """Yields problems of the pods of a run with each other, and of what they use together. execution_role: its ARN or
    name."""
    submitter, driver, executors = (pods[role].landing for role in ("submitter", "driver", "executors"))
    if submitter.compute == "ec2" and driver.compute == executors.compute == "fargate":
        yield Problem("SUBMITTER_ON_EC2", "submitter", "no Fargate profile selects the submitter")
    if len(executors.zones) > 1:
        yield Problem("EXECUTORS_ACROSS_ZONES", "executors", f"they can run in {', '.join(executors.zones)}")
    if driver.zones and executors.zones and not set(driver.zones) & set(executors.zones):
        what = f"it runs in {', '.join(driver.zones)}, the executors in {', '.join(executors.zones)}"
        yield Problem("DRIVER_IN_ANOTHER_ZONE", "driver", what)
    if pods["executors"].count.most is None:
        yield Problem("EXECUTORS_UNBOUNDED", "executors", "spark.dynamicAllocation.maxExecutors is not set")
    name = execution_role.rsplit("/", 1)[-1]
    if name in capacity.pod_identity_roles:
        for pod in (pods["driver"], pods["executors"]):
            if pod.landing.compute == "fargate":
                yield Problem("FARGATE_POD_IDENTITY", pod.role, f"role {name} has an association")
    vcpus = fargate_vcpus(pods.values())
    if vcpus > capacity.fargate_vcpus:
        role: Role = "executors" if executors.compute == "fargate" else "driver"
        what = f"the run's pods on Fargate take {vcpus:.10g} vCPU together, the quota is taken to be {capacity.fargate_vcpus}"
        yield Problem("FARGATE_VCPU_QUOTA", role, what)


def fargate_vcpus(pods: Iterable[PlannedPod]) -> float:
    """Returns what the pods on Fargate use together: their maximum number, or the minimum without a limit."""
    return sum(pod.landing.size.vcpus * pod.number for pod in pods if pod.landing.size)


def problems_of_waste(executors: PlannedPod) -> Iterator[Problem]:
    """Yields a problem if every kind of node that can take the executors stays almost half empty when full of them."""
    nodes = {node.machine.name: node for some in executors.landing.nodes.values() for node in some}.values()
    if not nodes or executors.number < _FEWEST or executors.shape.devices:
        return
    best = max(nodes, key=lambda node: _used(executors, node))
    if _used(executors, best) >= _USED_ENOUGH:
        return
    held = pods_on(best.room, executors.shape, lightest=True)
    shares = " and ".join(f"{share:.0%} of its {what}" for share, what in _shares(executors, best))
    what = f"{best.machine.name} holds {held} of them, which take {shares}"
    more = held + 1
    smaller = _size(best, more)
    fix = f"To have {more} on a node, let each request at most {smaller}; to fill it with {held}, up to {_size(best, held)}"
    yield Problem("EXECUTORS_LEAVE_ROOM", "executors", what, own_fix=fix)


def _used(executors: PlannedPod, node: Node) -> float:
    return max(share for share, _ in _shares(executors, node))


def _shares(executors: PlannedPod, node: Node) -> list[tuple[float, str]]:
    """Returns the share of a node's CPU and memory that its maximum number of executors requests."""
    held = pods_on(node.room, executors.shape, lightest=True)
    return [
        (held * executors.shape.cpu_millis / node.room.cpu_millis, "CPU"),
        (held * executors.shape.memory_bytes / node.room.memory_bytes, "memory"),
    ]


def _size(node: Node, number: int) -> str:
    """Returns the size with which the node certainly holds the number, including overhead and sidecars."""
    memory = node.sure_room.memory_bytes // number // MIB
    return f"{node.sure_room.cpu_millis // number / 1000:g} vCPU and {memory} MiB"
