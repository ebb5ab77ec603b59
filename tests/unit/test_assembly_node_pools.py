"""Node pools of EKS Auto Mode in the manifests of any CDK app."""

import json
from pathlib import Path
from typing import Any

from emr_eks_placement.job.placement import Taint
from emr_eks_placement.scheduling.capacity import UNKNOWN_ZONE, Capacity, NodePoolCapacity
from tests.unit.planned import planned, request
from tests.unit.test_assembly import ZONES, Data, cluster, read_one, refs, refused, resource

KIND = "Custom::AWSCDK-EKS-KubernetesResource"
AUTO_MODE = {"Enabled": True}


def requirement(key: str, *values: str, operator: str = "In") -> Data:
    return {"key": key, "operator": operator, "values": list(values)}


def node_pool(*requirements: Data, group: str = "eks.amazonaws.com", class_name: str = "spark", **spec: Any) -> Data:
    reference = {"group": group, "kind": "NodeClass", "name": class_name}
    template = {"spec": {"nodeClassRef": reference, "requirements": list(requirements), **spec.pop("node", {})}}
    metadata = spec.pop("metadata", {})
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {"name": "burst"},
        "spec": {"template": {"metadata": metadata, **template}, **spec},
    }


def manifest(*objects: Data | str, **properties: Any) -> Data:
    text = json.dumps(list(objects))
    return resource(KIND, **{"ClusterName": {"Ref": "Cluster"}, "Manifest": text, **properties})


def node_class_in(*subnets: str, size: str = "200Gi") -> Data:
    """A manifest with a NodeClass, whose subnets and role are references, as the CDK writes it."""
    ids: list[Any] = []
    for subnet in subnets:
        ids += ['"},{"id":"' if ids else "", {"Ref": subnet}]
    head = '[{"apiVersion":"eks.amazonaws.com/v1","kind":"NodeClass","metadata":{"name":"spark"},"spec":{"role":"'
    parts = [head, {"Ref": "NodeRole"}, '","subnetSelectorTerms":[{"id":"', *ids]
    parts.append(f'"}}],"ephemeralStorage":{{"size":"{size}"}}}}}}]')
    return manifest(Manifest={"Fn::Join": ["", parts]})


def read(folder: Path, *objects: Data, **others: Data) -> Capacity:
    role = resource("AWS::IAM::Role")
    return read_one(
        folder, **{"Cluster": cluster(ComputeConfig=AUTO_MODE), "NodeRole": role, **others}, Pools=manifest(*objects)
    )


def read_pool(folder: Path, *requirements: Data, **spec: Any) -> NodePoolCapacity:
    others = spec.pop("others", {})
    return read(folder, node_pool(*requirements, **spec), **others).node_pools["burst"]


def machines(pool: NodePoolCapacity) -> list[str]:
    return [machine.name for machine in pool.machines]


FOUR = requirement("node.kubernetes.io/instance-type", "m6i.xlarge", "m5.large", "m7g.large", "t3.small")


def test_a_pool_with_its_class(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        node_pool(
            FOUR,
            requirement("kubernetes.io/arch", "amd64"),
            requirement("karpenter.sh/capacity-type", "spot", "on-demand"),
            requirement("example.com/team", "analytics"),
            metadata={"labels": {"workload": "spark"}},
            node={
                "taints": [
                    {"key": "workload", "value": "spark", "effect": "NoSchedule"},
                    {"key": "a", "effect": "NoExecute"},
                ]
            },
            limits={"cpu": "1000", "memory": "1000Gi"},
        ),
        Class=node_class_in("SubnetB"),
    )
    assert found.other_nodes == ""
    (pool,) = found.node_pools.values()
    assert machines(pool) == ["m6i.xlarge", "m5.large"], (
        "in this order, without the small one and the other architecture"
    )
    assert pool.capacity_types == ("spot", "on-demand")
    assert pool.labels == {"workload": "spark", "example.com/team": "analytics"}
    assert pool.taints == (
        Taint(key="workload", value="spark", effect="NoSchedule"), Taint(key="a", effect="NoExecute"),
    )  # fmt: skip
    assert (pool.zones, pool.max_vcpus, pool.disk_gib) == ((ZONES[1],), 1000, 200)


