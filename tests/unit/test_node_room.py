"""What nodes have for pods, held against nodes that were seen and figures that AWS publishes."""

from pathlib import Path

import pytest

from emr_eks_placement.definition import CheckedEnvironment
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.facts.instance_types import instance_type, max_pods_of, seen_memory
from emr_eks_placement.planning import Plan
from emr_eks_placement.scheduling.capacity import NodePoolCapacity
from emr_eks_placement.scheduling.nodes import candidates, surely_fits
from emr_eks_placement.scheduling.packing import pods_on
from emr_eks_placement.scheduling.pod import MIB, PodShape
from tests.unit.planned import CAPACITY, ZONE_A, capacity, node_group, planned, request

ENVIRONMENTS = Path(__file__).parents[2] / "environments"
# Instance type, allocatable memory of the least of its nodes that were seen, in GiB rounded to thousandths.
SEEN = {
    "m5.large": 6.803,
    "m5.xlarge": 14.202,
    "g4dn.xlarge": 14.666,
    "g4dn.2xlarge": 30.227,
    "r5.xlarge": 29.916,
    "r5.2xlarge": 61.041,
    "r5.4xlarge": 121.492,
    "r5.16xlarge": 490.108,
    "m6i.large": 7121 / 1024,
}


def codes(found: Plan, role: str) -> set[str]:
    return {problem.code for problem in found.problems if problem.role == role}


def shape(**fields: object) -> PodShape:
    return PodShape(**{"namespace": "a", "cpu_millis": 100, "memory_bytes": 0, **fields})  # type: ignore[arg-type]


# Memory


@pytest.mark.parametrize(("name", "seen_gib"), SEEN.items())
def test_what_was_seen_lies_between_what_surely_fits_and_what_surely_does_not(name: str, seen_gib: float) -> None:
    machine = instance_type(name)
    rounding = 0.0005 * 1024
    assert machine.sure_memory_mib <= seen_gib * 1024 + rounding
    assert machine.sure_memory_mib > seen_gib * 1024 - rounding - 2, "as much as was seen"
    assert seen_gib * 1024 < machine.allocatable_memory_mib


def test_the_figures_that_ship_are_those_that_were_seen() -> None:
    assert {name: round((seen.allocatable_mib / 1024) + 0.0005, 3) for name, seen in seen_memory().items()} == {
        name: round(gib, 3) for name, gib in SEEN.items()
    }


def test_of_a_type_that_nobody_saw_a_node_keeps_as_much_as_karpenter_takes() -> None:
    """32 GiB less 7.5 %, 255 MiB, 11 MiB for each of 58 pods and 100 MiB."""
    assert instance_type("m6i.2xlarge").sure_memory_mib == 30310 - 255 - 638 - 100
    assert instance_type("m6i.2xlarge").allocatable_memory_mib == 32768 - 255 - 638 - 100


@pytest.mark.parametrize(
    ("memory", "expected"),
    [("20g", set()), ("21g", {"EC2_MAY_NOT_FIT"}), ("23g", {"EC2_NO_NODE_GROUP"})],
    ids=["surely fits", "may not fit", "surely does not"],
)
def test_a_driver_near_the_memory_of_its_nodes(memory: str, expected: set[str]) -> None:
    """m6i.2xlarge: 29317 to 31775 MiB. A Python driver requests 1.4 times its memory and the log sidecar's."""
    where = capacity(node_groups={"nodes": node_group("m6i.2xlarge", initial_size=9, max_size=9)})
    assert codes(planned(request({"spark.driver.memory": memory}), where), "driver") == expected


def test_what_may_not_fit_one_group_and_surely_fits_another_is_no_problem() -> None:
    groups = {"nodes": node_group("m6i.2xlarge", initial_size=9, max_size=9), "large": node_group("m6i.4xlarge")}
    found = planned(request({"spark.driver.memory": "21g"}), capacity(node_groups=groups))
    assert codes(found, "driver") == set()


