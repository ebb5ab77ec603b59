"""Reading a cloud assembly: each rule and each refusal on templates of a few lines."""

import json
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.assembly import read_assembly
from emr_eks_placement.common.errors import InputError
from emr_eks_placement.facts.fargate import DEFAULT_VCPU_QUOTA
from emr_eks_placement.facts.instance_types import instance_type
from emr_eks_placement.job.placement import Taint
from emr_eks_placement.scheduling.capacity import (
    UNKNOWN_ZONE,
    Capacity,
    FargateProfileCapacity,
    NodeGroupCapacity,
    PodSelector,
)

HERE = "aws://111122223333/us-east-1"
ZONES = ("us-east-1a", "us-east-1b")
Data = dict[str, Any]


def resource(kind: str, path: str | None = None, **properties: Any) -> Data:
    metadata = {"Metadata": {"aws:cdk:path": path}} if path else {}
    return {"Type": kind, "Properties": properties, **metadata}


def subnet(zone: Any, **properties: Any) -> Data:
    return resource("AWS::EC2::Subnet", AvailabilityZone=zone, MapPublicIpOnLaunch=False, **properties)


def refs(*logical_ids: str) -> list[Data]:
    return [{"Ref": logical_id} for logical_id in logical_ids]


def cluster(path: str | None = "Main/Cluster/Resource", **properties: Any) -> Data:
    network = {"SubnetIds": refs("SubnetA", "SubnetB")}
    return resource("AWS::EKS::Cluster", path, **{"Version": "1.34", "ResourcesVpcConfig": network, **properties})


def group(path: str | None = "Main/workers/Resource", **properties: Any) -> Data:
    defaults = {"ClusterName": {"Ref": "Cluster"}, "Subnets": refs("SubnetA", "SubnetB")}
    return resource("AWS::EKS::Nodegroup", path, **{**defaults, **properties})


def profile(path: str | None = "Main/spark/Resource", **properties: Any) -> Data:
    defaults = {"ClusterName": {"Ref": "Cluster"}, "Selectors": [{"Namespace": "spark"}]}
    return resource("AWS::EKS::FargateProfile", path, **{**defaults, **properties})


def virtual_cluster(path: str = "Main/analytics/Resource", cluster: Any = None, namespace: Any = "spark") -> Data:
    provider = {"Type": "EKS", "Id": cluster or {"Ref": "Cluster"}, "Info": {"EksInfo": {"Namespace": namespace}}}
    return resource("AWS::EMRContainers::VirtualCluster", path, Name="generated-1", ContainerProvider=provider)


BASE = {"SubnetA": subnet(ZONES[0]), "SubnetB": subnet(ZONES[1]), "Cluster": cluster()}


def template(**resources: Data) -> Data:
    """A template with the base resources and these."""
    return {"Resources": {**BASE, **resources}}


def workers_of(cluster: Any) -> Data:
    """A template with nothing but a node group."""
    return {"Resources": {"Workers": group(ClusterName=cluster, Subnets=["subnet-1"])}}


def stack(file: str, environment: str = HERE, **properties: Any) -> Data:
    return {
        "type": "aws:cloudformation:stack",
        "environment": environment,
        "properties": {"templateFile": file, **properties},
    }


def put_json(file: Path, data: Any) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(data))