def test_what_a_pool_does_not_say(tmp_path: Path) -> None:
    pool = read_pool(tmp_path, class_name="default")
    assert {"m6i.large", "m7g.large", "c5.xlarge"} <= set(machines(pool))
    assert (pool.capacity_types, pool.labels, pool.taints) == (("on-demand", "spot"), {}, ())
    assert (pool.zones, pool.max_vcpus, pool.disk_gib) == (ZONES, None, 80)
    assert read_pool(tmp_path, class_name="of-another-app").disk_gib is None


def test_requirements_of_instance_types(tmp_path: Path) -> None:
    def prefix(key: str) -> str:
        return f"eks.amazonaws.com/instance-{key}"

    found = machines(
        read_pool(
            tmp_path,
            requirement(prefix("category"), "m", "c"),
            requirement(prefix("generation"), "5", operator="Gt"),
            requirement(prefix("cpu"), "4", operator="Lt"),
            requirement(prefix("family"), "m6a", operator="NotIn"),
            requirement("kubernetes.io/arch", operator="Exists"),
        )
    )
    assert {"m6i.large", "c7g.large"} <= set(found)
    assert not {"m5.large", "m6i.xlarge", "m6a.large", "r6i.large"} & set(found)


def test_requirements_of_gpus(tmp_path: Path) -> None:
    """Of what EC2 describes of each instance type: one without GPUs has no label of them, and Karpenter makes none of it."""
    one_t4 = (
        requirement("eks.amazonaws.com/instance-gpu-name", "t4"),
        requirement("eks.amazonaws.com/instance-gpu-count", "2", operator="Lt"),
        requirement("eks.amazonaws.com/instance-hypervisor", "nitro"),
    )
    found = machines(read_pool(tmp_path, *one_t4))
    assert "g4dn.xlarge" in found
    assert not {"g4dn.12xlarge", "g5.xlarge", "m6i.xlarge", "g4dn.metal"} & set(found)
    without = machines(read_pool(tmp_path, requirement("eks.amazonaws.com/instance-gpu-name", operator="DoesNotExist")))
    assert "m6i.xlarge" in without
    assert "g4dn.xlarge" not in without


def test_requirements_of_zones(tmp_path: Path) -> None:
    in_b = requirement("topology.kubernetes.io/zone", ZONES[1], "us-east-1f")
    assert read_pool(tmp_path, in_b, class_name="default").zones == (ZONES[1],)
    both = {"Class": node_class_in("SubnetA", "SubnetB")}
    assert read_pool(tmp_path, in_b, others=both).zones == (ZONES[1],)
    unknown = {"Class": node_class_in("NodeRole")}
    assert read_pool(tmp_path, in_b, others=unknown).zones == (ZONES[1], "us-east-1f")
    assert read_pool(tmp_path, others=unknown).zones == (UNKNOWN_ZONE,)


def test_what_is_not_understood_makes_other_nodes(tmp_path: Path) -> None:
    other = read(tmp_path, node_pool(requirement("eks.amazonaws.com/instance-accelerator-name", "inferentia2")))
    assert other.node_pools == {}
    assert "node pool burst also creates nodes, by requirements that are not read: eks.amaz" in other.other_nodes
    odd = read(tmp_path, node_pool(requirement("kubernetes.io/arch", "amd64", operator="Near")))
    assert "kubernetes.io/arch" in odd.other_nodes
    bare = read(tmp_path, node_pool(requirement("eks.amazonaws.com/instance-cpu", operator="Gt")))
    assert "eks.amazonaws.com/instance-cpu" in bare.other_nodes
    assert "keeps a number of nodes too" in read(tmp_path, node_pool(replicas=3)).other_nodes