def test_what_may_not_fit_the_first_type_of_an_on_demand_group_may_not_fit() -> None:
    def planned_on(*types: str) -> set[str]:
        groups = {"nodes": node_group(*types, initial_size=9, max_size=9)}
        return codes(planned(request({"spark.driver.memory": "21g"}), capacity(node_groups=groups)), "driver")

    assert planned_on("m6i.2xlarge", "r6i.2xlarge") == {"EC2_MAY_NOT_FIT"}
    assert planned_on("r6i.2xlarge", "m6i.2xlarge") == set()


def test_a_sidecar_whose_request_is_not_certain_may_fit_with_the_least_and_surely_with_the_most() -> None:
    (node,) = node_group("m6i.2xlarge").nodes
    most = node.room.memory_bytes

    def may_fit(memory: int, slack: int) -> bool:
        pod = shape(memory_bytes=memory, memory_slack_bytes=slack)
        return bool(candidates(pod, {"nodes": node_group("m6i.2xlarge")}).nodes)

    assert may_fit(most + 312 * MIB, 312 * MIB)
    assert not may_fit(most + 312 * MIB, 311 * MIB)
    sure = node.sure_room.memory_bytes
    assert surely_fits(shape(memory_bytes=sure, memory_slack_bytes=312 * MIB), node)
    assert not surely_fits(shape(memory_bytes=sure + 1, memory_slack_bytes=312 * MIB), node)


@pytest.mark.parametrize("name", ["dev", "local", "prod"])
def test_the_jobs_of_the_shipped_environments_stay_clear_of_the_margin(name: str) -> None:
    environment = load_environment(ENVIRONMENTS / f"{name}.yaml")
    told = {problem.code for _, found in CheckedEnvironment.of(environment).plans() for problem in found.problems}
    assert not told & {"EC2_MAY_NOT_FIT", "EC2_INSTANCE_TYPES", "EC2_LABEL_NOT_KNOWN"}


# Pods


@pytest.mark.parametrize(
    ("name", "pods"),
    [("m6i.large", 29), ("m6i.2xlarge", 58), ("m6i.4xlarge", 110), ("m6i.8xlarge", 234), ("m6i.16xlarge", 250)],
)
def test_a_managed_node_group_caps_the_pods_of_a_node(name: str, pods: int) -> None:
    (node,) = node_group(name).nodes
    assert node.room.pods == node.sure_room.pods == pods - 2


def test_pods_are_counted_by_the_network_card_that_they_use() -> None:
    """eni-max-pods.txt of awslabs/amazon-eks-ami has these for types of several network cards."""
    published = {"p4d.24xlarge": 737, "trn1.32xlarge": 247, "trn2.48xlarge": 100, "m6in.32xlarge": 394, "r7i.large": 29}
    assert {name: instance_type(name).max_pods for name in published} == published
    two_cards = {
        "MaximumNetworkInterfaces": 16,
        "Ipv4AddressesPerInterface": 50,
        "DefaultNetworkCardIndex": 1,
        "NetworkCards": [
            {"NetworkCardIndex": 0, "MaximumNetworkInterfaces": 12},
            {"NetworkCardIndex": 1, "MaximumNetworkInterfaces": 4},
        ],
    }
    assert max_pods_of(two_cards) == 4 * 49 + 2


# Devices

GPU = {"spark.executor.resource.gpu.amount": "1", "spark.executor.resource.gpu.vendor": "nvidia.com"}


def gpus(amount: int, *, vendor: str = "nvidia.com", instances: int = 2) -> dict[str, str]:
    return {
        "spark.executor.resource.gpu.amount": str(amount),
        "spark.executor.resource.gpu.discoveryScript": "/opt/gpus.sh",
        "spark.executor.resource.gpu.vendor": vendor,
        "spark.executor.instances": str(instances),
    }


def test_instance_types_have_the_devices_that_ec2_describes() -> None:
    def of(name: str) -> dict[str, int]:
        return dict(instance_type(name).devices)

    assert of("g4dn.12xlarge") == {"nvidia.com/gpu": 4}
    assert of("g6f.large") == {"nvidia.com/gpu": 1}, "an eighth of one, which its plugin offers as one"
    assert (of("inf2.24xlarge")["aws.amazon.com/neuron"], of("inf2.24xlarge")["aws.amazon.com/neuroncore"]) == (6, 12)
    assert of("m6i.large") == {}


