"""The Kubernetes scheduler's filters: node selector, taints and tolerations, size."""

from typing import Any

import pytest

from emr_eks_placement.facts.instance_types import instance_type
from emr_eks_placement.job.placement import Ec2, Taint, Toleration
from emr_eks_placement.scheduling.capacity import UNKNOWN_ZONE, NodeGroupCapacity
from emr_eks_placement.scheduling.nodes import candidates, tolerates
from emr_eks_placement.scheduling.pod import MIB, PodShape, pod_of_manifest

ZONES = ("us-east-1a", "us-east-1b")


def pod(**fields: Any) -> PodShape:
    return PodShape(**{"namespace": "jobs", "cpu_millis": 1000, "memory_bytes": 1024 * MIB, **fields})


def group(
    instance_types: tuple[str, ...] | list[str] = ("m6i.large",),
    taints: list[dict[str, Any]] | None = None,
    **fields: Any,
) -> NodeGroupCapacity:
    machines = tuple(instance_type(name) for name in instance_types)
    return NodeGroupCapacity(
        **{"machines": machines, "zones": ZONES, "taints": tuple(Taint(**one) for one in taints or []), **fields}
    )


def reason(shape: PodShape, node_group: NodeGroupCapacity) -> str | None:
    found = candidates(shape, {"g": node_group})
    return found.refusals[0].reason if found.refusals else None


# (toleration, taint effect) -> covered, for the taint a=b.
TOLERATIONS = {
    "equal": ({"key": "a", "value": "b", "effect": "NoSchedule"}, "NoSchedule", True),
    "equal, another value": ({"key": "a", "value": "c", "effect": "NoSchedule"}, "NoSchedule", False),
    "equal, no value": ({"key": "a", "effect": "NoSchedule"}, "NoSchedule", False),
    "equal, another key": ({"key": "c", "value": "b", "effect": "NoSchedule"}, "NoSchedule", False),
    "equal, another effect": ({"key": "a", "value": "b", "effect": "NoSchedule"}, "NoExecute", False),
    "equal, every effect": ({"key": "a", "value": "b"}, "NoExecute", True),
    "exists": ({"key": "a", "operator": "Exists", "effect": "NoExecute"}, "NoExecute", True),
    "exists, another effect": ({"key": "a", "operator": "Exists", "effect": "NoExecute"}, "NoSchedule", False),
    "exists, another key": ({"key": "b", "operator": "Exists"}, "NoSchedule", False),
    "everything": ({"operator": "Exists"}, "NoSchedule", True),
    "everything of an effect": ({"operator": "Exists", "effect": "NoExecute"}, "NoSchedule", False),
    "for a while": ({"key": "a", "value": "b", "effect": "NoExecute", "toleration_seconds": 5}, "NoExecute", True),
}


@pytest.mark.parametrize(("toleration", "effect", "covered"), TOLERATIONS.values(), ids=TOLERATIONS.keys())
def test_a_toleration_covers_a_taint_by_key_value_operator_and_effect(
    toleration: dict[str, Any], effect: Any, covered: bool
) -> None:
    tolerations = (Toleration(key="other", value="x"), Toleration(**toleration))
    assert tolerates(tolerations, Taint(key="a", value="b", effect=effect)) is covered


def test_a_toleration_without_value_covers_a_taint_without_value() -> None:
    assert tolerates((Toleration(key="a"),), Taint(key="a", effect="NoSchedule"))


@pytest.mark.parametrize("effect", ["NoSchedule", "NoExecute"])
def test_a_node_with_a_taint_takes_only_pods_that_tolerate_it(effect: Any) -> None:
    tainted = group(taints=[{"key": "a", "value": "b", "effect": effect}])
    assert reason(pod(), tainted) == f"its taint a=b:{effect} is not tolerated"
    assert reason(pod(tolerations=(Toleration(key="a", value="b"),)), tainted) is None


def test_every_taint_must_be_tolerated() -> None:
    tainted = group(taints=[{"key": key, "effect": "NoSchedule"} for key in ("a", "b")])
    assert reason(pod(tolerations=(Toleration(key="a"),)), tainted) == "its taint b=:NoSchedule is not tolerated"


def test_a_taint_that_only_prefers_keeps_no_pod_away() -> None:
    assert reason(pod(), group(taints=[{"key": "a", "effect": "PreferNoSchedule"}])) is None


SELECTORS = {
    "own label": ({"workload": "a"}, None),
    "zone of the group": ({"topology.kubernetes.io/zone": "us-east-1b"}, None),
    "region": ({"topology.kubernetes.io/region": "us-east-1"}, None),
    "second instance type": ({"node.kubernetes.io/instance-type": "m5.large"}, None),
    "Spot": ({"eks.amazonaws.com/capacityType": "SPOT"}, None),
    "architecture": ({"kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux"}, None),
    "another value": ({"workload": "b"}, "workload=b"),
    "another zone": ({"topology.kubernetes.io/zone": "us-east-1c"}, "topology.kubernetes.io/zone=us-east-1c"),
    "On-Demand": (
        {"workload": "a", "eks.amazonaws.com/capacityType": "ON_DEMAND"},
        "eks.amazonaws.com/capacityType=ON_DEMAND",
    ),
    "compute type of Fargate": (
        {"eks.amazonaws.com/compute-type": "fargate"},
        "eks.amazonaws.com/compute-type=fargate",
    ),
}