def put(folder: Path, environment: str = HERE, files: Data | None = None, **templates: Data) -> Path:
    """An assembly of a stack for each template; files: other files beside them."""
    artifacts: Data = {"Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}}}
    for name, content in templates.items():
        artifacts[name] = stack(f"{name}.template.json", environment)
        put_json(folder / f"{name}.template.json", content)
    for name, content in (files or {}).items():
        put_json(folder / name, content)
    put_json(folder / "manifest.json", {"version": "1", "artifacts": artifacts})
    return folder


def put_stacks(folder: Path, **stacks: tuple[str, Data]) -> Path:
    """An assembly of stacks, each with an environment of its own."""
    for name, (_, content) in stacks.items():
        put_json(folder / f"{name}.json", content)
    artifacts = {name: stack(f"{name}.json", environment) for name, (environment, _) in stacks.items()}
    put_json(folder / "manifest.json", {"version": "1", "artifacts": artifacts})
    return folder


def put_stage(folder: Path, name: str, **templates: Data) -> Path:
    """The assembly with a stage of these stacks added to it."""
    put(folder / name, HERE, None, **templates)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["artifacts"][name] = {"type": "cdk:cloud-assembly", "properties": {"directoryName": name}}
    put_json(folder / "manifest.json", manifest)
    return folder


def read_one(folder: Path, **resources: Data) -> Capacity:
    """The only cluster of an assembly with these resources."""
    (capacity,) = read_assembly(put(folder, Main=template(**resources))).values()
    return capacity


def read_group(folder: Path, others: Data | None = None, **properties: Any) -> NodeGroupCapacity:
    return read_one(folder, **(others or {}), Workers=group(**properties)).node_groups["workers"]


def read_profile(folder: Path, others: Data | None = None, **properties: Any) -> FargateProfileCapacity:
    return read_one(folder, **(others or {}), Spark=profile(**properties)).fargate_profiles["spark"]


def refusal(folder: Path) -> str:
    """What is said of an assembly that can't be used, its folder left out; one finding."""
    with pytest.raises(InputError) as caught:
        read_assembly(folder)
    (found,) = caught.value.findings
    return str(found).replace(str(folder), "cdk.out")


def refused(folder: Path, **resources: Data) -> str:
    return refusal(put(folder, Main=template(**resources)))


# Whole clusters


def test_a_cluster_with_all_its_parts(tmp_path: Path) -> None:
    workers = group(
        InstanceTypes=["m6i.large", "m5.large"],
        CapacityType="SPOT",
        Labels={"workload": "spark"},
        Taints=[{"Key": "workload", "Value": "spark", "Effect": "NO_SCHEDULE"}, {"Key": "x", "Effect": "NO_EXECUTE"}],
        ScalingConfig={"MinSize": 0, "DesiredSize": "3", "MaxSize": 9},
        Subnets=refs("SubnetB"),
        DiskSize=100,
        NodegroupName="spark-workers",
    )
    spark = profile(
        Selectors=[{"Namespace": "spark", "Labels": [{"Key": "run", "Value": "fargate"}]}, {"Namespace": "s-*"}],
        Subnets=refs("SubnetA"),
        FargateProfileName="spark-on-fargate",
    )
    main = template(Workers=workers, Spark=spark, Analytics=virtual_cluster())
    assert read_assembly(put(tmp_path, Main=main)) == {
        "Cluster": Capacity(
            region="us-east-1",
            zones=ZONES,
            kubernetes_version="1.34",
            node_groups={
                "spark-workers": NodeGroupCapacity(
                    machines=(instance_type("m6i.large"), instance_type("m5.large")),
                    capacity_type="spot",
                    labels={"workload": "spark"},
                    taints=(
                        Taint(key="workload", value="spark", effect="NoSchedule"),
                        Taint(key="x", effect="NoExecute"),
                    ),
                    zones=("us-east-1b",),
                    min_size=0,
                    initial_size=3,
                    max_size=9,
                    disk_gib=100,
                    deployed_name="spark-workers",
                )
            },
            fargate_profiles={
                "spark-on-fargate": FargateProfileCapacity(
                    selectors=(PodSelector("spark", {"run": "fargate"}), PodSelector("s-*")),
                    zones=("us-east-1a",),
                    deployed_name="spark-on-fargate",
                )
            },
            namespaces={"analytics": "spark"},
            fargate_vcpus=DEFAULT_VCPU_QUOTA,
        )
    }


def test_an_assembly_without_clusters(tmp_path: Path) -> None:
    assert read_assembly(put(tmp_path, Main={"Resources": {"Topic": resource("AWS::SNS::Topic")}})) == {}
    assert read_assembly(put(tmp_path, Main={})) == {}


def test_the_custom_resources_of_aws_eks(tmp_path: Path) -> None:
    config = {"name": "old", "version": "1.33", "resourcesVpcConfig": {"subnetIds": refs("SubnetA", "SubnetB")}}
    selector = {"namespace": "spark", "labels": {"run": "fargate"}}
    named = {"fargateProfileName": "spark", "subnets": refs("SubnetB")}
    profiles = "Custom::AWSCDK-EKS-FargateProfile"
    one = {"clusterName": {"Ref": "Cluster"}, "selectors": [selector]}
    capacity = read_assembly(
        put(
            tmp_path,
            Main=template(
                Cluster=resource("Custom::AWSCDK-EKS-Cluster", Config=config),
                Workers=group(),
                Spark=resource(profiles, Config={**one, **named}),
                Private=resource(profiles, "Main/Cluster/private/Resource/Default", Config=one),
            ),
        )
    )["old"]
    assert (capacity.kubernetes_version, capacity.zones, list(capacity.node_groups)) == ("1.33", ZONES, ["workers"])
    selectors = (PodSelector("spark", {"run": "fargate"}),)
    assert capacity.fargate_profiles == {
        "spark": FargateProfileCapacity(selectors=selectors, zones=("us-east-1b",), deployed_name="spark"),
        "private": FargateProfileCapacity(selectors=selectors, zones=ZONES),
    }


def test_what_else_makes_nodes(tmp_path: Path) -> None:
    assert read_one(tmp_path, Cluster=cluster(ComputeConfig={"Enabled": False})).other_nodes == ""
    auto_mode = read_one(tmp_path, Cluster=cluster(ComputeConfig={"Enabled": True}))
    assert auto_mode.other_nodes == "EKS Auto Mode also creates nodes"
    owner = {"Fn::Join": ["", ["kubernetes.io/cluster/", {"Ref": "Cluster"}]]}
    kind, chart = "AWS::AutoScaling::AutoScalingGroup", "Custom::AWSCDK-EKS-HelmChart"
    capacity = read_one(
        tmp_path,
        Nodes=resource(kind, Tags=[{"Key": owner, "Value": "owned"}, {"Key": "Name", "Value": "nodes"}]),
        Others=resource(kind, Tags=[{"Key": "Name", "Value": "no node"}]),
        Karpenter=resource(chart, ClusterName={"Ref": "Cluster"}, Chart="oci://public.ecr.aws/karpenter/karpenter"),
        Definitions=resource(chart, ClusterName={"Ref": "Cluster"}, Chart="karpenter-crd"),
    )
    assert capacity.other_nodes == "self-managed nodes also join it; Karpenter also creates nodes"
    tagged = resource(kind, Tags=[{"Key": "kubernetes.io/cluster/elsewhere", "Value": "owned"}])
    assert "self-managed nodes" in read_assembly(put(tmp_path, Main=template(Nodes=tagged)))["elsewhere"].other_nodes


def test_auto_mode_in_text(tmp_path: Path) -> None:
    assert "Auto Mode" in read_one(tmp_path, Cluster=cluster(ComputeConfig={"Enabled": "true"})).other_nodes
    assert read_one(tmp_path, Cluster=cluster(ComputeConfig={"Enabled": "false"})).other_nodes == ""


def test_a_source_of_nodes_is_reported_once(tmp_path: Path) -> None:
    tags = [{"Key": {"Fn::Join": ["", ["kubernetes.io/cluster/", {"Ref": "Cluster"}]]}, "Value": "owned"}]
    repository = "oci://public.ecr.aws/karpenter/karpenter"
    capacity = read_one(
        tmp_path,
        Nodes=resource("AWS::AutoScaling::AutoScalingGroup", Tags=tags),
        More=resource("AWS::AutoScaling::AutoScalingGroup", Tags=tags),
        Karpenter=resource("Custom::AWSCDK-EKS-HelmChart", ClusterName={"Ref": "Cluster"}, Repository=repository),
    )
    assert capacity.other_nodes == "self-managed nodes also join it; Karpenter also creates nodes"


def test_resources_that_only_seem_to_create_nodes(tmp_path: Path) -> None:
    another = {"Fn::Join": ["", ["kubernetes.io/cluster/not-", {"Ref": "Cluster"}]]}
    capacity = read_one(
        tmp_path,
        Nodes=resource("AWS::AutoScaling::AutoScalingGroup", Tags=[{"Key": another, "Value": "owned"}]),
        Definitions=resource("Custom::AWSCDK-EKS-HelmChart", ClusterName={"Ref": "Cluster"}, Chart="karpenter-crd"),
    )
    assert capacity.other_nodes == ""


def test_pod_identity_roles(tmp_path: Path) -> None:
    def association(arn: Any) -> Data:
        return resource("AWS::EKS::PodIdentityAssociation", ClusterName={"Ref": "Cluster"}, RoleArn=arn)

    joined = {"Fn::Join": ["", ["arn:aws:iam::", {"Ref": "AWS::AccountId"}, ":role/team/joined"]]}
    main = template(
        Named=resource("AWS::IAM::Role", RoleName="named-role"),
        Unnamed=resource("AWS::IAM::Role"),
        A=association({"Fn::GetAtt": ["Named", "Arn"]}),
        B=association({"Fn::GetAtt": "Unnamed.Arn"}),
        C=association("arn:aws:iam::111122223333:role/team/literal"),
        D=association(joined),
        E=association({"Fn::Sub": "${Substituted.Arn}"}),
        Substituted=resource("AWS::IAM::Role", RoleName="substituted-role"),
    )
    (capacity,) = read_assembly(put(tmp_path, environment="aws://unknown-account/us-east-1", Main=main)).values()
    assert capacity.pod_identity_roles == {"named-role", "Unnamed", "literal", "joined", "substituted-role"}
    said = refused(tmp_path, A=association({"Ref": "Parameter"}))
    assert "cdk.out/Main.template.json: Resources.A.Properties.RoleArn" in said
    assert "known only at deployment" in said
    assert "must be the ARN of an IAM role" in refused(tmp_path, A=association("spark"))
    assert "must be the ARN of an IAM role" in refused(tmp_path, A=association("arn:aws:iam::111122223333:role/"))


# Node groups


def test_eks_s_defaults_of_a_node_group(tmp_path: Path) -> None:
    assert read_group(tmp_path) == NodeGroupCapacity(
        machines=(instance_type("t3.medium"),), zones=ZONES, min_size=1, initial_size=2, max_size=2, disk_gib=20
    )


def launch_template(**data: Any) -> Data:
    return resource("AWS::EC2::LaunchTemplate", LaunchTemplateName="workers", LaunchTemplateData=data)


def volume(size: Any, device: str = "/dev/xvda") -> Data:
    return {"DeviceName": device, "Ebs": {"VolumeSize": size}}


@pytest.mark.parametrize("by", [{"Id": {"Ref": "Template"}}, {"Name": "workers"}], ids=["id", "name"])
def test_the_settings_of_a_launch_template(by: Data, tmp_path: Path) -> None:
    data = {"InstanceType": "m6i.large", "BlockDeviceMappings": [volume(300, "/dev/sdf"), volume(80)]}
    found = read_group(tmp_path, {"Template": launch_template(**data)}, LaunchTemplate={**by, "Version": "1"})
    assert ([machine.name for machine in found.machines], found.disk_gib) == (["m6i.large"], 80)


@pytest.mark.parametrize(
    ("data", "ami", "disk"),
    [
        ({}, "AL2023_x86_64_STANDARD", 20),
        ({"ImageId": "ami-1"}, "CUSTOM", None),
        ({"BlockDeviceMappings": [volume({"Ref": "Size"})]}, "AL2023_x86_64_STANDARD", None),
        ({"BlockDeviceMappings": [volume("60", "/dev/sda1")]}, "CUSTOM", 60),
        ({"BlockDeviceMappings": [volume(4), volume(90, "/dev/xvdb")]}, "BOTTLEROCKET_x86_64", 90),
    ],
)
def test_the_disk_of_a_launch_template(data: Data, ami: str, disk: int | None, tmp_path: Path) -> None:
    given = {"LaunchTemplate": {"Id": {"Ref": "Template"}}, "AmiType": ami}
    assert read_group(tmp_path, {"Template": launch_template(**data)}, **given).disk_gib == disk


def test_a_launch_template_of_another_app(tmp_path: Path) -> None:
    given = {"Id": "lt-1"}
    found = read_group(tmp_path, InstanceTypes=["m6i.large"], LaunchTemplate=given)
    assert ([machine.name for machine in found.machines], found.disk_gib) == (["m6i.large"], None)
    assert "Set the node group's instance types" in refused(tmp_path, Workers=group(LaunchTemplate=given))
    assert read_group(tmp_path, DiskSize={"Fn::If": ["Large", 500, 50]}).disk_gib is None
    elsewhere = {"Resources": {"Template": launch_template(InstanceType="m6i.large")}}
    main = template(Workers=group(LaunchTemplate={"Name": "workers"}))
    folder = put_stacks(tmp_path, Other=("aws://111122223333/eu-west-1", elsewhere), Main=(HERE, main))
    assert "Set the node group's instance types" in refusal(folder)


# Zones


def test_zones_by_number(tmp_path: Path) -> None:
    zones = {"Fn::GetAZs": ""}, {"Fn::GetAZs": {"Ref": "AWS::Region"}}
    subnets = {f"Subnet{name}": subnet({"Fn::Select": [i, zones[i]]}) for i, name in enumerate("AB")}
    assert read_one(tmp_path, **subnets).zones == ZONES
    elsewhere = subnet({"Fn::Select": [2, {"Fn::GetAZs": "eu-west-1"}]})
    assert read_group(tmp_path, {"SubnetC": elsewhere}, Subnets=refs("SubnetC")).zones == ("eu-west-1c",)


@pytest.mark.parametrize(
    "subnets",
    [
        ["subnet-1", "subnet-2"],
        [{"Fn::ImportValue": "of-another-app"}],
        {"Fn::Split": [",", {"Fn::ImportValue": "of-another-app"}]},
        {"Ref": "Subnets"},
        refs("Unplaced"),
        [{"Ref": "Role"}],
    ],
)
def test_unknown_zones(subnets: Any, tmp_path: Path) -> None:
    others = {"Unplaced": subnet({"Ref": "Zone"}), "Role": resource("AWS::IAM::Role")}
    assert read_group(tmp_path, others, Subnets=subnets).zones == (UNKNOWN_ZONE,)


def test_a_profile_without_subnets_is_in_the_cluster_s_private_ones(tmp_path: Path) -> None:
    public = resource("AWS::EC2::Subnet", AvailabilityZone=ZONES[0], MapPublicIpOnLaunch=True)
    assert read_profile(tmp_path).zones == ZONES
    assert read_profile(tmp_path, {"SubnetA": public}).zones == ("us-east-1b",)
    assert read_profile(tmp_path, {"SubnetA": public, "SubnetB": public}).zones == ("us-east-1a",)
    open_subnets = {"Cluster": cluster(ResourcesVpcConfig={"SubnetIds": ["subnet-1", {"Ref": "SubnetB"}]})}
    assert read_profile(tmp_path, {"SubnetA": public, **open_subnets}).zones == (UNKNOWN_ZONE, "us-east-1b")
    perhaps_public = {**public, "Properties": {**public["Properties"], "MapPublicIpOnLaunch": {"Ref": "Open"}}}
    assert read_profile(tmp_path, {"SubnetA": perhaps_public}).zones == ZONES


# Names


def test_names_grow_until_they_differ(tmp_path: Path) -> None:
    main = template(
        A=group("Main/TeamA/workers/Resource"),
        B=group("Main/TeamB/workers/Resource"),
        C=group("Main/third/Resource/Default"),
        D=group(None),
        Left=virtual_cluster("Main/left/spark/Resource"),
        Right=virtual_cluster("Main/right/spark/Resource", namespace="other"),
    )
    (capacity,) = read_assembly(put(tmp_path, Main=main)).values()
    assert set(capacity.node_groups) == {"TeamA/workers", "TeamB/workers", "third", "D"}
    assert capacity.namespaces == {"left/spark": "spark", "right/spark": "other"}


def test_a_name_that_deployment_makes_is_none(tmp_path: Path) -> None:
    name = {"Fn::Join": ["-", ["workers", {"Ref": "Suffix"}]]}
    found = read_group(tmp_path, NodegroupName=name)
    assert found.deployed_name is None


def test_clusters_of_one_name(tmp_path: Path) -> None:
    files = {
        "stage/manifest.json": {"version": "1", "artifacts": {"Main": stack("m.json", "aws://1/eu-west-1")}},
        "stage/m.json": template(Cluster=cluster("Prod/Main/Eks/Resource", Name="analytics")),
    }
    folder = put(tmp_path, files=files, Main=template(Cluster=cluster("Main/Eks/Resource", Name="analytics")))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["artifacts"]["Prod"] = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "stage"}}
    put_json(folder / "manifest.json", manifest)
    found = read_assembly(folder)
    assert {name: one.region for name, one in found.items()} == {
        "Main/analytics": "us-east-1",
        "Prod/Main/analytics": "eu-west-1",
    }


