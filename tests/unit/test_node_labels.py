"""The labels that nodes have, held against `kubectl get nodes --show-labels` of real ones, and what a pod may ask of them."""

from dataclasses import replace
from typing import Any

import pytest

from emr_eks_placement.facts import kubernetes
from emr_eks_placement.facts.instance_types import instance_type
from emr_eks_placement.planning import Plan
from emr_eks_placement.scheduling.capacity import Capacity, Node, NodePoolCapacity
from emr_eks_placement.scheduling.fargate import node_labels
from tests.unit.planned import (
    CAPACITY,
    ON_FARGATE,
    SUBMITTER_ON_FARGATE,
    ZONE_A,
    ZONE_B,
    capacity,
    node_group,
    planned,
    request,
    template,
)  # fmt: skip
from tests.unit.problem_cases.case import SELECTOR

# Of an EKS managed node group that eksctl created, EKS 1.24.
MANAGED = """
alpha.eksctl.io/cluster-name=bys-dev-eks-main,alpha.eksctl.io/nodegroup-name=ng-v1,beta.kubernetes.io/arch=amd64,
beta.kubernetes.io/instance-type=m5.large,beta.kubernetes.io/os=linux,eks.amazonaws.com/capacityType=ON_DEMAND,
eks.amazonaws.com/nodegroup-image=ami-0cf0feb43fac2c960,eks.amazonaws.com/nodegroup=ng-v1,
eks.amazonaws.com/sourceLaunchTemplateId=lt-0cbd44d881bbbe60f,eks.amazonaws.com/sourceLaunchTemplateVersion=1,
failure-domain.beta.kubernetes.io/region=ap-northeast-2,failure-domain.beta.kubernetes.io/zone=ap-northeast-2a,
k8s.io/cloud-provider-aws=32fda9a85f0c28b9f28eab77e4951bc2,kubernetes.io/arch=amd64,
kubernetes.io/hostname=ip-10-20-10-230.ap-northeast-2.compute.internal,kubernetes.io/os=linux,
node.kubernetes.io/instance-type=m5.large,topology.kubernetes.io/region=ap-northeast-2,
topology.kubernetes.io/zone=ap-northeast-2a,topology.k8s.aws/zone-id=apne2-az1
"""
# Of EKS Auto Mode 1.34.
AUTO_MODE = """
app.kubernetes.io/managed-by=eks,beta.kubernetes.io/arch=amd64,beta.kubernetes.io/instance-type=c6a.large,
beta.kubernetes.io/os=linux,eks.amazonaws.com/compute-type=auto,eks.amazonaws.com/instance-capability-flex=false,
eks.amazonaws.com/instance-category=c,eks.amazonaws.com/instance-cpu-manufacturer=amd,
eks.amazonaws.com/instance-cpu-sustained-clock-speed-mhz=3600,eks.amazonaws.com/instance-cpu=2,
eks.amazonaws.com/instance-ebs-bandwidth=10000,eks.amazonaws.com/instance-encryption-in-transit-supported=true,
eks.amazonaws.com/instance-family=c6a,eks.amazonaws.com/instance-generation=6,eks.amazonaws.com/instance-hypervisor=nitro,
eks.amazonaws.com/instance-memory=4096,eks.amazonaws.com/instance-network-bandwidth=781,
eks.amazonaws.com/instance-size=large,eks.amazonaws.com/nodeclass=default,failure-domain.beta.kubernetes.io/region=eu-west-2,
failure-domain.beta.kubernetes.io/zone=eu-west-2c,k8s.io/cloud-provider-aws=e1b03224209c15b2d84b2e89ca2758fd,
karpenter.sh/capacity-type=on-demand,karpenter.sh/do-not-sync-taints=true,karpenter.sh/initialized=true,
karpenter.sh/nodepool=general-purpose,karpenter.sh/registered=true,kubernetes.io/arch=amd64,
kubernetes.io/hostname=i-0aac5ee7a39c88fc9,kubernetes.io/os=linux,node.kubernetes.io/instance-type=c6a.large,
topology.ebs.csi.eks.amazonaws.com/zone=eu-west-2c,topology.k8s.aws/zone-id=euw2-az1,
topology.kubernetes.io/region=eu-west-2,topology.kubernetes.io/zone=eu-west-2c
"""


