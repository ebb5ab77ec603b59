"""Node pools of EKS Auto Mode: their nodes, which pods they take, what plans count and how definitions ask for them."""

from typing import Any

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.definition import define
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.facts import auto_mode, kubernetes
from emr_eks_placement.facts.instance_types import instance_type
from emr_eks_placement.job.placement import Ec2, Fargate, Placement
from emr_eks_placement.planning import NodesNeeded, Plan
from emr_eks_placement.scheduling.capacity import Capacity, NodePoolCapacity
from tests.unit.environments import data, environment
from tests.unit.planned import CAPACITY, ZONE_A, ZONE_B, capacity, node_group, planned, request
from tests.unit.read_back import DEPLOYED, NO_LOGS, classification, pods
from tests.unit.sizes import job

BURST = {"instance_types": ["m6i.xlarge"], "capacity_types": ["spot"]}


def pool(*instance_types: str, **fields: Any) -> NodePoolCapacity:
    machines = tuple(instance_type(name) for name in instance_types)
    return NodePoolCapacity(**{"name": "burst", "machines": machines, "zones": (ZONE_A, ZONE_B), **fields})


def pooled(*instance_types: str, **fields: Any) -> Capacity:
    return capacity(node_groups={}, node_pools={"burst": pool(*instance_types, **fields)})


def codes(found: Plan) -> set[str]:
    return {problem.code for problem in found.problems}


# Nodes


def test_a_node_of_each_instance_type_in_each_zone_of_each_capacity_type() -> None:
    found = pool("m6i.large", "m6i.xlarge", capacity_types=("spot", "on-demand")).nodes
    assert len({(node.machine.name, node.zone, node.capacity_type) for node in found}) == len(found) == 8


def test_labels_are_those_of_eks_auto_mode_and_none_of_node_groups() -> None:
    (node,) = pool("m6i.xlarge", capacity_types=("spot",), zones=(ZONE_A,), labels={"workload": "spark"}).nodes
    assert node.labels == {
        "workload": "spark",
        "node.kubernetes.io/instance-type": "m6i.xlarge",
        "beta.kubernetes.io/instance-type": "m6i.xlarge",
        "kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "beta.kubernetes.io/os": "linux",
        "topology.kubernetes.io/zone": ZONE_A,
        "failure-domain.beta.kubernetes.io/zone": ZONE_A,
        "topology.ebs.csi.eks.amazonaws.com/zone": ZONE_A,
        "topology.kubernetes.io/region": "us-east-1",
        "failure-domain.beta.kubernetes.io/region": "us-east-1",
        "app.kubernetes.io/managed-by": "eks",
        "karpenter.sh/nodepool": "burst",
        "karpenter.sh/capacity-type": "spot",
        "karpenter.sh/registered": "true",
        "karpenter.sh/initialized": "true",
        "karpenter.sh/do-not-sync-taints": "true",
        "eks.amazonaws.com/compute-type": "auto",
        "eks.amazonaws.com/instance-category": "m",
        "eks.amazonaws.com/instance-generation": "6",
        "eks.amazonaws.com/instance-family": "m6i",
        "eks.amazonaws.com/instance-size": "xlarge",
        "eks.amazonaws.com/instance-cpu": "4",
        "eks.amazonaws.com/instance-cpu-manufacturer": "intel",
        "eks.amazonaws.com/instance-cpu-sustained-clock-speed-mhz": "3500",
        "eks.amazonaws.com/instance-capability-flex": "false",
        "eks.amazonaws.com/instance-hypervisor": "nitro",
        "eks.amazonaws.com/instance-ebs-bandwidth": "10000",
        "eks.amazonaws.com/instance-network-bandwidth": "1562",
        "eks.amazonaws.com/instance-encryption-in-transit-supported": "true",
        "eks.amazonaws.com/instance-memory": "16384",
    }


def test_a_node_holds_at_most_110_pods() -> None:
    (large, small) = pool("m6i.32xlarge", "m6i.large", zones=(ZONE_A,)).nodes
    assert instance_type("m6i.32xlarge").max_pods > 110
    assert large.room.pods == 110
    assert small.room.pods == instance_type("m6i.large").max_pods - 2


def test_no_instance_type_beyond_the_limit_has_a_node() -> None:
    assert {node.machine.name for node in pool("m6i.large", "m6i.4xlarge", max_vcpus=8).nodes} == {"m6i.large"}
    found = planned(request(), pooled("m6i.4xlarge", max_vcpus=8))
    (problem, *_) = found.problems
    assert (problem.code, problem.what) == ("EC2_NO_NODE_GROUP", "burst: it can have no node within its limits")


