"""How many equal runs a cluster holds at once, on nodes and by the quota of Fargate's vCPU."""

import pytest

from emr_eks_placement.planning import plan
from emr_eks_placement.planning.concurrent_runs import concurrent_runs, concurrent_runs_on_nodes
from emr_eks_placement.scheduling.capacity import Capacity, NodePoolCapacity
from tests.unit.planned import LABEL, NAMESPACE, capacity, node_group, request

ON_FARGATE = {f"spark.kubernetes.{role}.label.{LABEL}": "fargate" for role in ("driver", "executor")}
EXECUTORS = {"spark.executor.instances": "3", "spark.executor.cores": "2", "spark.driver.cores": "1"}


def bounds(there: Capacity, **spark: str) -> tuple[int | None, int | None]:
    """On nodes, and altogether."""
    made = plan(request({**EXECUTORS, **spark}), {}, there, namespace=NAMESPACE)
    return concurrent_runs_on_nodes(made, there), concurrent_runs(made, there)


@pytest.mark.parametrize(("max_size", "runs"), [(1, 2), (2, 4), (3, 7), (30, 70)])
def test_nodes_hold_whole_pods(max_size: int, runs: int) -> None:
    """An m6i.4xlarge holds 7 executors of 2 vCPU, of which a run has 3; more drivers of 1 vCPU."""
    there = capacity(node_groups={"nodes": node_group("m6i.4xlarge", max_size=max_size)})
    assert bounds(there) == (runs, runs)


def test_zones_of_a_group_have_their_share_of_its_nodes() -> None:
    both = ("us-east-1a", "us-east-1b")
    there = capacity(node_groups={"nodes": node_group("m6i.4xlarge", max_size=6, zones=both)})
    zone = {"spark.kubernetes.node.selector.topology.kubernetes.io/zone": "us-east-1b"}
    assert bounds(there, **zone) == (7, 7)
    assert bounds(there) == (14, 14)


def test_a_node_pool_without_bound_holds_any_number() -> None:
    machines = node_group("m6i.4xlarge").machines
    pool = NodePoolCapacity(name="pool", machines=machines, zones=("us-east-1a",))
    assert bounds(capacity(node_groups={}, node_pools={"pool": pool})) == (None, None)
    assert bounds(capacity(node_pools={"pool": pool})) == (None, None)


def test_nodes_that_are_not_known_may_hold_any_number() -> None:
    assert bounds(capacity(other_nodes="Karpenter makes nodes")) == (None, None)


@pytest.mark.parametrize(("vcpus", "runs"), [(6, 0), (7, 1), (20, 2), (700, 100)])
def test_fargate_holds_what_its_quota_allows(vcpus: int, runs: int) -> None:
    """A run of 1 vCPU for the driver and 3 times 2 for executors."""
    assert bounds(capacity(fargate_vcpus=vcpus), **ON_FARGATE) == (None, runs)


def test_of_two_bounds_the_lower_counts() -> None:
    executors = {key: value for key, value in ON_FARGATE.items() if "executor" in key}
    there = capacity(node_groups={"nodes": node_group("m6i.large", max_size=3)}, fargate_vcpus=60)
    assert bounds(there, **executors) == (3, 3)
    assert bounds(capacity(fargate_vcpus=12), **executors)[1] == 2


def test_each_group_and_each_size_of_a_pools_nodes_holds_its_own() -> None:
    """An m6i.large holds none of the executors, an m6i.4xlarge 7, an m6i.8xlarge 15: of both a pool of 48 vCPU has one."""
    groups = {"small": node_group("m6i.large", max_size=10), "large": node_group("m6i.4xlarge", max_size=1)}
    assert bounds(capacity(node_groups=groups)) == (2, 2)
    machines = node_group("m6i.8xlarge", "m6i.4xlarge").machines
    pool = NodePoolCapacity(name="pool", machines=machines, zones=("us-east-1a",), max_vcpus=48)
    assert bounds(capacity(node_groups={}, node_pools={"pool": pool})) == (7, 7), "15 executors and 7"
