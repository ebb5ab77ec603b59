"""How many nodes a run needs, and what waits: clusters as people report them, each with a neighbour where all is well."""

import time
from random import Random
from typing import Any

import pytest

from emr_eks_placement.facts.instance_types import instance_type
from emr_eks_placement.planning import Plan
from emr_eks_placement.scheduling.capacity import NodeGroupCapacity, RunningNodes
from emr_eks_placement.scheduling.supply import GroupNodes
from tests.unit.kube_scheduler import Machine, by_score, place
from tests.unit.planned import ZONE_A, ZONE_B, capacity, node_group, planned, request, template
from tests.unit.problem_cases.case import TIGHT

COUNTED = {"EC2_TOO_FEW_NODES", "EC2_MAY_NOT_HOLD", "EC2_SCALE_UP", "EC2_MAY_SCALE_UP"}
BIG = {"spark.executor.memory": "4g", "spark.executor.memoryOverhead": "512m"}  # with one core: 4,608 MiB


def plan_on(spark: dict[str, str], **groups: NodeGroupCapacity) -> Plan:
    return planned(request(spark), capacity(node_groups=groups))


def counted(plan: Plan) -> dict[str, str]:
    return {one.code: one.what for one in plan.problems if one.code in COUNTED}


def group(*types: str, now: int, most: int | None = None, **fields: Any) -> NodeGroupCapacity:
    return node_group(*types, initial_size=now, max_size=now if most is None else most, **fields)


def waiting(plan: Plan, number: int, seed: int) -> int:
    """How many pods kube-scheduler leaves waiting on so many t3.large, by our reading of its scores."""
    (node,) = plan.of("driver").landing.nodes["nodes"]
    machines = [Machine("nodes", node, node.room) for _ in range(number)]
    pods = [pod.shape for pod in plan.pods for _ in range(pod.count.least)]
    return sum(not place(machines, pod, lambda _: True, by_score, Random(seed)) for pod in pods)  # noqa: S311 no secret


def test_the_scheduler_spreads_so_six_nodes_of_six_are_not_enough() -> None:
    """Submitter and driver could share a node, and get one each: for an executor none is left."""
    six = plan_on(TIGHT, nodes=group("t3.large", now=6))
    assert [(one.least, one.most) for one in six.nodes] == [(6, 7)]
    assert counted(six).keys() == {"EC2_MAY_NOT_HOLD"}
    assert {waiting(six, 6, seed) for seed in range(20)} == {1}
    (problem,) = (one for one in six.problems if one.code == "EC2_MAY_NOT_HOLD")
    assert problem.fix.endswith("7 nodes hold them for sure")
    seven = plan_on(TIGHT, nodes=group("t3.large", now=7))
    assert not counted(seven)
    assert {waiting(seven, 7, seed) for seed in range(20)} == {0}
    assert "2 of 5 executors wait" not in counted(plan_on(TIGHT, nodes=group("t3.large", now=5)))["EC2_TOO_FEW_NODES"]
    assert "1 of 5 executors wait" in counted(plan_on(TIGHT, nodes=group("t3.large", now=5)))["EC2_TOO_FEW_NODES"]


def test_each_group_holds_what_it_holds() -> None:
    """Ten m6i.large hold one executor of 1 core and 4,608 MiB each, an m6i.4xlarge 13 beside submitter and driver."""
    mixed = {"small": group("m6i.large", now=10), "large": group("m6i.4xlarge", now=1)}
    told = counted(plan_on({"spark.executor.instances": "40", **BIG}, **mixed))
    assert told.keys() == {"EC2_TOO_FEW_NODES"}
    assert "17 of 40 executors wait" in told["EC2_TOO_FEW_NODES"]
    assert "EC2_TOO_FEW_NODES" not in counted(plan_on({"spark.executor.instances": "23", **BIG}, **mixed))


def test_what_runs_now_counts_not_the_large_group_at_zero() -> None:
    several = {"spark.executor.instances": "9", **BIG}
    told = counted(
        plan_on(several, small=group("m6i.large", now=3, most=10), large=group("m6i.4xlarge", now=0, most=5))
    )
    assert told.keys() == {"EC2_SCALE_UP"}
    assert "8 of 9 executors wait for more" in told["EC2_SCALE_UP"], "submitter and driver fill two of the three"
    assert not counted(
        plan_on(several, small=group("m6i.large", now=3, most=10), large=group("m6i.4xlarge", now=1, most=5))
    )