def test_pods_can_run_in_every_zone_of_a_part(tmp_path: Path) -> None:
    others = {"SubnetC": subnet("us-east-1c"), "SubnetD": subnet("us-east-1d")}
    workers, spark = group(Subnets=refs("SubnetB", "SubnetC")), profile(Subnets=refs("SubnetD"))
    assert read_one(tmp_path, **others, Workers=workers, Spark=spark).zones == (*ZONES, "us-east-1c", "us-east-1d")


def test_a_construct_may_be_called_as_its_resource_is(tmp_path: Path) -> None:
    assert list(read_one(tmp_path, Workers=group("Resource")).node_groups) == ["Resource"]


def test_without_paths_the_stages_tell_clusters_apart(tmp_path: Path) -> None:
    folder = put(tmp_path, Main=template(Cluster=cluster(None)))
    put_stage(folder, "Prod", Main=template(Cluster=cluster(None)))
    assert set(read_assembly(folder)) == {"Main/Cluster", "Prod/Main/Cluster"}


def test_a_stack_goes_by_its_artifact_in_its_stage_where_it_has_no_name(tmp_path: Path) -> None:
    folder = put(tmp_path)
    put_stage(folder, "Prod", Main=template(Cluster=cluster(Name={"Ref": "AWS::StackName"})))
    assert list(read_assembly(folder)) == ["Main"]


