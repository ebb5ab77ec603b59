"""Problems of a run as a whole: its pods together, the nodes and the quota they take."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from emr_eks_placement.placement import Role
from emr_eks_placement.planning.planned_pod import PlannedPod
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.capacity import Capacity, Room
from emr_eks_placement.scheduling.packing import nodes_for


@dataclass(frozen=True)
class NodesNeeded:
    """The EC2 nodes that pods with the same node groups and zones need, if they have them to themselves.

    least, most: of the roomiest and of the smallest nodes that hold such pods; running, allowed: how many nodes the groups
    have in these zones now, and at their largest. Executors count with their highest number; without a bound, the lowest.
    """

    node_groups: tuple[str, ...]
    zones: tuple[str, ...]
    roles: tuple[Role, ...]
    least: int
    most: int
    running: int
    allowed: int


def nodes_needed(pods: Mapping[Role, PlannedPod], capacity: Capacity) -> tuple[NodesNeeded, ...]:
    """For each choice of node groups and zones that pods of the run have. Groups that two choices share count for both."""
    together: dict[tuple[tuple[str, ...], tuple[str, ...]], list[PlannedPod]] = {}
    for pod in pods.values():
        if pod.landing.compute == "ec2" and pod.landing.on:
            together.setdefault((pod.landing.on, pod.landing.zones), []).append(pod)
    return tuple(_needed(groups, zones, some, capacity) for (groups, zones), some in together.items())


def _needed(names: tuple[str, ...], zones: tuple[str, ...], pods: list[PlannedPod], capacity: Capacity) -> NodesNeeded:
    least, most = _nodes_for(pods)
    running = allowed = 0
    for name in names:
        group = capacity.node_groups[name]
        share = len(set(zones) & set(group.zones)), len(set(group.zones))
        running += group.initial_size * share[0] // share[1]
        allowed += -(-group.max_size * share[0] // share[1])  # EKS spreads a group evenly over its zones
    return NodesNeeded(names, zones, tuple(pod.role for pod in pods), least, most, running, allowed)


def _nodes_for(pods: list[PlannedPod]) -> tuple[int, int]:
    """How many nodes the pods need, of the roomiest and of the smallest that hold each of them.

    Where no node holds each of them, each kind of pod is counted on nodes of its own.
    """
    rooms: set[Room] = set.intersection(
        *({node.room for nodes in pod.landing.nodes.values() for node in nodes} for pod in pods)
    )
    if not rooms:
        apart = [_nodes_for([pod]) for pod in pods]
        return sum(least for least, _ in apart), sum(most for _, most in apart)
    counted = [(pod.shape, pod.count.most if pod.count.most is not None else pod.count.least) for pod in pods]
    needs = [nodes_for(counted, room) for room in rooms]
    return min(needs), max(needs)


def problems_of_nodes(needed: tuple[NodesNeeded, ...]) -> Iterator[Problem]:
    """That the node groups have to grow for the run, or can't grow enough."""
    for need in needed:
        groups, roles = " or ".join(need.node_groups), " and ".join(need.roles)
        nodes = str(need.least) if need.least == need.most else f"{need.least} to {need.most}"
        if need.least > need.allowed:
            what = f"{roles} need {nodes} nodes of {groups}, which can have {need.allowed}"
            yield Problem("EC2_TOO_FEW_NODES", need.roles[-1], what)
        elif need.least > need.running:
            what = f"{roles} need {nodes} nodes of {groups}, which has {need.running} for sure"
            yield Problem("EC2_SCALE_UP", need.roles[-1], what)


def problems_of_the_whole(
    pods: Mapping[Role, PlannedPod], capacity: Capacity, execution_role: str
) -> Iterator[Problem]:
    """What the pods of a run are to each other, and what they take together; execution_role: its ARN or name."""
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
        what = (
            f"the run's pods on Fargate take {vcpus:g} vCPU together, the quota is taken to be {capacity.fargate_vcpus}"
        )
        yield Problem("FARGATE_VCPU_QUOTA", role, what)


def fargate_vcpus(pods: Iterable[PlannedPod]) -> float:
    """What the pods on Fargate take together: the most of them, or the least where their number has no bound."""
    return sum(
        pod.landing.size.vcpus * (pod.count.least if pod.count.most is None else pod.count.most)
        for pod in pods
        if pod.landing.size
    )
