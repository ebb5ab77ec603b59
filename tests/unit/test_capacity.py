"""What an environment has for pods once it is deployed."""

from emr_eks_placement.environment import capacity_of
from emr_eks_placement.job.placement import Taint
from emr_eks_placement.scheduling.namespace_rules import LimitRange, Limits, NamespaceRules, ResourceQuota
from tests.unit.environments import data, environment


def test_a_node_group_has_the_settings_of_the_environment() -> None:
    group = {
        "instance_types": ["m6i.large", "m5.large"],
        "capacity_type": "spot",
        "min_size": 1,
        "desired_size": 2,
        "max_size": 3,
        "labels": {"workload": "a"},
        "taints": [{"key": "a", "value": "b", "effect": "NoExecute"}],
        "zones": ["us-east-1b"],
        "disk_gib": 80,
    }
    found = capacity_of(environment(node_groups={**data()["node_groups"], "own": group}))
    own, system = found.node_groups["own"], found.node_groups["system"]
    assert [machine.name for machine in own.machines] == ["m6i.large", "m5.large"]
    assert (own.capacity_type, own.labels) == ("spot", {"workload": "a"})
    assert own.taints == (Taint(key="a", value="b", effect="NoExecute"),)
    assert (own.min_size, own.initial_size, own.max_size, own.disk_gib) == (1, 2, 3, 80)
    assert (own.zones, system.zones) == (("us-east-1b",), ("us-east-1a", "us-east-1b"))
    assert (system.initial_size, system.disk_gib, system.deployed_name) == (1, 50, None)


def test_the_rest_of_the_environment_is_there_too() -> None:
    found = capacity_of(environment(fargate_vcpus=50))
    assert (found.region, found.zones) == ("us-east-1", ("us-east-1a", "us-east-1b"))
    assert (found.kubernetes_version, found.fargate_vcpus) == ("1.35", 50)
    assert found.namespaces == {"spark": "spark-jobs"}
    assert {one.zones for one in found.fargate_profiles.values()} == {("us-east-1a", "us-east-1b"), ("us-east-1a",)}


def test_the_rules_of_the_namespaces_that_are_created_are_there() -> None:
    quota = {"pods": 200, "cpu": 64, "memory": "800Gi", "container_memory": "1500M"}
    hard = {"pods": 200_000, "requests.cpu": 64_000, "requests.memory": 800 * 1024**3 * 1000}
    most = {"memory": 1_500_000_000_000}
    containers = Limits(type="Container", default=most, default_request={"cpu": 0, "memory": 0}, max=most)
    found = capacity_of(
        environment(
            virtual_clusters={
                "a": {"namespace": "a"},
                "b": {"namespace": "b", "pod_security": "privileged"},
                "c": {"namespace": "c", "existing_namespace": True},
                "d": {"namespace": "d", "quota": quota},
            }
        )
    )
    assert found.namespace_rules == {
        "a": NamespaceRules(pod_security="baseline"),
        "d": NamespaceRules(
            quotas=(ResourceQuota(name="virtual-cluster", hard=hard),),
            limit_ranges=(LimitRange(name="virtual-cluster", limits=(containers,)),),
            pod_security="baseline",
        ),
    }
    assert set(found.namespaces) == {"a", "b", "c", "d"}