# Across stacks


def test_a_cluster_of_another_app_goes_by_its_name(tmp_path: Path) -> None:
    parts = {
        "Workers": group(ClusterName="shared", Subnets=["subnet-1"]),
        "Spark": profile(ClusterName="shared"),
        "Analytics": virtual_cluster(cluster="shared"),
    }
    capacity = read_assembly(put(tmp_path, Main={"Resources": parts}))["shared"]
    assert (capacity.region, capacity.kubernetes_version, capacity.zones) == ("us-east-1", "1.35", (UNKNOWN_ZONE,))
    assert (list(capacity.node_groups), list(capacity.fargate_profiles)) == (["workers"], ["spark"])
    assert capacity.namespaces == {"analytics": "spark"}
    assert "not part of this assembly" in capacity.other_nodes
    alone = {"Resources": {"Spark": profile(ClusterName="shared")}}
    assert read_assembly(put(tmp_path, Main=alone))["shared"].fargate_profiles["spark"].zones == (UNKNOWN_ZONE,)


def test_a_literal_name_means_the_assembly_s_own_cluster(tmp_path: Path) -> None:
    capacity = read_assembly(
        put(
            tmp_path,
            Main=template(Cluster=cluster(Name="analytics")),
            Other={"Resources": {"Workers": group(ClusterName="analytics", Subnets=["subnet-1"])}},
        )
    )
    assert list(capacity) == ["analytics"]
    assert list(capacity["analytics"].node_groups) == ["workers"]