def test_executors_with_a_gpu_run_on_the_group_that_has_them_and_on_no_other() -> None:
    where = capacity(node_groups={**CAPACITY.node_groups, "gpus": node_group("g4dn.2xlarge", initial_size=2)})
    found = planned(request(gpus(1)), where)
    assert found.of("executors").landing.on == ("gpus",)
    assert codes(found, "executors") == {"EC2_DEVICE"}
    assert found.of("driver").landing.on == ("nodes", "gpus")


def test_no_node_has_as_many_gpus_as_an_executor_asks_for() -> None:
    where = capacity(node_groups={"gpus": node_group("g4dn.2xlarge", "g4dn.12xlarge", initial_size=4, max_size=9)})
    (problem,) = [one for one in planned(request(gpus(5)), where).problems if one.code == "EC2_NO_NODE_GROUP"]
    assert problem.what == "gpus: its nodes have at most 4 of nvidia.com/gpu, the pod requests 5"
    assert not [one for one in planned(request(gpus(4)), where).problems if one.code == "EC2_NO_NODE_GROUP"]


def test_a_gpu_of_another_maker_is_not_meant() -> None:
    where = capacity(node_groups={"gpus": node_group("g4dn.2xlarge", initial_size=9, max_size=9)})
    assert "EC2_NO_NODE_GROUP" in codes(planned(request(gpus(1, vendor="amd.com")), where), "executors")


def test_gpus_count_like_cpu() -> None:
    """Nodes of eight vCPU and one GPU: an executor of one core each."""
    (node,) = node_group("g4dn.2xlarge").nodes
    assert pods_on(node.room, shape(devices=(("nvidia.com/gpu", 1),))) == 1
    assert pods_on(node.room, shape()) > 20
    assert pods_on(node.room, shape(devices=(("nvidia.com/gpu", 0), ("example.com/tap", 1)))) > 20
    where = capacity(
        node_groups={**CAPACITY.node_groups, "gpus": node_group("g4dn.2xlarge", initial_size=3, max_size=3)}
    )
    assert "EC2_TOO_FEW_NODES" in codes(planned(request(gpus(1, instances=4)), where), "executors")
    assert "EC2_TOO_FEW_NODES" not in codes(planned(request(gpus(1, instances=3)), where), "executors")


def test_what_a_plugin_of_ones_own_offers_may_be_on_any_node() -> None:
    found = planned(request(gpus(1, vendor="example.com")))
    assert found.of("executors").landing.on == ("nodes",)
    assert codes(found, "executors") == {"EC2_DEVICE"}


def test_no_gpu_asked_for_is_none_needed() -> None:
    none = {"resources": {"limits": {"nvidia.com/gpu": 0}}}
    template = {
        "apiVersion": "v1",
        "kind": "Pod",
        "spec": {"containers": [{"name": "spark-kubernetes-driver", **none}]},
    }
    assert codes(planned(request(), driver=template), "driver") == set()


def test_eks_auto_mode_brings_the_plugin_along() -> None:
    pool = NodePoolCapacity(name="gpus", machines=(instance_type("g5.2xlarge"),), zones=(ZONE_A,))
    found = planned(request(gpus(1)), capacity(node_pools={"gpus": pool}))
    assert found.of("executors").landing.on == ("gpus",)
    assert codes(found, "executors") == set()


def test_the_fix_for_what_may_not_fit_is_less_memory_or_a_type_that_surely_fits() -> None:
    where = capacity(node_groups={"nodes": node_group("m6i.2xlarge", initial_size=9, max_size=9)})
    (problem,) = [
        one for one in planned(request({"spark.driver.memory": "21g"}), where).problems if one.role == "driver"
    ]
    assert problem.fix == "Lower memory or overhead by 1300 MiB, or use m6i.4xlarge in nodes"