def listed(text: str) -> dict[str, str]:
    return dict(one.split("=", 1) for one in text.replace("\n", "").split(","))


def check_as_seen(node: Node, seen: dict[str, str], *, without: tuple[str, ...] = ()) -> None:
    """Every label that the node has is as on the real one, and the real one has no other that is not open."""
    wrong = {key: value for key, value in node.labels.items() if seen.get(key) != value}
    assert not wrong
    missing = seen.keys() - node.labels.keys() - node.unknown_labels
    assert missing == set(without)


def codes(found: Plan, role: str = "driver") -> set[str]:
    return {problem.code for problem in found.problems if problem.role == role}


def asking_of(where: Capacity, labels: dict[str, str]) -> Plan:
    selectors = {f"spark.kubernetes.driver.node.selector.{key}": value for key, value in labels.items()}
    return planned(request(selectors), where)


def requiring(key: str, operator: str, *values: str, where: Capacity = CAPACITY) -> Plan:
    expression = {"key": key, "operator": operator, "values": list(values)}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
    return planned(request(), where, driver=template(affinity=affinity))


# What there is


def test_a_node_of_a_managed_node_group() -> None:
    eksctl = {"alpha.eksctl.io/cluster-name": "bys-dev-eks-main", "alpha.eksctl.io/nodegroup-name": "ng-v1"}
    group = node_group("m5.large", labels=eksctl, zones=("ap-northeast-2a",), zone_ids={"ap-northeast-2a": "apne2-az1"})
    (deployed,) = replace(group, deployed_name="ng-v1").nodes
    check_as_seen(deployed, listed(MANAGED))
    assert deployed.labels[kubernetes.NODE_GROUP] == "ng-v1"
    (planned_only,) = node_group("m5.large", labels=eksctl, zones=("ap-northeast-2a",)).nodes
    check_as_seen(planned_only, listed(MANAGED))
    assert kubernetes.NODE_GROUP in planned_only.unknown_labels


def test_a_node_of_eks_auto_mode() -> None:
    pool = NodePoolCapacity(
        name="general-purpose",
        machines=(instance_type("c6a.large"),),
        zones=("eu-west-2c",),
        zone_ids={"eu-west-2c": "euw2-az1"},
    )
    (node,) = pool.nodes
    check_as_seen(node, listed(AUTO_MODE), without=(kubernetes.HOSTNAME,))


def test_a_node_of_eks_auto_mode_with_a_gpu() -> None:
    pool = NodePoolCapacity(name="gpus", machines=(instance_type("g4dn.2xlarge"),), zones=(ZONE_A,))
    where = capacity(node_pools={"gpus": pool})
    key = "eks.amazonaws.com/instance-gpu-"
    wanted = {f"{key}name": "t4", f"{key}manufacturer": "nvidia", f"{key}count": "1", f"{key}memory": "16384"}
    assert asking_of(where, wanted).of("driver").landing.on == ("gpus",)
    assert codes(asking_of(where, {f"{key}name": "a10g"})) == {"EC2_NO_NODE_GROUP"}
    assert codes(asking_of(where, {"eks.amazonaws.com/instance-accelerator-name": "inferentia"})) == {
        "EC2_NO_NODE_GROUP"
    }


def test_what_ec2_does_not_describe_of_an_instance_type_is_not_known() -> None:
    pool = NodePoolCapacity(name="chips", machines=(instance_type("inf2.8xlarge"),), zones=(ZONE_A,))
    where = capacity(node_pools={"chips": pool})
    name = {"eks.amazonaws.com/instance-accelerator-name": "inferentia2"}
    assert codes(asking_of(where, name)) == {"EC2_LABEL_NOT_KNOWN"}


@pytest.mark.parametrize(
    ("key", "value", "other"),
    [
        ("beta.kubernetes.io/arch", "amd64", "arm64"),
        ("beta.kubernetes.io/os", "linux", "windows"),
        ("beta.kubernetes.io/instance-type", "m6i.4xlarge", "m5.large"),
        ("failure-domain.beta.kubernetes.io/zone", ZONE_A, ZONE_B),
        ("failure-domain.beta.kubernetes.io/region", "us-east-1", "us-east-2"),
    ],
)
def test_older_names_of_labels_count(key: str, value: str, other: str) -> None:
    assert codes(asking_of(CAPACITY, {key: value})) == set()
    assert codes(asking_of(CAPACITY, {key: other})) == {"EC2_NO_NODE_GROUP"}