# Environments of the cluster's stack and of the one that names it -> the clusters' own node groups.
ENVIRONMENTS = {
    "the same": (HERE, HERE, {"analytics": ["workers"]}),
    "an account that is open": ("aws://unknown-account/us-east-1", HERE, {"analytics": ["workers"]}),
    "another account": (
        "aws://444455556666/us-east-1",
        HERE,
        {"Main/analytics": [], "us-east-1/analytics": ["workers"]},
    ),
    "another region": (
        "aws://111122223333/eu-west-1",
        HERE,
        {"Main/analytics": [], "us-east-1/analytics": ["workers"]},
    ),
}


@pytest.mark.parametrize(("here", "there", "groups"), ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_a_name_means_a_cluster_of_the_same_account_and_region(
    here: str, there: str, groups: dict[str, list[str]], tmp_path: Path
) -> None:
    main = template(Cluster=cluster(Name="analytics"))
    found = read_assembly(put_stacks(tmp_path, Main=(here, main), Other=(there, workers_of("analytics"))))
    assert {name: list(one.node_groups) for name, one in found.items()} == groups


def test_of_clusters_of_one_name_the_one_of_the_same_stage_is_meant(tmp_path: Path) -> None:
    def named(stage: str) -> Data:
        return template(Cluster=cluster(f"{stage}/Main/Eks/Resource", Name="analytics"))

    folder = put(tmp_path)
    put_stage(folder, "Dev", Main=named("Dev"))
    put_stage(folder, "Prod", Main=named("Prod"), Other=workers_of("analytics"))
    found = {name: list(one.node_groups) for name, one in read_assembly(folder).items()}
    assert found == {"Dev/Main/analytics": [], "Prod/Main/analytics": ["workers"]}


@pytest.mark.parametrize(
    "reference",
    [{"Fn::ImportValue": "c"}, {"Fn::GetStackOutput": {"StackName": "Main", "OutputName": "C"}}],
    ids=["export", "output"],
)
def test_of_stacks_of_one_name_the_one_of_the_same_stage_is_meant(reference: Data, tmp_path: Path) -> None:
    def exporting(stage: str) -> Data:
        outputs = {"C": {"Value": {"Ref": "Cluster"}, "Export": {"Name": "c"}}}
        return {**template(Cluster=cluster(f"{stage}/Main/Eks/Resource")), "Outputs": outputs}

    folder = put(tmp_path)
    put_stage(folder, "Dev", Main=exporting("Dev"))
    put_stage(folder, "Prod", Main=exporting("Prod"), Other=workers_of(reference))
    found = {name: list(one.node_groups) for name, one in read_assembly(folder).items()}
    assert found == {"Dev/Main/Eks": [], "Prod/Main/Eks": ["workers"]}


def test_an_output_of_a_stack_in_another_region_is_read_where_the_region_is_named(tmp_path: Path) -> None:
    there = "aws://111122223333/eu-west-1"
    outputs = {"C": {"Value": "there"}}
    for region, clusters in ({"Region": "eu-west-1"}, ["there"]), ({}, ["here"]):
        reference = {"Fn::GetStackOutput": {"StackName": "Main", "OutputName": "C", **region}}
        folder = tmp_path / clusters[0]
        folder.mkdir()
        put_stacks(
            folder,
            Away=(there, {"Outputs": outputs}),
            Main=(HERE, {"Outputs": {"C": {"Value": "here"}}}),
            Other=(HERE, workers_of(reference)),
        )
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["artifacts"]["Away"]["properties"]["stackName"] = "Main"
        put_json(folder / "manifest.json", manifest)
        assert list(read_assembly(folder)) == clusters


EXPORTS = {
    "plain": ("Main:Cluster", "Main:Cluster"),
    "by the stack's name": ({"Fn::Sub": "${AWS::StackName}-Cluster"}, {"Fn::Sub": "${Platform}-Cluster"}),
    "joined": ({"Fn::Join": [":", [{"Ref": "AWS::StackName"}, "c"]]}, {"Fn::Join": [":", [{"Ref": "Platform"}, "c"]]}),
}


@pytest.mark.parametrize(("exported", "imported"), EXPORTS.values(), ids=EXPORTS)
def test_exports_of_another_stack(exported: Any, imported: Any, tmp_path: Path) -> None:
    outputs = {"C": {"Value": {"Ref": "Cluster"}, "Export": {"Name": exported}}}
    outputs["A"] = {"Value": {"Ref": "SubnetA"}, "Export": {"Name": "a"}}
    workers = group(ClusterName={"Fn::ImportValue": imported}, Subnets=[{"Fn::ImportValue": "a"}])
    other = {"Parameters": {"Platform": {"Type": "String", "Default": "Main"}}, "Resources": {"Workers": workers}}
    (capacity,) = read_assembly(put(tmp_path, Main={**template(), "Outputs": outputs}, Other=other)).values()
    assert capacity.node_groups["workers"].zones == ("us-east-1a",)


def test_outputs_of_another_stack(tmp_path: Path) -> None:
    def output(name: str) -> Data:
        return {"Fn::GetStackOutput": {"StackName": "Main", "Region": "us-east-1", "OutputName": name}}

    outputs = {"C": {"Value": {"Ref": "Cluster"}}, "A": {"Value": {"Ref": "SubnetA"}}}
    other = {"Resources": {"Workers": group(ClusterName=output("C"), Subnets=[output("A"), output("none")])}}
    (capacity,) = read_assembly(put(tmp_path, Main={**template(), "Outputs": outputs}, Other=other)).values()
    assert capacity.node_groups["workers"].zones == ("us-east-1a", UNKNOWN_ZONE)


def test_lists_that_cross_stacks_as_text(tmp_path: Path) -> None:
    subnets = {"Fn::Join": ["||", [*refs("SubnetA", "SubnetB"), "subnet-1"]]}
    outputs = {"S": {"Value": subnets, "Export": {"Name": "s"}}}
    imported = {"Fn::Split": ["||", {"Fn::ImportValue": "s"}]}
    other = {"Resources": {"Workers": group(ClusterName="shared", Subnets=imported)}}
    found = read_assembly(put(tmp_path, Main={**template(), "Outputs": outputs}, Other=other))
    assert found["shared"].node_groups["workers"].zones == (*ZONES, UNKNOWN_ZONE)


def nested(file: str | None = "n.json", **parameters: Any) -> Data:
    made = resource("AWS::CloudFormation::Stack", Parameters=parameters, TemplateURL={"Fn::Sub": "https://b/n.json"})
    return {**made, "Metadata": {"aws:asset:path": file}} if file else made


def test_nested_stacks_take_parameters_and_give_outputs(tmp_path: Path) -> None:
    network = {"Resources": {"Subnet": subnet("us-east-1c")}, "Outputs": {"Id": {"Value": {"Ref": "Subnet"}}}}
    given = group(ClusterName={"Ref": "ClusterOfParent"}, Subnets=[{"Ref": "SubnetOfParent"}])
    workers = {
        "Parameters": {"ClusterOfParent": {"Type": "String"}, "SubnetOfParent": {"Type": "String"}},
        "Resources": {"Workers": given},
    }
    subnet_id = {"Fn::GetAtt": ["Network", "Outputs.Id"]}
    main = template(
        Network=nested("network.json"),
        Nodes=nested("workers.json", ClusterOfParent={"Ref": "Cluster"}, SubnetOfParent=subnet_id),
        Elsewhere=resource("AWS::CloudFormation::Stack", TemplateURL="https://bucket/template.json"),
    )
    folder = put(tmp_path, files={"network.json": network, "workers.json": workers}, Main=main)
    (capacity,) = read_assembly(folder).values()
    assert capacity.node_groups["workers"].zones == ("us-east-1c",)


def test_a_nested_stack_has_its_default_of_a_parameter_that_is_not_given(tmp_path: Path) -> None:
    inner = {"Parameters": {"Name": {"Type": "String", "Default": "shared"}}, **workers_of({"Ref": "Name"})}
    found = read_assembly(put(tmp_path, files={"n.json": inner}, Main={"Resources": {"Nested": nested("n.json")}}))
    assert list(found["shared"].node_groups) == ["workers"]


def test_an_endless_reference_is_open(tmp_path: Path) -> None:
    inner = {"Parameters": {"P": {"Type": "String"}}, "Outputs": {"O": {"Value": {"Ref": "P"}}}}
    loop = {"Fn::GetAtt": ["Nested", "Outputs.O"]}
    main = template(Nested=nested("n.json", P=loop), Workers=group(ClusterName=loop))
    assert "known only at deployment" in refusal(put(tmp_path, files={"n.json": inner}, Main=main))


# Values

VALUES: dict[str, Any] = {
    "a parameter's default": {"Ref": "Namespace"},
    "an item of a list": {"Fn::Select": [1, {"Ref": "Names"}]},
    "an item of a text": {"Fn::Select": ["1", {"Fn::Split": [":", "a:spark"]}]},
    "a joined text": {"Fn::Join": ["", ["sp", {"Fn::Join": ["a", ["", "rk"]]}]]},
    "a text with references": {"Fn::Sub": ["${Begin}a${End}", {"Begin": "sp", "End": {"Ref": "End"}}]},
    "an item of a list of a kind": {"Fn::Select": [1, {"Ref": "Zones"}]},
    "a joined truth value": {"Fn::Select": [1, {"Fn::Split": ["true", {"Fn::Join": ["", ["a", True, "spark"]]}]}]},
    "a mapping's value": {"Fn::FindInMap": ["Regions", {"Ref": "AWS::Region"}, "namespace"]},
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_values(value: Any, tmp_path: Path) -> None:
    main = {
        **template(Analytics=virtual_cluster(namespace=value)),
        "Parameters": {
            "Namespace": {"Type": "String", "Default": "spark"},
            "Names": {"Type": "CommaDelimitedList", "Default": "a, spark"},
            "Zones": {"Type": "List<AWS::EC2::AvailabilityZone::Name>", "Default": "a, spark"},
            "End": {"Type": "String", "Default": "rk"},
        },
        "Mappings": {"Regions": {"us-east-1": {"namespace": "spark"}}},
    }
    (capacity,) = read_assembly(put(tmp_path, Main=main)).values()
    assert capacity.namespaces == {"analytics": "spark"}


def test_no_value_leaves_a_property_out(tmp_path: Path) -> None:
    absent = {"Ref": "AWS::NoValue"}
    found = read_group(tmp_path, InstanceTypes=["m6i.large", absent], Labels=absent)
    assert ([machine.name for machine in found.machines], found.labels) == (["m6i.large"], {})


OPEN: dict[str, Any] = {
    "a condition": {"Fn::If": ["Large", "a", "b"]},
    "a parameter without default": {"Ref": "Open"},
    "a parameter of SSM": {"Ref": "FromSsm"},
    "no such thing": {"Ref": "Nothing"},
    "an attribute": {"Fn::GetAtt": ["Role", "Arn"]},
    "an attribute of nothing": {"Fn::GetAtt": ["Nothing", "Arn"]},
    "a malformed attribute": {"Fn::GetAtt": 5},
    "a partly open text": {"Fn::Sub": "${Open}-a"},
    "a literal function": {"Fn::Join": ["", ["a", {"Ref": "AWS::StackId"}]]},
    "an item too many": {"Fn::Select": [1, ["a"]]},
    "an item of an open list": {"Fn::Select": [0, {"Fn::Split": [",", {"Ref": "Open"}]}]},
    "a malformed selection": {"Fn::Select": "a"},
    "a malformed join": {"Fn::Join": ["", "a"]},
    "a malformed split": {"Fn::Select": [0, {"Fn::Split": ["", "a"]}]},
    "a part of an ARN": {"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::GetAtt": ["Role", "Arn"]}]}]},
    "a part of a text with an ARN": {
        "Fn::Select": [1, {"Fn::Split": ["/", {"Fn::Join": ["/", [{"Fn::GetAtt": ["Role", "Arn"]}, "m6i.large"]]}]}]
    },
    "a malformed substitution": {"Fn::Sub": ["a"]},
    "a mapping that is not there": {"Fn::FindInMap": ["A", "b", "c"]},
    "a malformed mapping": {"Fn::FindInMap": "A"},
    "another app's export": {"Fn::ImportValue": "nowhere"},
    "another app's output": {"Fn::GetStackOutput": {"StackName": "Nowhere", "OutputName": "O"}},
    "a malformed output": {"Fn::GetStackOutput": "O"},
    "an unknown function": {"Fn::Transform": {"Name": "Include"}},
}