def test_pools_of_eks_itself_are_other_nodes(tmp_path: Path) -> None:
    own = {"Cluster": cluster(ComputeConfig={**AUTO_MODE, "NodePools": ["system"]})}
    found = read(tmp_path, node_pool(FOUR), **own)
    assert (list(found.node_pools), found.other_nodes) == (["burst"], "EKS Auto Mode also creates nodes")


def test_what_is_no_pool_of_eks_auto_mode(tmp_path: Path) -> None:
    role = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "spark"}}
    found = read(tmp_path, role, node_pool(FOUR, group="karpenter.k8s.aws"))
    assert (found.node_pools, found.other_nodes) == (
        {},
        "Karpenter also creates nodes; EKS Auto Mode also creates nodes",
    )
    mark = "\N{REPLACEMENT CHARACTER}"
    named = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"{mark}7{mark} {mark}"}}
    assert read(tmp_path, named).node_pools == {}
    for text in ("no JSON", {"Fn::GetAtt": ["NodeRole", "Arn"]}, '"text"', "[" * 300 + "]" * 300):
        assert read(tmp_path, Other=manifest(Manifest=text)).node_pools == {}


def test_a_node_pool_of_karpenter_makes_other_nodes_without_its_chart(tmp_path: Path) -> None:
    """The chart may come by another tool; a pod whose labels no node group has may run on Karpenter's nodes."""
    group = resource(
        "AWS::EKS::Nodegroup",
        ClusterName={"Ref": "Cluster"},
        Subnets=refs("SubnetA"),
        InstanceTypes=["m6i.4xlarge"],
        ScalingConfig={"MinSize": 3, "DesiredSize": 3, "MaxSize": 3},
    )
    asked = request({"spark.kubernetes.node.selector.zone": "a", "spark.executor.instances": "50"})
    resources = {"Cluster": cluster(), "Group": group}
    pool = manifest(node_pool(FOUR, group="karpenter.k8s.aws"))
    with_karpenter = read_one(tmp_path, **resources, Pools=pool)
    assert with_karpenter.other_nodes == "Karpenter also creates nodes"
    assert {one.code for one in planned(asked, with_karpenter).problems} <= {"EC2_OTHER_NODES", "SUBMITTER_ON_EC2"}
    node_class = {"apiVersion": "karpenter.k8s.aws/v1", "kind": "EC2NodeClass", "metadata": {"name": "spark"}}
    without = read_one(tmp_path, **resources, Pools=manifest(node_class))
    assert without.other_nodes == ""
    assert "ZONE_KEY" in {one.code for one in planned(asked, without).problems}


def test_a_pool_is_not_called_as_a_node_group(tmp_path: Path) -> None:
    group = resource(
        "AWS::EKS::Nodegroup", ClusterName={"Ref": "Cluster"}, Subnets=refs("SubnetA"), NodegroupName="burst"
    )
    found = read(tmp_path, node_pool(FOUR), Workers=group)
    assert list(found.groups_and_pools) == ["burst", "burst (node pool)"]


def test_malformed_pools_are_refused(tmp_path: Path) -> None:
    def said(pool: Data, **changes: Any) -> str:
        return refused(tmp_path, Cluster=cluster(ComputeConfig=AUTO_MODE), Pools={**manifest(pool), **changes})

    at = "cdk.out/Main.template.json: Resources.Pools.Properties.Manifest."
    assert said(node_pool(FOUR, limits={"cpu": "many"})).startswith(f"{at}spec.limits.cpu = 'many': a quantity")
    taint = {"key": "a", "effect": "Never"}
    assert said(node_pool(FOUR, node={"taints": [taint]})).startswith(
        f"{at}spec.template.spec.taints[0].effect = 'Never'"
    )
    assert "must be a mapping" in said({**node_pool(), "spec": []})
    assert "whether this resource is deployed" in said(node_pool(FOUR), Condition="Large")