@pytest.mark.parametrize(("selector", "missing"), SELECTORS.values(), ids=SELECTORS.keys())
def test_a_node_must_have_every_label_of_the_node_selector(selector: dict[str, str], missing: str | None) -> None:
    nodes = group(instance_types=["m6i.large", "m5.large"], capacity_type="spot", labels={"workload": "a"})
    expected = None if missing is None else f"no node of it has {missing}"
    assert reason(pod(node_selector=selector), nodes) == expected


def test_a_group_in_zones_of_its_own_has_no_node_in_the_others() -> None:
    assert reason(pod(node_selector={"topology.kubernetes.io/zone": "us-east-1a"}), group(zones=("us-east-1b",)))


def test_graviton_nodes_are_arm64() -> None:
    labels = group(instance_types=["m7g.large"]).nodes[0].labels
    assert labels["kubernetes.io/arch"] == "arm64"
    assert labels["eks.amazonaws.com/capacityType"] == "ON_DEMAND"


def test_a_group_s_own_labels_do_not_beat_those_that_kubernetes_sets() -> None:
    own = {"node.kubernetes.io/instance-type": "m7g.large", "kubernetes.io/arch": "arm64", "workload": "a"}
    labels = group(labels=own).nodes[0].labels
    assert [labels[key] for key in own] == ["m6i.large", "amd64", "a"]


def test_a_node_has_its_group_s_name_in_eks_once_there_is_one() -> None:
    name = "eks.amazonaws.com/nodegroup"
    assert group(deployed_name="drivers").nodes[0].labels[name] == "drivers"
    assert name not in group().nodes[0].labels


def test_a_node_in_an_unknown_zone_promises_neither_zone_nor_region() -> None:
    places = {"topology.kubernetes.io/zone", "topology.kubernetes.io/region"}
    assert places <= group().nodes[0].labels.keys()
    assert not places & group(zones=(UNKNOWN_ZONE,)).nodes[0].labels.keys()


def test_a_pod_fits_a_node_up_to_what_the_kubelet_leaves_of_its_disk() -> None:
    assert reason(pod(storage_bytes=(50 * 1024 * 9 // 10 - 1024) * MIB), group(disk_gib=50)) is None
    offered = (
        "m6i.large offers pods at most 1.78 vCPU, 7518 MiB and 45056 MiB of disk, the pod requests 1, 1024 MiB and "
    )
    assert reason(pod(storage_bytes=45057 * MIB), group(disk_gib=50)) == f"{offered}45057 MiB of disk"


def test_a_pod_fits_a_node_up_to_what_eks_leaves_of_it() -> None:
    machine = instance_type("m6i.large")  # 2 vCPU, 8 GiB, 29 pods
    assert machine.allocatable_cpu_millis == 2000 - 60 - 10
    assert machine.allocatable_memory_mib == 8192 - (255 + 11 * 29) - 100
    assert reason(pod(cpu_millis=1930 - 150, memory_bytes=7518 * MIB), group()) is None, (
        "150m are aws-node's and kube-proxy's"
    )
    assert reason(pod(cpu_millis=1781, memory_bytes=1 * MIB), group())
    offered = "m6i.large offers pods at most 1.78 vCPU and 7518 MiB, the pod requests 1 and 7519 MiB"
    assert reason(pod(memory_bytes=7519 * MIB), group()) == offered


def test_cpu_reserved_is_6_1_half_half_then_a_quarter_percent_a_core() -> None:
    assert instance_type("m6i.4xlarge").allocatable_cpu_millis == 16000 - (60 + 10 + 5 + 5 + 12 * 2.5)


def test_a_pod_must_fit_the_instance_type_it_asks_for_not_the_largest() -> None:
    nodes = group(instance_types=["m6i.large", "m6i.4xlarge"])
    assert reason(pod(memory_bytes=40000 * MIB), nodes) is None
    assert reason(pod(memory_bytes=40000 * MIB, node_selector={"node.kubernetes.io/instance-type": "m6i.large"}), nodes)


def test_the_guides_30g_driver_does_not_fit_a_32_gib_node() -> None:
    driver = pod(cpu_millis=5000, memory_bytes=(43008 + 512) * MIB)
    assert reason(driver, group(instance_types=["m5.2xlarge"]))
    assert reason(driver, group(instance_types=["m5.4xlarge"])) is None


def test_every_group_is_a_candidate_or_refused() -> None:
    found = candidates(pod(), {"a": group(), "b": group(taints=[{"key": "a", "effect": "NoSchedule"}])})
    assert found.names == ("a",)
    assert [refusal.name for refusal in found.refusals] == ["b"]


def test_the_placement_of_nodes_is_their_labels() -> None:
    asked = Ec2(node_labels={"a": "b"}, zone="us-east-1a", instance_type="m6i.large", capacity_type="on-demand")
    assert asked.node_selector == {
        "a": "b",
        "topology.kubernetes.io/zone": "us-east-1a",
        "node.kubernetes.io/instance-type": "m6i.large",
        "eks.amazonaws.com/capacityType": "ON_DEMAND",
    }


def test_a_pod_requests_its_containers_together_or_its_largest_init_container() -> None:
    def container(cpu: str, memory: str) -> dict[str, Any]:
        return {"resources": {"requests": {"cpu": cpu, "memory": memory}}}

    spec = {
        "containers": [container("500m", "1Gi"), container("1", "512Mi"), {}],
        "initContainers": [container("1", "4Gi")],
    }
    shape = pod_of_manifest({"metadata": {"namespace": "jobs", "labels": {"a": "b"}}, "spec": spec})
    assert (shape.cpu_millis, shape.memory_mib, shape.labels) == (1500, 4096, {"a": "b"})