@pytest.mark.parametrize("value", OPEN.values(), ids=OPEN)
def test_values_that_are_known_only_at_deployment(value: Any, tmp_path: Path) -> None:
    main = {
        **template(Workers=group(InstanceTypes=[value]), Role=resource("AWS::IAM::Role")),
        "Parameters": {
            "Open": {"Type": "String"},
            "FromSsm": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/types/workers"},
        },
    }
    said = refusal(put(tmp_path, Main=main))
    assert said.startswith("cdk.out/Main.template.json: Resources.Workers.Properties.InstanceTypes[0] = {")
    assert "known only at deployment. Write the value itself" in said


# Refusals


def test_a_folder_that_is_no_assembly(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none").startswith(
        "cdk.out/manifest.json: can't be read: No such file or directory. Name"
    )
    (tmp_path / "manifest.json").write_text("{")
    assert refusal(tmp_path).startswith("cdk.out/manifest.json: must be JSON")
    (tmp_path / "manifest.json").write_text("[" * 100_000)
    assert "must be JSON" in refusal(tmp_path)
    put_json(tmp_path / "manifest.json", [])
    assert "must be a mapping" in refusal(tmp_path)


def test_a_template_that_is_not_there(tmp_path: Path) -> None:
    (put(tmp_path, Main=template()) / "Main.template.json").unlink()
    assert "cdk.out/Main.template.json: can't be read" in refusal(tmp_path)
    put(tmp_path, Main=template(Nested=nested("missing.json")))
    assert "cdk.out/missing.json: can't be read" in refusal(tmp_path)