def test_older_names_of_labels_count_on_fargate_too() -> None:
    labels = node_labels("us-east-1", ZONE_A)
    assert labels["failure-domain.beta.kubernetes.io/zone"] == labels["topology.kubernetes.io/zone"] == ZONE_A
    assert "beta.kubernetes.io/instance-type" not in labels

    def on_fargate(key: str, value: str) -> set[str]:
        asked = request({**ON_FARGATE, f"{SELECTOR}{key}": value}, emr_job_submitter=SUBMITTER_ON_FARGATE)
        return {one.code for one in planned(asked).problems if one.role == "driver" and one.severity == "error"}

    assert on_fargate("failure-domain.beta.kubernetes.io/zone", ZONE_A) == set()
    assert on_fargate("failure-domain.beta.kubernetes.io/zone", ZONE_B) == {"FARGATE_ZONE"}
    assert on_fargate("beta.kubernetes.io/arch", "amd64") == set()
    assert on_fargate("beta.kubernetes.io/arch", "arm64") == {"FARGATE_NODE_SELECTOR"}
    assert on_fargate(kubernetes.HOSTNAME, "ip-10-0-0-1") == {"FARGATE_NODE_SELECTOR"}


# What is not known


@pytest.mark.parametrize(
    "key",
    [
        "kubernetes.io/hostname",
        "eks.amazonaws.com/nodegroup",
        "eks.amazonaws.com/nodegroup-image",
        "eks.amazonaws.com/sourceLaunchTemplateId",
        "topology.k8s.aws/zone-id",
    ],
)
def test_a_name_from_the_deployment_is_not_known_before(key: str) -> None:
    found = asking_of(CAPACITY, {key: "some"})
    (problem,) = found.problems
    assert (problem.code, problem.role, problem.severity) == ("EC2_LABEL_NOT_KNOWN", "driver", "warning")
    assert problem.what == f"it asks for {key}=some, which may be so on nodes of nodes or not"
    assert problem.path == ("spec", "nodeSelector", key)
    assert found.of("driver").landing.on == ("nodes",)


def test_the_name_of_a_group_that_is_deployed_is_known() -> None:
    where = capacity(
        node_groups={"nodes": node_group("m6i.4xlarge", deployed_name="nodes", initial_size=4, max_size=4)}
    )
    assert codes(asking_of(where, {kubernetes.NODE_GROUP: "nodes"})) == set()
    assert codes(asking_of(where, {kubernetes.NODE_GROUP: "other"})) == {"EC2_NO_NODE_GROUP"}


def test_where_some_group_surely_has_the_label_it_is_known() -> None:
    """Of two groups, one is deployed with the name that the pod asks for."""
    groups = {"old": node_group("m6i.4xlarge", deployed_name="old", initial_size=4), "new": node_group("m6i.4xlarge")}
    where = capacity(node_groups=groups)
    assert codes(asking_of(where, {kubernetes.NODE_GROUP: "old"})) == set()
    assert codes(asking_of(where, {kubernetes.NODE_GROUP: "new"})) == {"EC2_LABEL_NOT_KNOWN"}


def test_a_zone_id_is_known_where_the_account_was_read() -> None:
    group = node_group("m6i.4xlarge", zone_ids={ZONE_A: "use1-az4"}, initial_size=4, max_size=4)
    where = capacity(node_groups={"nodes": group})
    assert codes(asking_of(where, {kubernetes.ZONE_ID: "use1-az4"})) == set()
    assert codes(asking_of(where, {kubernetes.ZONE_ID: "use1-az6"})) == {"EC2_NO_NODE_GROUP"}


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("In", ["a"], {"EC2_LABEL_NOT_KNOWN"}),
        ("NotIn", ["a"], {"EC2_LABEL_NOT_KNOWN"}),
        ("Exists", [], set()),
        ("DoesNotExist", [], {"EC2_NO_NODE_GROUP"}),
    ],
)
def test_affinity_to_a_name_that_is_not_known(operator: str, values: list[str], expected: set[str]) -> None:
    assert codes(requiring(kubernetes.HOSTNAME, operator, *values)) == expected