def test_supported_instance_types_are_those_of_the_families_without_the_small_sizes() -> None:
    supported = {machine.name for machine in auto_mode.supported_instance_types()}
    assert {"m6i.large", "m7g.16xlarge", "t3.medium", "p5.48xlarge"} <= supported
    assert not {"t3.small", "m7g.medium", "a1.large", "m3.large"} & supported


# Plans


def test_a_pool_without_nodes_takes_pods_and_none_waits_for_an_autoscaler() -> None:
    found = planned(request(), pooled("m6i.4xlarge", max_vcpus=64))
    assert {pod.landing.on for pod in found.pods} == {("burst",)}
    assert not any(pod.landing.pending for pod in found.pods)
    assert codes(found) == {"EXECUTORS_ACROSS_ZONES"}
    assert found.nodes == (
        NodesNeeded((), ("burst",), (ZONE_A, ZONE_B), ("submitter", "driver", "executors"), 1, 1, 0, 4),
    )


def test_a_pool_creates_the_node_that_a_pod_asks_for() -> None:
    """Of an instance type that it fits and in its zone: the warnings of node groups about both do not hold."""
    spark = {"spark.executor.cores": "4", f"spark.kubernetes.node.selector.{kubernetes.ZONE}": ZONE_A}
    found = planned(request(spark), pooled("m6i.large", "m6i.4xlarge"))
    assert codes(found) == set()
    assert {node.machine.name for node in found.of("executors").landing.nodes["burst"]} == {"m6i.4xlarge"}


def test_drivers_on_spot_of_a_pool_are_reported() -> None:
    found = planned(request(), pooled("m6i.4xlarge", capacity_types=("spot", "on-demand"), zones=(ZONE_A,)))
    assert [one.role for one in found.problems if one.code == "EC2_SPOT"] == ["submitter", "driver"]
    asked = request({"spark.kubernetes.node.selector.karpenter.sh/capacity-type": "on-demand"})
    again = planned(asked, pooled("m6i.4xlarge", capacity_types=("spot", "on-demand"), zones=(ZONE_A,)))
    assert [one.role for one in again.problems if one.code == "EC2_SPOT"] == ["submitter"]