def test_a_nested_stack_whose_template_is_not_named(tmp_path: Path) -> None:
    said = refused(tmp_path, Nested=nested(None))
    assert "Resources.Nested.Metadata.aws:asset:path" in said
    assert "asset metadata" in said


def test_twenty_levels_of_nested_stacks_are_read(tmp_path: Path) -> None:
    files = {f"{level}.json": {"Resources": {"Nested": nested(f"{level + 1}.json")}} for level in range(1, 20)}
    files["20.json"] = workers_of("shared")
    folder = put(tmp_path, files=files, Main={"Resources": {"Nested": nested("1.json")}})
    assert list(read_assembly(folder)["shared"].node_groups) == ["workers"]


def test_nesting_without_end(tmp_path: Path) -> None:
    loop = {"Resources": {"Nested": nested("loop.json")}}
    assert "at most 20 levels" in refusal(put(tmp_path, files={"loop.json": loop}, Main=loop))
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}
    put_json(tmp_path / "manifest.json", {"artifacts": {"Stage": stage}})
    assert "at most 20 levels" in refusal(tmp_path)


def test_values_nested_too_deeply(tmp_path: Path) -> None:
    put(tmp_path, Main=template())
    text = json.dumps(template(Analytics=virtual_cluster(namespace="DEEP")))
    deep = '{"Fn::Join": ["", [' * 300 + '"spark"' + "]]}" * 300
    (tmp_path / "Main.template.json").write_text(text.replace('"DEEP"', deep))
    assert "nested too deeply" in refusal(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"Resources": []},
        {"Resources": {"A": []}},
        {"Resources": {"A": {}}},
        {"Resources": {"A": {"Type": 5}}},
        {"Resources": {"A": None}},
        {"Resources": {"A": {"Type": "AWS::SNS::Topic", "Metadata": []}}},
        {"Resources": {"A": {"Type": "AWS::EKS::Nodegroup", "Properties": []}}},
        {"Resources": {"A": {"Type": "AWS::CloudFormation::Stack", "Properties": {"Parameters": []}}}},
        {"Outputs": []},
        {"Outputs": {"A": []}},
        {"Outputs": {"A": {"Export": "a"}}},
        {"Parameters": {"A": "b"}},
        {"Mappings": {"A": {"b": "c"}}},
    ],
    ids=json.dumps,
)
def test_malformed_templates(content: Any, tmp_path: Path) -> None:
    said = refusal(put(tmp_path, Main=content))
    assert said.startswith("cdk.out/Main.template.json: ")
    assert "must be" in said


@pytest.mark.parametrize(
    "artifact",
    [
        [],
        {},
        {"type": "aws:cloudformation:stack", "environment": HERE},
        {"type": "aws:cloudformation:stack", "environment": "us-east-1", "properties": {"templateFile": "a"}},
        {"type": "aws:cloudformation:stack", "properties": {"templateFile": "a"}},
        {"type": "cdk:cloud-assembly"},
    ],
    ids=json.dumps,
)
def test_malformed_manifests(artifact: Any, tmp_path: Path) -> None:
    put_json(tmp_path / "manifest.json", {"artifacts": {"Main": artifact}})
    assert refusal(tmp_path).startswith("cdk.out/manifest.json: artifacts.Main")