def test_nodes_that_must_start_are_reported_beside_what_may_not_fit_on_them() -> None:
    """One Spot node at most, of a type that holds one executor or of one that holds three; none runs, or one."""
    taint = {"key": "team", "value": "a", "effect": "NoSchedule"}
    tolerant = template("executor", tolerations=[{"key": "team", "operator": "Exists"}], nodeSelector={"team": "a"})
    asked = request({"spark.executor.instances": "3", "spark.executor.cores": "2"})

    def told(now: int) -> dict[str, str]:
        spot = group(
            "m6i.xlarge", "m6i.2xlarge", now=now, most=1, labels={"team": "a"}, taints=[taint], capacity_type="spot"
        )
        where = capacity(node_groups={"nodes": group("m6i.xlarge", now=2), "spot": spot})
        return counted(planned(asked, where, executor=tolerant))

    assert (
        "2 of 3 executors may wait: spot holds 1 executor for sure, 3 at best at its largest"
        in told(0)["EC2_MAY_NOT_HOLD"]
    )
    assert "3 of 3 executors wait for more" in told(0)["EC2_SCALE_UP"]
    assert told(1).keys() == {"EC2_MAY_NOT_HOLD"}


def test_one_executor_reads_as_one() -> None:
    spark = {
        "spark.executor.instances": "1",
        "spark.executor.cores": "3",
        "spark.kubernetes.executor.node.selector.a": "b",
    }
    labelled = group("m6i.xlarge", now=0, most=1, labels={"a": "b"})
    told = counted(plan_on(spark, nodes=group("m6i.xlarge", now=1), labelled=labelled))
    assert told["EC2_SCALE_UP"].endswith("of which 0 surely run now: the executor waits for more")


def test_a_group_that_starts_at_zero_keeps_a_driver_waiting() -> None:
    told = counted(plan_on({}, nodes=group("m6i.4xlarge", now=0, most=5)))
    assert "the submitter and the driver and 2 of 2 executors wait for more" in told["EC2_SCALE_UP"]
    assert "15 minutes" in told["EC2_SCALE_UP"]
    executors_wait = counted(plan_on({"spark.executor.instances": "40"}, nodes=group("m6i.4xlarge", now=1, most=5)))
    assert "15 minutes" not in executors_wait["EC2_SCALE_UP"]


def test_the_most_nodes_are_those_of_the_smallest_type() -> None:
    """Whichever types the group starts: each m6i.large holds one executor, and submitter and driver may take two nodes."""
    (nodes,) = plan_on({"spark.executor.instances": "9", **BIG}, mix=group("m6i.large", "m6i.4xlarge", now=11)).nodes
    assert (nodes.least, nodes.most) == (1, 11)
    told = counted(
        plan_on({"spark.executor.instances": "9", **BIG}, mix=group("m6i.large", "m6i.4xlarge", now=10, most=10))
    )
    assert told.keys() == {"EC2_MAY_NOT_HOLD"}


def test_pods_of_much_memory_and_of_many_cores_share_nodes() -> None:
    """A driver of 20 GiB and five executors of 3 cores, of which an m6i.2xlarge holds two beside it."""
    sizes = {
        "spark.driver.memory": "20g",
        "spark.executor.instances": "5",
        "spark.kubernetes.executor.request.cores": "3",
        "spark.executor.memory": "1g",
    }
    assert "EC2_TOO_FEW_NODES" not in counted(plan_on(sizes, nodes=group("m6i.2xlarge", now=3)))
    assert "EC2_TOO_FEW_NODES" in counted(plan_on(sizes, nodes=group("m6i.2xlarge", now=2)))


def test_pods_of_different_choices_share_a_group() -> None:
    """The driver is pinned to one of two groups, of which the executors need every node."""
    pinned = {
        "spark.kubernetes.driver.node.selector.workload": "drivers",
        "spark.executor.instances": "3",
        "spark.kubernetes.executor.request.cores": "12",
    }
    there = {
        "drivers": group("m6i.4xlarge", now=1, labels={"workload": "drivers"}),
        "nodes": group("m6i.4xlarge", now=2),
    }
    assert not counted(plan_on(pinned, **there))
    told = counted(plan_on({**pinned, "spark.driver.cores": "8"}, **there))
    assert "1 of 3 executors wait" in told["EC2_TOO_FEW_NODES"]