@pytest.mark.parametrize(("max_vcpus", "enough"), [(223, False), (224, True), (None, True)])
def test_nodes_are_counted_against_the_limit_of_vcpu(max_vcpus: int | None, enough: bool) -> None:
    many = {"spark.executor.instances": "40", "spark.executor.cores": "4"}
    found = planned(request(many), pooled("m6i.4xlarge", max_vcpus=max_vcpus, zones=(ZONE_A,)))
    (nodes,) = found.nodes
    assert (nodes.least, nodes.allowed) == (14, max_vcpus and max_vcpus // 16)
    assert ("EC2_TOO_FEW_NODES" not in codes(found)) is enough


def test_what_one_size_of_nodes_allows_is_no_problem() -> None:
    """40 executors of 4 cores: on m6i.4xlarge three a node and 14 nodes, 224 vCPU; on m6i.2xlarge one a node, 320."""
    many = {"spark.executor.instances": "40", "spark.executor.cores": "4"}
    assert "EC2_TOO_FEW_NODES" not in codes(planned(request(many), pooled("m6i.2xlarge", "m6i.4xlarge", max_vcpus=224)))
    assert "EC2_TOO_FEW_NODES" in codes(planned(request(many), pooled("m6i.2xlarge", max_vcpus=224)))


def test_a_limit_that_smaller_nodes_keep_to_is_enough() -> None:
    """Of m6i.8xlarge the run needs two nodes where there can be one, of m6i.4xlarge three, and there can be three."""
    spark = {"spark.executor.instances": "9", "spark.executor.cores": "4"}
    found = planned(request(spark), pooled("m6i.4xlarge", "m6i.8xlarge", max_vcpus=48, zones=(ZONE_A,)))
    (nodes,) = found.nodes
    assert (nodes.least, nodes.most, nodes.allowed) == (2, 3, 3)
    assert codes(found) == set()


def test_a_node_group_and_a_pool_add_up() -> None:
    both = capacity(
        node_groups={"nodes": node_group("m6i.4xlarge", initial_size=1, max_size=2)},
        node_pools={"burst": pool("m6i.4xlarge", max_vcpus=32, zones=(ZONE_A,))},
    )
    found = planned(request({"spark.executor.instances": "9", "spark.executor.cores": "4"}), both)
    (nodes,) = found.nodes
    assert (nodes.names, nodes.running, nodes.allowed) == (("nodes", "burst"), 1, 4)
    assert codes(found) == set(), "the pool grows by itself"


# Definitions


def world(**pools: Any) -> Environment:
    spot = {"instance_types": ["m6i.xlarge"], "capacity_type": "spot", "labels": {"workload": "a"}}
    return environment(node_groups={**data()["node_groups"], "spot": spot}, node_pools=pools)


def executors(target: Ec2, where: Environment, **how: Any) -> dict[str, str]:
    """The node selector of the executors, read back from the definition."""
    asked = Placement(submitter=Fargate(), driver=Fargate(), executors=target)
    made = define(job(), asked, where, virtual_cluster="spark", deployed=DEPLOYED, **how)
    return pods(made, "spark-jobs")["executors"].node_selector


@pytest.mark.parametrize("node_selection", ["pod-template", "spark-conf"])
def test_a_capacity_type_is_asked_for_by_the_label_of_what_is_left(node_selection: str) -> None:
    where = world(burst={**BURST, "labels": {"workload": "b"}})
    of_group = executors(Ec2(node_labels={"workload": "a"}, capacity_type="spot"), where, node_selection=node_selection)
    assert of_group == {"workload": "a", "eks.amazonaws.com/capacityType": "SPOT"}
    of_pool = executors(Ec2(node_labels={"workload": "b"}, capacity_type="spot"), where, node_selection=node_selection)
    assert of_pool == {"workload": "b", "karpenter.sh/capacity-type": "spot"}
    by_name = Ec2(node_labels={"karpenter.sh/nodepool": "burst"}, capacity_type="spot")
    assert executors(by_name, where) == {"karpenter.sh/nodepool": "burst", "karpenter.sh/capacity-type": "spot"}


def test_the_submitter_asks_by_the_label_of_a_pool_too() -> None:
    target = Ec2(node_labels={"karpenter.sh/nodepool": "burst"}, capacity_type="spot")
    asked = Placement(submitter=target, driver=Fargate(), executors=Fargate())
    made = define(job(), asked, world(burst=BURST), virtual_cluster="spark", deployed=NO_LOGS)
    properties = classification(made.request, "emr-job-submitter")
    assert properties["jobsubmitter.node.selector.karpenter.sh/capacity-type"] == "spot"


def test_taints_tell_groups_and_pools_apart() -> None:
    tainted = {**BURST, "taints": [{"key": "burst", "effect": "NoSchedule"}]}
    assert executors(Ec2(capacity_type="spot"), world(burst=tainted)) == {"eks.amazonaws.com/capacityType": "SPOT"}


def test_a_capacity_type_that_groups_and_pools_have_is_refused() -> None:
    with pytest.raises(RuleError) as caught:
        executors(Ec2(capacity_type="spot"), world(burst=BURST))
    assert caught.value.path == ("placement", "executors", "capacity_type")
    assert "spot and burst have such nodes" in caught.value.rule
    assert "karpenter.sh/nodepool: burst" in caught.value.fix


def test_the_label_of_a_pool_has_a_field_of_its_own() -> None:
    with pytest.raises(ValueError, match=r"its own field\. Write capacity_type instead"):
        Ec2(node_labels={"karpenter.sh/capacity-type": "spot"})


def test_an_environment_describes_a_whole_pool() -> None:
    settings = {
        **BURST,
        "max_vcpus": 96,
        "labels": {"workload": "b"},
        "taints": [{"key": "a", "effect": "NoSchedule"}],
        "zones": ["us-east-1b"],
        "disk_gib": 200,
    }
    found = capacity_of(world(burst=settings, other=BURST)).node_pools
    assert (found["burst"].max_vcpus, found["burst"].disk_gib, found["burst"].zones) == (96, 200, ("us-east-1b",))
    assert (found["burst"].labels, found["burst"].taints[0].key) == ({"workload": "b"}, "a")
    assert (found["other"].max_vcpus, found["other"].disk_gib) == (64, 80)
    assert found["other"].zones == ("us-east-1a", "us-east-1b")


def test_groups_and_pools_are_distinguished_by_name() -> None:
    both = capacity(node_pools={"burst": pool("m6i.large")})
    assert list(both.groups_and_pools) == [*CAPACITY.node_groups, "burst"]