def test_what_no_node_has_beside_a_label_that_is_not_known_is_an_error() -> None:
    assert codes(asking_of(CAPACITY, {kubernetes.HOSTNAME: "a", "team": "b"})) == {"EC2_NO_NODE_GROUP"}
    (problem,) = asking_of(CAPACITY, {kubernetes.HOSTNAME: "a", "team": "b"}).problems
    assert "no node of it has team=b" in problem.what


# Groups of several instance types


def types(*names: str, **fields: Any) -> Capacity:
    return capacity(node_groups={"nodes": node_group(*names, initial_size=9, max_size=9, **fields)})


@pytest.mark.parametrize("key", [kubernetes.INSTANCE_TYPE, "beta.kubernetes.io/instance-type", "size"])
def test_a_pod_that_asks_for_an_instance_type_by_affinity_is_warned_that_the_group_may_start_others(key: str) -> None:
    """The driver needs 12 vCPU, which the group's small nodes don't have; a group of the one type starts no other."""
    cores = {"spark.driver.cores": "12"}
    where = types("m6i.large", "m6i.4xlarge", capacity_type="spot", labels={"size": "any"})
    expression = {"key": key, "operator": "In", "values": ["m6i.4xlarge", "any"]}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
    found = planned(request(cores), where, driver=template(affinity=affinity))
    assert codes(found) == {"EC2_SPOT", "EC2_INSTANCE_TYPES"}
    (what,) = [one.what for one in found.problems if one.code == "EC2_INSTANCE_TYPES"]
    assert what == f"of nodes it {'fits' if key == 'size' else 'runs on'} m6i.4xlarge, not m6i.large"
    alone = types("m6i.4xlarge", capacity_type="spot", labels={"size": "any"})
    assert codes(planned(request(cores), alone, driver=template(affinity=affinity))) == {"EC2_SPOT"}


def test_an_on_demand_group_starts_with_its_first_instance_type() -> None:
    def told(*names: str, **fields: Any) -> list[str]:
        found = planned(request({"spark.executor.cores": "12"}), types(*names, **fields)).problems
        return [one.what for one in found if one.code == "EC2_INSTANCE_TYPES"]

    (first_is_small,) = told("m6i.large", "m6i.4xlarge")
    assert first_is_small.startswith("new nodes of nodes are m6i.large while EC2 has any, which it does not fit")
    (first_fits,) = told("m6i.4xlarge", "m6i.large")
    assert first_fits.startswith("it fits m6i.4xlarge, with which nodes starts")
    (spot,) = told("m6i.4xlarge", "m6i.large", capacity_type="spot")
    assert spot == "of nodes it fits m6i.4xlarge, not m6i.large"
    assert told("m6i.4xlarge", "m5.4xlarge") == []


def test_a_pod_that_asks_for_a_type_that_an_on_demand_group_does_not_start_with() -> None:
    asked = request({f"{SELECTOR}{kubernetes.INSTANCE_TYPE}": "m6i.4xlarge"})
    (problem, *_) = planned(asked, types("m6i.8xlarge", "m6i.4xlarge")).problems
    assert problem.code == "EC2_INSTANCE_TYPES"
    assert problem.what == (
        "new nodes of nodes are m6i.8xlarge while EC2 has any, which it does not ask for; it runs on m6i.4xlarge"
    )
    assert problem.fix == "List m6i.4xlarge first in the node group, or use one with nothing else"
    assert "EC2_INSTANCE_TYPES" not in codes(planned(asked, types("m6i.4xlarge", "m6i.8xlarge")))


def test_the_nodes_of_now_are_of_the_first_type_unless_they_were_read() -> None:
    group = node_group("m6i.4xlarge", "m6i.large")
    assert [one.name for one in group.running_machines] == ["m6i.4xlarge"]
    assert [one.name for one in replace(group, capacity_type="spot").running_machines] == ["m6i.4xlarge", "m6i.large"]
    assert replace(group, running=()).running_machines == ()
