"""Problems of a run as a whole: its pods together, the nodes and the quota they take."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from emr_eks_placement.placement import Role
from emr_eks_placement.planning.planned_pod import PlannedPod
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.capacity import Capacity, NodeGroupCapacity, NodePoolCapacity, Room
from emr_eks_placement.scheduling.packing import nodes_for


@dataclass(frozen=True)
class NodesNeeded:
    """The EC2 nodes that pods with the same node groups, node pools and zones need, if they have them to themselves.

    least, most: of the roomiest and of the smallest nodes that hold such pods; running, allowed: how many nodes the groups
    and pools have in these zones now, and at their largest, which for a pool is a matter of its nodes' size; None: without
    bound. Executors count with their highest number; without a bound, the lowest.
    """

    node_groups: tuple[str, ...]
    node_pools: tuple[str, ...]
    zones: tuple[str, ...]
    roles: tuple[Role, ...]
    least: int
    most: int
    running: int
    allowed: int | None

    @property
    def names(self) -> tuple[str, ...]:
        """Of the node groups and pools."""
        return self.node_groups + self.node_pools


def nodes_needed(pods: Mapping[Role, PlannedPod], capacity: Capacity) -> tuple[NodesNeeded, ...]:
    """For each choice of groups, pools and zones that pods of the run have. What two choices share counts for both."""
    together: dict[tuple[tuple[str, ...], tuple[str, ...]], list[PlannedPod]] = {}
    for pod in pods.values():
        if pod.landing.compute == "ec2" and pod.landing.on:
            together.setdefault((pod.landing.on, pod.landing.zones), []).append(pod)
    return tuple(_needed(names, zones, some, capacity) for (names, zones), some in together.items())


def _needed(names: tuple[str, ...], zones: tuple[str, ...], pods: list[PlannedPod], capacity: Capacity) -> NodesNeeded:
    choices = _choices_for(pods)
    least, most = min(choices).count, max(choices).count
    there = [capacity.groups_and_pools[name] for name in names]
    allowed = {choice: _sum([most_nodes(one, zones, choice.vcpus) for one in there]) for choice in choices}
    enough = [one for choice, one in allowed.items() if one is None or one >= choice.count]
    return NodesNeeded(
        node_groups=tuple(name for name in names if name in capacity.node_groups),
        node_pools=tuple(name for name in names if name in capacity.node_pools),
        zones=zones,
        roles=tuple(pod.role for pod in pods),
        least=least,
        most=most,
        running=sum(_running(one, zones) for one in there),
        allowed=_largest(enough) if enough else allowed[min(choices)],
    )


def _running(one: NodeGroupCapacity | NodePoolCapacity, zones: tuple[str, ...]) -> int:
    """Nodes in these zones for sure: EKS spreads a group evenly over its own; a pool drops nodes without pods."""
    if isinstance(one, NodePoolCapacity):
        return 0
    return one.initial_size * len(set(zones) & set(one.zones)) // len(set(one.zones))


def most_nodes(one: NodeGroupCapacity | NodePoolCapacity, zones: tuple[str, ...], vcpus: int) -> int | None:
    """How many nodes of so many vCPU there can be in these zones; None: without bound. A pool makes them in any."""
    if isinstance(one, NodePoolCapacity):
        return None if one.max_vcpus is None else one.max_vcpus // vcpus
    return -(-one.max_size * len(set(zones) & set(one.zones)) // len(set(one.zones)))


def _sum(bounds: list[int | None]) -> int | None:
    known = [bound for bound in bounds if bound is not None]
    return sum(known) if len(known) == len(bounds) else None


def _largest(bounds: list[int | None]) -> int | None:
    known = [bound for bound in bounds if bound is not None]
    return max(known) if len(known) == len(bounds) else None


@dataclass(frozen=True, order=True)
class _Choice:
    """So many nodes of so many vCPU each."""

    count: int
    vcpus: int


def _choices_for(pods: list[PlannedPod]) -> set[_Choice]:
    """How many nodes the pods need, of each size of nodes that holds each of them.

    Where no node holds each of them, each kind of pod is counted on nodes of its own.
    """
    sizes: set[tuple[Room, int]] = set.intersection(
        *({(node.room, node.machine.vcpus) for nodes in pod.landing.nodes.values() for node in nodes} for pod in pods)
    )
    if not sizes:
        apart = [_choices_for([pod]) for pod in pods]
        smallest = min(choice.vcpus for choices in apart for choice in choices)
        return {_Choice(sum(extreme(choices).count for choices in apart), smallest) for extreme in (min, max)}
    counted = [(pod.shape, pod.count.most if pod.count.most is not None else pod.count.least) for pod in pods]
    return {_Choice(nodes_for(counted, room), vcpus) for room, vcpus in sizes}


def problems_of_nodes(needed: tuple[NodesNeeded, ...]) -> Iterator[Problem]:
    """That the node groups have to grow for the run, or they and the node pools can't grow enough."""
    for need in needed:
        names, roles = " or ".join(need.names), " and ".join(need.roles)
        nodes = str(need.least) if need.least == need.most else f"{need.least} to {need.most}"
        if need.allowed is not None and need.least > need.allowed:
            what = f"{roles} need {nodes} nodes of {names}, which can have {need.allowed}"
            yield Problem("EC2_TOO_FEW_NODES", need.roles[-1], what)
        elif need.least > need.running and not need.node_pools:
            what = f"{roles} need {nodes} nodes of {names}, which has {need.running} for sure"
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
