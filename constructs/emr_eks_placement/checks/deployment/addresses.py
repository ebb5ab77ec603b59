"""Checks whether the subnets have enough addresses for the pods and nodes of the largest run.

A pod takes one address of a subnet in its zone, on Fargate and on EC2 (EKS guide, Fargate; Amazon VPC CNI). A new node
takes more: the VPC CNI reserves addresses for future pods, at most as many as the node may have pods, and a few for its
network interfaces. Pods that may run in several zones are counted for these zones together.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from emr_eks_placement.checks import Check
from emr_eks_placement.checks.deployment.findings import concluded
from emr_eks_placement.planning import Plan
from emr_eks_placement.scheduling.capacity import Capacity


class _Need(NamedTuple):
    run: str
    zones: tuple[str, ...]
    pods: int
    with_nodes: int


def check_addresses(runs: Iterable[tuple[str, Plan]], capacity: Capacity, free: Mapping[str, int]) -> list[Check]:
    """Checks whether each set of zones has as many free addresses as the pods that can run only there need.

    runs: as `CheckedEnvironment.plans` returns them, each counted alone; capacity: the one they are planned for; free:
    addresses by zone.
    """
    largest: dict[tuple[str, ...], _Need] = {}
    for run, planned in runs:
        for need in _needs(run, planned, capacity):
            known = largest.get(need.zones)
            if known is None or (need.pods, need.with_nodes) > (known.pods, known.with_nodes):
                largest[need.zones] = need
    listed = ", ".join(f"{zone} {count}" for zone, count in sorted(free.items()))
    most = max((need.pods for need in largest.values()), default=0)
    findings = (finding for need in largest.values() if (finding := _finding(need, free)))
    return concluded("addresses", findings, f"free addresses: {listed}; the pods of the largest run take {most}")


def _needs(run: str, planned: Plan, capacity: Capacity) -> Iterator[_Need]:
    for zones in {pod.landing.zones for pod in planned.pods if pod.landing.zones}:
        inside = set(zones)
        pods = sum(
            pod.count.least if pod.count.most is None else pod.count.most
            for pod in planned.pods
            if pod.landing.zones and inside.issuperset(pod.landing.zones)
        )
        nodes = sum(
            needed.most_there * max(_most_pods(capacity, name) for name in needed.names)
            for needed in planned.nodes
            if inside.issuperset(needed.zones)
        )
        yield _Need(run, tuple(sorted(zones)), pods, pods + nodes)


def _most_pods(capacity: Capacity, name: str) -> int:
    return max(machine.max_pods for machine in capacity.groups_and_pools[name].machines)


def _finding(need: _Need, free: Mapping[str, int]) -> Check | None:
    there = sum(free.get(zone, 0) for zone in need.zones)
    where = f"the subnets of {', '.join(need.zones)} have {there} free addresses"
    fix = "Add subnets of these zones, let jobs run in more zones or with fewer executors, or end other users of addresses"
    if there < need.pods:
        return Check("addresses", "missing", f"{where}, {need.run} takes {need.pods} for its pods", fix)
    if there < need.with_nodes:
        found = f"{where}, {need.run} may take {need.with_nodes} for its pods and the nodes they need"
        return Check("addresses", "warning", found, fix)
    return None