def test_zones_of_a_group_are_even() -> None:
    """Two nodes over four zones: two zones may have both of them, or none."""
    zones = (ZONE_A, ZONE_B, "us-east-1c", "us-east-1d")
    spark = {"spark.kubernetes.node.selector.topology.kubernetes.io/zone": ZONE_A}
    for number, sure, most in ((2, 0, 1), (4, 1, 1), (7, 1, 2)):
        found = planned(request(spark), capacity(node_groups={"nodes": group("m6i.4xlarge", now=number, zones=zones)}))
        (nodes,) = (one for one in found.nodes if one.zones == (ZONE_A,))
        assert (nodes.running, nodes.allowed) == (sure, most)
    two = GroupNodes(group("m6i.4xlarge", now=2, zones=zones), 2)
    assert (two.sure(zones[:2]), two.most(zones[:2])) == (0, 2)
    assert (two.sure(zones[:3]), two.most(zones[:3])) == (1, 2)


@pytest.mark.parametrize("other", ["", "Karpenter makes nodes"])
def test_nodes_of_other_means_may_take_what_the_groups_do_not_hold(other: str) -> None:
    there = capacity(node_groups={"nodes": group("m6i.4xlarge", now=1)}, other_nodes=other)
    found = planned(request({"spark.executor.instances": "400"}), there)
    assert counted(found).keys() == ({"EC2_MAY_SCALE_UP"} if other else {"EC2_TOO_FEW_NODES"})


def test_a_million_executors_are_counted_like_one() -> None:
    there = capacity(node_groups={f"group-{number}": group("m6i.4xlarge", "m5.2xlarge", now=9) for number in range(30)})
    start = time.process_time()
    found = planned(request({"spark.executor.instances": "1000000"}), there)
    assert time.process_time() - start < 1, "seconds of the processor; it takes milliseconds"
    assert "EC2_TOO_FEW_NODES" in counted(found)


def test_nodes_that_run_are_of_the_first_type_of_an_on_demand_group() -> None:
    """Three m6i.large run, each with room for one executor, which submitter and driver need; the m6i.4xlarge come later."""
    several = {"spark.executor.instances": "9", **BIG}
    first_small = counted(plan_on(several, mix=group("m6i.large", "m6i.4xlarge", now=3, most=30)))
    assert "8 of 9 executors wait for more" in first_small["EC2_SCALE_UP"]
    assert not counted(plan_on(several, mix=group("m6i.4xlarge", "m6i.large", now=3, most=30)))


def test_the_nodes_of_a_live_cluster_count_as_they_are() -> None:
    """Two of three nodes that run are large, which the group's first type is not."""
    several = {"spark.executor.instances": "9", **BIG}
    small, large = instance_type("m6i.large"), instance_type("m6i.4xlarge")
    for running, expected in (
        ((RunningNodes(small, ZONE_A, 1), RunningNodes(large, ZONE_A, 2)), {"EC2_MAY_SCALE_UP"}),
        ((RunningNodes(large, ZONE_A, 2),), set()),
        ((RunningNodes(small, ZONE_A, 3),), {"EC2_SCALE_UP"}),
        ((), {"EC2_SCALE_UP"}),
    ):
        found = plan_on(several, mix=group("m6i.large", "m6i.4xlarge", now=3, most=30, running=running))
        assert counted(found).keys() == expected, running


def test_the_initial_size_of_a_job_is_distinguished_from_its_maximum() -> None:
    grows = {"spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.maxExecutors": "40"}
    where = {"nodes": group("m6i.4xlarge", now=2, most=20)}
    later = counted(plan_on(grows, **where))["EC2_SCALE_UP"]
    assert later.endswith("wait for more, once the job has asked for them")
    asked = {"spark.dynamicAllocation.initialExecutors": "40"}
    assert "once" not in counted(plan_on({**grows, **asked}, **where))["EC2_SCALE_UP"]
