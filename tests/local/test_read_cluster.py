import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emr_eks_placement.aws.cluster import read_cluster
from emr_eks_placement.aws.node_groups import read_instance_types
from emr_eks_placement.aws.session import client
from emr_eks_placement.common.errors import InputError
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.facts.instance_types import InstanceType, instance_type
from emr_eks_placement.job.placement import Taint
from emr_eks_placement.scheduling.capacity import Capacity, PodSelector, RunningNodes
from local.aws.ministack import state
from local.aws.ministack.settings import enforcing_iam
from tests.local.aws_fixtures import AwsUnderTest, Stacks, cluster_resources, trust
from tests.local.reading import Account, Answer, account_of, answering, counted, in_small_pages

PAGED = ("eks.ListNodegroups", "eks.ListFargateProfiles", "eks.ListPodIdentityAssociations")


def launch_template(**data: Any) -> dict[str, Any]:
    return {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": data}}


def volume(device: str, gib: int | None) -> dict[str, Any]:
    return {"DeviceName": device, "Ebs": {"Encrypted": True} | ({"VolumeSize": gib} if gib else {})}


def node_group(cluster: dict[str, str], name: str, template: str | None = None, **changes: Any) -> dict[str, Any]:
    properties = {
        "ClusterName": "spark",
        "NodegroupName": name,
        "NodeRole": cluster["NodeRoleArn"],
        "Subnets": [cluster["Private"]],
        "ScalingConfig": {"MinSize": 0, "DesiredSize": 1, "MaxSize": 3},
        **changes,
    }
    if template:
        version = {"Fn::GetAtt": [template, "LatestVersionNumber"]}
        properties["LaunchTemplate"] = {"Id": {"Ref": template}, "Version": version}
    return {"Type": "AWS::EKS::Nodegroup", "Properties": properties}


def fargate_profile(cluster: dict[str, str], name: str, *selectors: dict[str, Any]) -> dict[str, Any]:
    properties = {
        "ClusterName": "spark",
        "FargateProfileName": name,
        "PodExecutionRoleArn": cluster["PodRoleArn"],
        "Subnets": [cluster["Private"]],
        "Selectors": list(selectors),
    }
    return {"Type": "AWS::EKS::FargateProfile", "Properties": properties}


def contents(cluster: dict[str, str]) -> dict[str, Any]:
    taints = [
        {"Key": "spark", "Value": "true", "Effect": "NO_SCHEDULE"},
        {"Key": "bare", "Effect": "PREFER_NO_SCHEDULE"},
    ]
    return {
        "Sized": launch_template(
            InstanceType="m6g.xlarge", BlockDeviceMappings=[volume("/dev/sdb", 500), volume("/dev/xvda", 80)]
        ),
        "Bottles": launch_template(BlockDeviceMappings=[volume("/dev/xvda", 4), volume("/dev/xvdb", 60)]),
        "Bare": launch_template(BlockDeviceMappings=[volume("/dev/xvda", None)]),
        "Plain": node_group(cluster, "plain", InstanceTypes=["m6i.xlarge", "m5.xlarge"], DiskSize=30),
        "Templated": node_group(cluster, "templated", "Sized"),
        "Bottled": node_group(
            cluster, "bottled", "Bottles", AmiType="BOTTLEROCKET_x86_64", InstanceTypes=["c6i.large"]
        ),
        "Defaults": node_group(cluster, "defaults", "Bare", CapacityType="CAPACITY_BLOCK"),
        "Tainted": node_group(
            cluster,
            "tainted",
            InstanceTypes=["x9z.large"],
            CapacityType="SPOT",
            Labels={"team": "a"},
            Taints=taints,
            Subnets=[cluster["Public"], cluster["Private"]],
            ScalingConfig={"MinSize": 2, "DesiredSize": 3, "MaxSize": 7},
        ),
        "Whole": fargate_profile(cluster, "whole", {"Namespace": "analytics"}),
        "Some": fargate_profile(
            cluster,
            "some",
            {"Namespace": "team-*", "Labels": [{"Key": "placement", "Value": "fargate"}]},
            {"Namespace": "more"},
        ),
        "Last": fargate_profile(cluster, "last", {"Namespace": "last"}),
    }


@pytest.fixture(scope="module")
def full(aws: AwsUnderTest, cluster: dict[str, str]) -> Iterator[dict[str, str]]:
    """The shared cluster with node groups, Fargate profiles, virtual clusters and associations; ids by name."""
    eks, emr = aws.client("eks"), aws.client("emr-containers")
    made = Stacks(aws.client("cloudformation"))
    made.create("read-cluster", contents(cluster))
    ids = {}
    for number, (name, namespace) in enumerate([("a", "n-a"), ("b", "n-b"), ("twin", "n-c"), ("twin", "n-d")]):
        provider = {"id": "spark", "type": "EKS", "info": {"eksInfo": {"namespace": namespace}}}
        created = emr.create_virtual_cluster(name=name, containerProvider=provider, clientToken=f"read-{number}")
        ids[namespace] = created["id"]
    emr.delete_virtual_cluster(id=ids["n-b"])
    associations = [
        eks.create_pod_identity_association(
            clusterName="spark",
            namespace="n-a",
            serviceAccount=f"account-{number}",
            roleArn=f"arn:aws:iam::111122223333:role/{role}",
        )["association"]["associationId"]
        for number, role in enumerate(["jobs", "jobs", "team/nightly-jobs"])
    ]
    yield ids
    for identifier in associations:
        eks.delete_pod_identity_association(clusterName="spark", associationId=identifier)
    for identifier in ids.values():
        emr.delete_virtual_cluster(id=identifier)
    assert made.delete("read-cluster") == "DELETE_COMPLETE", made.failures("read-cluster")


@pytest.fixture(scope="module")
def capacity(aws: AwsUnderTest, full: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Capacity:
    assert full
    with pytest.MonkeyPatch.context() as monkeypatch:
        account = account_of(aws, monkeypatch, tmp_path_factory.mktemp("account"))
        return read_cluster(account.session(), "spark")


def test_cluster(capacity: Capacity) -> None:
    assert (capacity.region, capacity.kubernetes_version) == ("us-east-1", "1.35")
    assert capacity.zones == ("us-east-1a", "us-east-1b")
    assert capacity.other_nodes == ""


def test_names_are_those_of_eks(capacity: Capacity) -> None:
    assert set(capacity.node_groups) == {"plain", "templated", "bottled", "defaults", "tainted"}
    assert set(capacity.fargate_profiles) == {"whole", "some", "last"}
    assert all(group.deployed_name == name for name, group in capacity.node_groups.items())
    assert all(profile.deployed_name == name for name, profile in capacity.fargate_profiles.items())
    assert capacity.node_groups["plain"].nodes[0].labels[kubernetes.NODE_GROUP] == "plain"


@pytest.mark.parametrize(
    ("name", "machines", "disk_gib"),
    [
        ("plain", ["m6i.xlarge", "m5.xlarge"], 30),
        ("templated", ["m6g.xlarge"], 80),
        ("bottled", ["c6i.large"], 60),
        ("defaults", ["t3.medium"], None),
        ("tainted", ["x9z.large"], 20),
    ],
)
def test_machines_and_disks(capacity: Capacity, name: str, machines: list[str], disk_gib: int | None) -> None:
    group = capacity.node_groups[name]
    assert [machine.name for machine in group.machines] == machines
    assert group.disk_gib == disk_gib


def test_known_and_unknown_instance_types(capacity: Capacity) -> None:
    assert capacity.node_groups["templated"].machines == (instance_type("m6g.xlarge"),)
    # What the local AWS answers for every type: 2 interfaces of 2 addresses each.
    assert capacity.node_groups["tainted"].machines == (InstanceType("x9z.large", 8, 4096, "x86_64", 4),)


def test_settings_of_a_group(capacity: Capacity) -> None:
    group = capacity.node_groups["tainted"]
    assert group.capacity_type == "spot"
    assert group.labels == {"team": "a"}
    assert group.taints == (
        Taint(key="spark", value="true", effect="NoSchedule"),
        Taint(key="bare", effect="PreferNoSchedule"),
    )
    assert group.zones == ("us-east-1a", "us-east-1b")
    assert (group.min_size, group.initial_size, group.max_size) == (2, 3, 7)
    assert capacity.node_groups["defaults"].capacity_type == "on-demand"
    assert capacity.node_groups["plain"].zones == ("us-east-1a",)


def test_fargate_profiles(capacity: Capacity) -> None:
    some = capacity.fargate_profiles["some"]
    assert some.selectors == (PodSelector("team-*", {"placement": "fargate"}), PodSelector("more"))
    assert some.zones == ("us-east-1a",)


def test_virtual_clusters_by_name_and_id(capacity: Capacity, full: dict[str, str]) -> None:
    running = {full[namespace]: namespace for namespace in ("n-a", "n-c", "n-d")}
    assert capacity.namespaces == {**running, "a": "n-a"}, "deleted ones and names that several have are left out"


def test_pod_identity_roles(capacity: Capacity) -> None:
    assert capacity.pod_identity_roles == {"jobs", "nightly-jobs"}


def test_every_page_is_read(account: Account, full: dict[str, str], capacity: Capacity) -> None:
    assert full
    session = account.session()
    in_small_pages(session, *PAGED, "emr-containers.ListVirtualClusters")
    calls = counted(session)
    assert read_cluster(session, "spark") == capacity
    pages = {name: number for name, number in calls.items() if name.startswith("List")}
    assert pages == {
        "ListNodegroups": 5,
        "ListFargateProfiles": 3,
        "ListPodIdentityAssociations": 3,
        "ListVirtualClusters": 3,
    }


def test_calls_only_read(account: Account, full: dict[str, str]) -> None:
    assert full
    session = account.session()
    calls = counted(session)
    read_cluster(session, "spark")
    documented = read_cluster.__doc__ or ""
    assert all(name in documented for name in calls), calls
    assert all(name.startswith(("Describe", "List")) for name in calls)
    assert calls["DescribeInstanceTypes"] == 1, "asked only for what is not shipped"


def test_actions_named_are_all_that_is_needed(
    account: Account, full: dict[str, str], capacity: Capacity, user: Callable[..., str]
) -> None:
    assert full
    reader = user(
        "eks:DescribeCluster",
        *(f"eks:{action}" for action in ("ListNodegroups", "DescribeNodegroup")),
        *(f"eks:{action}" for action in ("ListFargateProfiles", "DescribeFargateProfile")),
        *(f"eks:{action}" for action in ("ListPodIdentityAssociations", "DescribePodIdentityAssociation")),
        *(f"ec2:Describe{what}" for what in ("Subnets", "LaunchTemplateVersions", "InstanceTypes", "Instances")),
        "emr-containers:ListVirtualClusters",
    )
    with enforcing_iam():
        assert read_cluster(account.session(reader), "spark") == capacity


@pytest.mark.parametrize("status", ["DELETING", "CREATE_FAILED"])
def test_groups_without_nodes_are_left_out(
    account: Account, full: dict[str, str], monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    assert full
    record = state.node_group("spark", "plain")
    assert record is not None
    monkeypatch.setitem(record, "status", status)
    assert "plain" not in read_cluster(account.session(), "spark").node_groups


def test_auto_mode(account: Account, stacks: Stacks, cluster: dict[str, str]) -> None:
    resources = cluster_resources()
    auto = resources["Cluster"]
    auto["Properties"] |= {
        "Name": "auto",
        "ComputeConfig": {"Enabled": True, "NodePools": ["general-purpose"]},
        "ResourcesVpcConfig": {"SubnetIds": [cluster["Public"]]},
    }
    stacks.create("auto", {"ClusterRole": trust("eks.amazonaws.com"), "Cluster": auto})
    capacity = read_cluster(account.session(), "auto")
    assert capacity.other_nodes == "EKS Auto Mode also creates nodes, by node pools that were not read"
    assert (capacity.node_groups, capacity.fargate_profiles, capacity.namespaces) == ({}, {}, {})
    assert capacity.zones == ("us-east-1b",), "of the cluster's own subnets"


NODES = {
    "self-managed": ({"kubernetes.io/cluster/spark": "owned"}, "self-managed nodes also join it"),
    "Karpenter's": (
        {"kubernetes.io/cluster/spark": "owned", "karpenter.sh/nodepool": "a"}, "Karpenter also creates nodes",
    ),
    "of a managed group": ({"kubernetes.io/cluster/spark": "owned", "eks:nodegroup-name": "plain"}, ""),
    "of another cluster": ({"kubernetes.io/cluster/spork": "owned"}, ""),
}  # fmt: skip


@pytest.mark.parametrize(("tags", "seen"), NODES.values(), ids=NODES.keys())
def test_nodes_of_no_managed_group_are_seen_by_their_tags(
    aws: AwsUnderTest, account: Account, full: dict[str, str], tags: dict[str, str], seen: str
) -> None:
    assert full
    ec2 = aws.client("ec2")
    tagged = [{"ResourceType": "instance", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
    started = ec2.run_instances(ImageId="ami-0", MinCount=1, MaxCount=1, TagSpecifications=tagged)["Instances"]
    try:
        assert read_cluster(account.session(), "spark").other_nodes == seen
    finally:
        ec2.terminate_instances(InstanceIds=[one["InstanceId"] for one in started])


def test_the_nodes_that_run_count_as_they_are(aws: AwsUnderTest, account: Account, full: dict[str, str]) -> None:
    """The group starts with m6i.xlarge, and two of its nodes came when EC2 had none of these."""
    assert full
    ec2 = aws.client("ec2")
    tags = {"kubernetes.io/cluster/spark": "owned", "eks:nodegroup-name": "plain"}
    tagged = [{"ResourceType": "instance", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
    started = ec2.run_instances(
        ImageId="ami-0", MinCount=2, MaxCount=2, InstanceType="m5.xlarge", TagSpecifications=tagged,
        Placement={"AvailabilityZone": "us-east-1a"},
    )["Instances"]  # fmt: skip
    try:
        groups = read_cluster(account.session(), "spark").node_groups
    finally:
        ec2.terminate_instances(InstanceIds=[one["InstanceId"] for one in started])
    assert groups["plain"].running == (RunningNodes(instance_type("m5.xlarge"), "us-east-1a", 2),)
    assert groups["plain"].running_machines == (instance_type("m5.xlarge"),)
    assert groups["plain"].first_machines == (instance_type("m6i.xlarge"),)
    assert groups["tainted"].running is None, "none is seen where three should run"


def test_zones_have_the_ids_that_the_account_knows(capacity: Capacity) -> None:
    (node, *_) = capacity.node_groups["plain"].nodes
    assert re.fullmatch("use1-az[0-9]+", node.labels[kubernetes.ZONE_ID])
    assert kubernetes.ZONE_ID not in node.unknown_labels


def test_launch_template_and_group_both_name_an_instance_type(stacks: Stacks, cluster: dict[str, str]) -> None:
    resources = {
        "Sized": launch_template(InstanceType="m6g.xlarge"),
        "Group": node_group(cluster, "both", "Sized", InstanceTypes=["m6i.xlarge"]),
    }
    assert "not in both" in stacks.refusal("both", resources)
    resources["Group"] = node_group(cluster, "none", LaunchTemplate={"Id": "lt-0", "Version": "1"})
    assert "does not exist" in stacks.refusal("none", resources)


GPUS = "<gpuInfo><gpus><item><name>L4</name><manufacturer>NVIDIA</manufacturer><count>4</count></item></gpus></gpuInfo>"


def described(name: str, architectures: list[str], interfaces: int, addresses: int, more: str = "") -> str:
    items = "".join(f"<item>{architecture}</item>" for architecture in architectures)
    return (
        f"<item><instanceType>{name}</instanceType>"
        f"<processorInfo><supportedArchitectures>{items}</supportedArchitectures></processorInfo>"
        "<vCpuInfo><defaultVCpus>4</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>16384</sizeInMiB></memoryInfo>"
        f"<networkInfo><maximumNetworkInterfaces>{interfaces}</maximumNetworkInterfaces>"
        f"<ipv4AddressesPerInterface>{addresses}</ipv4AddressesPerInterface></networkInfo>{more}</item>"
    )


def test_pages_of_instance_types(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {
        True: described("x9g.xlarge", ["arm64"], 4, 15, GPUS),
        False: described("x9z.xlarge", ["i386", "x86_64"], 3, 10) + "</instanceTypeSet><nextToken>more</nextToken>",
    }

    def page(request: str) -> Answer:
        content = pages["NextToken=more" in request]
        end = "" if "</instanceTypeSet>" in content else "</instanceTypeSet>"
        return Answer(200, f"<R><instanceTypeSet>{content}{end}</R>", {"Content-Type": "text/xml"})

    with answering(page) as ec2:
        monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", ec2.url)
        found = read_instance_types(client(account.session(), "ec2"), ["x9g.xlarge", "m6i.large", "x9z.xlarge"])
    assert len(ec2.paths) == 2
    assert found == {
        "m6i.large": instance_type("m6i.large"),
        "x9g.xlarge": InstanceType("x9g.xlarge", 4, 16384, "arm64", 4 * 14 + 2, (("nvidia.com/gpu", 4),)),
        "x9z.xlarge": InstanceType("x9z.xlarge", 4, 16384, "x86_64", 3 * 9 + 2),
    }


def test_more_instance_types_than_one_call_takes(account: Account) -> None:
    session = account.session()
    calls = counted(session)
    names = [f"x9z.{number}xlarge" for number in range(1, 102)]
    assert sorted(read_instance_types(client(session, "ec2"), names)) == sorted(names)
    assert calls["DescribeInstanceTypes"] == 2


def test_cluster_is_not_there(account: Account, cluster: dict[str, str], user: Callable[..., str]) -> None:
    assert cluster
    with pytest.raises(InputError) as refused:
        read_cluster(account.session(), "sparky")
    assert str(refused.value) == (
        "EKS cluster sparky: 'sparky': us-east-1 has no EKS cluster of this name (eks:DescribeCluster). "
        "Name one of spark, or check the region and the account."
    )
    reader = user("eks:DescribeCluster")
    with enforcing_iam(), pytest.raises(InputError, match="Check the name, the region and the account") as refused:
        read_cluster(account.session(reader), "sparky")
    assert "spark," not in str(refused.value)


def test_region_without_clusters(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(request: str) -> Answer:
        if request.startswith("GET /clusters/"):
            return Answer(404, '{"message": "none"}', {"x-amzn-errortype": "ResourceNotFoundException"})
        return Answer(200, '{"clusters": []}')

    with answering(nothing) as eks:
        monkeypatch.setenv("AWS_ENDPOINT_URL_EKS", eks.url)
        with pytest.raises(InputError, match="nor any other"):
            read_cluster(account.session(), "spark")


def test_outside_of_it_errors_are_botocores(account: Account) -> None:
    """The readers of parts leave errors to `read_cluster`, which knows the cluster."""
    with pytest.raises(ClientError):
        client(account.session(), "eks").describe_cluster(name="none")