PROPERTIES: dict[str, tuple[Data, str, str]] = {
    "unknown type": ({"InstanceTypes": ["m6i.larg"]}, "InstanceTypes[0]", "no such instance type"),
    "types in words": ({"InstanceTypes": "m6i.large"}, "InstanceTypes", "must be a list"),
    "type of a launch template": ({"LaunchTemplate": {"Id": {"Ref": "Open"}}}, "LaunchTemplate", "launch template"),
    "capacity type": ({"CapacityType": "CAPACITY_BLOCK"}, "CapacityType", "ON_DEMAND, SPOT"),
    "label": ({"Labels": {"a b": "c"}}, "Labels.'a b'", "a label key is"),
    "label in numbers": ({"Labels": {"a": 5}}, "Labels.a", "must be text"),
    "taint key": ({"Taints": [{"Key": "-", "Effect": "NO_EXECUTE"}]}, "Taints[0].Key", "a label key is"),
    "taint value": (
        {"Taints": [{"Key": "a", "Value": "-", "Effect": "NO_EXECUTE"}]},
        "Taints[0].Value",
        "a label value has",
    ),
    "effect": ({"Taints": [{"Key": "a", "Effect": "NoSchedule"}]}, "Taints[0].Effect", "NO_SCHEDULE"),
    "size": ({"ScalingConfig": {"MinSize": "one"}}, "ScalingConfig.MinSize", "must be a whole number"),
    "size below zero": ({"ScalingConfig": {"MinSize": -1}}, "ScalingConfig.MinSize = -1", "must be a whole number"),
    "size in words": ({"ScalingConfig": {"MinSize": True}}, "ScalingConfig.MinSize = true", "must be a whole number"),
    "size of ten digits": (
        {"ScalingConfig": {"MinSize": "1234567890"}},
        "ScalingConfig.MinSize",
        "must be a whole number",
    ),
    "sizes in part": ({"ScalingConfig": {"MinSize": 1}}, "ScalingConfig.DesiredSize", "required"),
    "open size": ({"ScalingConfig": {"MinSize": {"Ref": "Open"}}}, "ScalingConfig.MinSize", "only at deployment"),
    "no subnets": ({"Subnets": []}, "Subnets", "a node group has subnets"),
    "subnets in words": ({"Subnets": "subnet-1"}, "Subnets", "must be a list"),
    "subnets by name": (
        {"Subnets": {"a": {"Ref": "SubnetA"}}},
        "Subnets = {'a': {'Ref': 'SubnetA'}}",
        "must be a list",
    ),
    "open cluster": ({"ClusterName": {"Ref": "Open"}}, "ClusterName", "known only at deployment"),
    "no cluster": ({"ClusterName": {"Ref": "AWS::NoValue"}}, "ClusterName", "required"),
}


@pytest.mark.parametrize(("properties", "path", "rule"), PROPERTIES.values(), ids=PROPERTIES)
def test_properties_of_a_node_group(properties: Data, path: str, rule: str, tmp_path: Path) -> None:
    said = refused(tmp_path, Workers=group(**properties))
    assert said.startswith(f"cdk.out/Main.template.json: Resources.Workers.Properties.{path}")
    assert rule in said


def test_properties_of_the_others(tmp_path: Path) -> None:
    assert "Resources.Spark.Properties.Selectors" in refused(tmp_path, Spark=profile(Selectors=[]))
    assert "Selectors[0].Namespace" in refused(tmp_path, Spark=profile(Selectors=[{}]))
    assert "Info.EksInfo.Namespace" in refused(tmp_path, Analytics=virtual_cluster(namespace={"Ref": "Open"}))
    assert "Resources.Cluster.Properties.Version" in refused(tmp_path, Cluster=cluster(Version={"Ref": "Open"}))
    automatic = {"Enabled": {"Fn::If": ["Auto", True, False]}}
    assert "Properties.ComputeConfig.Enabled" in refused(tmp_path, Cluster=cluster(ComputeConfig=automatic))


def test_a_resource_on_a_condition(tmp_path: Path) -> None:
    said = refused(tmp_path, Workers={**group(), "Condition": "Large"})
    assert said.startswith("cdk.out/Main.template.json: Resources.Workers.Condition = 'Large': whether")
    assert "Resources.Cluster.Condition = 'Large'" in refused(tmp_path, Cluster={**cluster(), "Condition": "Large"})
    inner = {"Resources": {"Workers": group(ClusterName="shared")}}
    folder = put(tmp_path, files={"n.json": inner}, Main=template(Nested={**nested(), "Condition": "Large"}))
    assert refusal(folder).startswith("cdk.out/Main.template.json: Resources.Nested.Condition = 'Large': whether")


def test_exports_whose_names_are_open_are_not_taken_for_each_other(tmp_path: Path) -> None:
    parameters = {"Prefix": {"Type": "String"}}
    name = {"Fn::Sub": "${Prefix}-cluster"}
    outputs = {"C": {"Value": {"Ref": "Cluster"}, "Export": {"Name": name}}}
    main = {**template(), "Parameters": parameters, "Outputs": outputs}
    other = {"Parameters": parameters, "Resources": {"Workers": group(ClusterName={"Fn::ImportValue": name})}}
    assert "known only at deployment" in refusal(put(tmp_path, Main=main, Other=other))


@pytest.mark.parametrize("environment", ["aws://unknown-account/unknown-region", "aws://111122223333/unknown-region"])
def test_an_environment_agnostic_stack(environment: str, tmp_path: Path) -> None:
    said = refusal(put(tmp_path, environment=environment, Main=template(Workers=group())))
    assert said == (
        "cdk.out/Main.template.json: 'Main': this stack is environment-agnostic, so its region, and with it its zones, "
        "is known only at deployment. Set an env with a region for the stack."
    )
    imported = {"Resources": {"Workers": group(ClusterName="shared")}}
    assert "environment-agnostic" in refusal(put(tmp_path, environment=environment, Main=imported))


def test_context_that_the_cdk_did_not_find(tmp_path: Path) -> None:
    put(tmp_path, Main=template())
    missing = [{"key": "availability-zones:account=1:region=r", "provider": "availability-zones"}]
    put_json(tmp_path / "manifest.json", {"missing": missing, "artifacts": {}})
    assert refusal(tmp_path).startswith("cdk.out/manifest.json: missing = ")


def test_every_resource_that_cannot_be_used_is_found(tmp_path: Path) -> None:
    main = template(A=group(InstanceTypes=["a"]), B=group(InstanceTypes=["b"]), C=group())
    with pytest.raises(InputError) as caught:
        read_assembly(put(tmp_path, Main=main))
    assert [found.path[1] for found in caught.value.findings] == ["A", "B"]
