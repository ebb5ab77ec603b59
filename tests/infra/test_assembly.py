"""Cloud assemblies as the CDK writes them, of the stacks of this repository and of other apps, read back."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
import yaml
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks as eks_v1
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_emrcontainers as emrcontainers
from aws_cdk import aws_iam as iam
from aws_cdk.lambda_layer_kubectl_v35 import KubectlV35Layer
from constructs import Construct

from emr_eks_placement.assembly import read_assembly
from emr_eks_placement.common.errors import InputError
from emr_eks_placement.emr.request_check import check_request
from emr_eks_placement.environment import capacity_of
from emr_eks_placement.facts.fargate import DEFAULT_VCPU_QUOTA
from emr_eks_placement.facts.instance_types import instance_type
from emr_eks_placement.job.placement import ROLES, Ec2, Fargate, Taint
from emr_eks_placement.planning import Landing, plan
from emr_eks_placement.scheduling.capacity import (
    UNKNOWN_ZONE,
    Capacity,
    FargateProfileCapacity,
    NodeGroupCapacity,
    PodSelector,
)
from tests.infra.synthesized import Synthesized

# What the CDK CLI sets.
METADATA = {"aws:cdk:enable-path-metadata": True, "aws:cdk:enable-asset-metadata": True}
WEAK = "@aws-cdk/core:defaultCrossStackReferences"


# The stacks of this repository


def test_an_assembly_has_the_capacity_of_its_environment(synthesized: Synthesized) -> None:
    expected = replace(capacity_of(synthesized.environment), fargate_vcpus=DEFAULT_VCPU_QUOTA)
    assert read_assembly(synthesized.folder) == {"Cluster": expected}


def templates_in(synthesized: Synthesized) -> dict[str, Any]:
    """The pod templates in the bucket after the deployment, by URI."""
    (deployment,) = synthesized.properties("Custom::CDKBucketDeployment")
    bucket_id, _ = synthesized.at("JobBucket/Resource/Resource", "AWS::S3::Bucket")
    bucket = synthesized.deployed({"Ref": bucket_id})
    folders = [synthesized.folder / f"asset.{key.removesuffix('.zip')}" for key in deployment["SourceObjectKeys"]]
    return {
        f"s3://{bucket}/{path.relative_to(folder).as_posix()}": yaml.safe_load(path.read_text())
        for folder in folders
        for path in folder.glob("pod-templates/**/*")
        if path.is_file()
    }


def check_landing(landing: Landing, target: Fargate | Ec2, capacity: Capacity) -> None:
    assert not landing.pending, landing.problems
    assert landing.on
    assert landing.compute == target.compute
    if isinstance(target, Ec2):
        for name in landing.on:
            for node in landing.nodes[name]:
                assert target.node_labels.items() <= node.labels.items()
                assert target.capacity_type in (None, node.capacity_type)
                assert target.instance_type in (None, node.machine.name)
    if target.zone:
        assert landing.zones == (target.zone,)
    else:
        assert set(landing.zones) <= set(capacity.zones)


def test_deployed_definitions_land_as_placed(synthesized: Synthesized) -> None:
    (capacity,) = read_assembly(synthesized.folder).values()
    templates = templates_in(synthesized)
    checked = 0
    for name, job in synthesized.environment.jobs.items():
        for placement, choice in job.placements.items():
            _, parameter = synthesized.at(f"JobRuns/{name}-in-{placement}/Resource", "AWS::SSM::Parameter")
            request = check_request(json.loads(synthesized.deployed(parameter["Properties"]["Value"])))
            found = plan(request, templates, capacity, namespace=capacity.namespaces[job.virtual_cluster])
            for role in ROLES:
                check_landing(found.of(role).landing, choice.placement.of(role), capacity)
                checked += 1
    assert checked >= 3 * len(synthesized.environment.jobs)


# Other apps


class Platform(cdk.Stack):
    """A cluster of aws_eks_v2 with what its L2 constructs make by default."""

    def __init__(self, scope: Construct, id_: str, region: str) -> None:
        super().__init__(scope, id_, env=cdk.Environment(region=region))
        self.cluster = eks.Cluster(
            self,
            "Cluster",
            cluster_name="analytics",
            version=eks.KubernetesVersion.V1_34,
            vpc=ec2.Vpc(self, "Vpc", max_azs=2),
            default_capacity_type=eks.DefaultCapacityType.NODEGROUP,
            default_capacity=0,
            kubectl_provider_options=eks.KubectlProviderOptions(kubectl_layer=KubectlV35Layer(self, "Kubectl")),
        )
        self.cluster.add_nodegroup_capacity(
            "workers",
            nodegroup_name="workers",
            instance_types=[ec2.InstanceType("m6i.xlarge"), ec2.InstanceType("m5.xlarge")],
            capacity_type=eks.CapacityType.SPOT,
            labels={"workload": "spark"},
            taints=[eks.TaintSpec(effect=eks.TaintEffect.NO_EXECUTE, key="workload", value="spark")],
            min_size=0,
            max_size=7,
            desired_size=3,
            disk_size=64,
        )
        self.cluster.add_fargate_profile(
            "spark", selectors=[eks.Selector(namespace="spark", labels={"run": "fargate"})]
        )


class Jobs(cdk.Stack):
    """What another stack adds to the cluster."""

    def __init__(self, scope: Construct, id_: str, platform: Platform) -> None:
        super().__init__(scope, id_, env=cdk.Environment(region=platform.region))
        cluster = platform.cluster
        template = ec2.LaunchTemplate(
            self,
            "Template",
            block_devices=[ec2.BlockDevice(device_name="/dev/xvda", volume=ec2.BlockDeviceVolume.ebs(90))],
        )
        eks.Nodegroup(
            self,
            "drivers",
            cluster=cluster,  # type: ignore[arg-type] # jsii leaves a member of ICluster out of Cluster
            instance_types=[ec2.InstanceType("m6g.large")],
            subnets=ec2.SubnetSelection(subnets=[cluster.vpc.private_subnets[0]]),
            launch_template_spec=eks.LaunchTemplateSpec(id=str(template.launch_template_id)),
        )
        emrcontainers.CfnVirtualCluster(
            self,
            "spark",
            name="analytics-spark",
            container_provider={"id": cluster.cluster_name, "type": "EKS", "info": {"eksInfo": {"namespace": "spark"}}},
        )
        role = iam.Role(self, "Role", role_name="spark-jobs", assumed_by=iam.ServicePrincipal("pods.eks.amazonaws.com"))
        eks.CfnPodIdentityAssociation(
            self,
            "Association",
            cluster_name=cluster.cluster_name,
            namespace="spark",
            service_account="emr-containers-sa-spark",
            role_arn=role.role_arn,
        )


def expected(region: str) -> Capacity:
    """What Platform and Jobs deploy."""
    zones = (f"{region}a", f"{region}b")
    return Capacity(
        region=region,
        zones=zones,
        kubernetes_version="1.34",
        node_groups={
            "workers": NodeGroupCapacity(
                machines=(instance_type("m6i.xlarge"), instance_type("m5.xlarge")),
                capacity_type="spot",
                labels={"workload": "spark"},
                taints=(Taint(key="workload", value="spark", effect="NoExecute"),),
                zones=zones,
                min_size=0,
                initial_size=3,
                max_size=7,
                disk_gib=64,
                deployed_name="workers",
            ),
            "drivers": NodeGroupCapacity(
                machines=(instance_type("m6g.large"),),
                zones=(f"{region}a",),
                min_size=1,
                initial_size=2,
                max_size=2,
                disk_gib=90,
            ),
        },
        fargate_profiles={
            "fargate-profile-spark": FargateProfileCapacity(
                selectors=(PodSelector("spark", {"run": "fargate"}),), zones=zones
            )
        },
        namespaces={"spark": "spark"},
        pod_identity_roles=frozenset({"spark-jobs"}),
    )


def add_shared_cluster(app: cdk.App) -> None:
    """Node groups on a cluster and in a VPC of another app."""
    stack = cdk.Stack(app, "Shared", env=cdk.Environment(region="us-west-2"))
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=["us-west-2a"],
        private_subnet_ids=["subnet-0123456789abcdef0"],
    )
    shared = eks.Cluster.from_cluster_attributes(stack, "Imported", cluster_name="shared", vpc=vpc)
    eks.Nodegroup(stack, "extra", cluster=shared)


def add_old_cluster(app: cdk.App) -> None:
    """A cluster of aws_eks, created by custom resources of nested stacks; one of its node groups is in a nested stack."""
    stack = cdk.Stack(app, "Old", env=cdk.Environment(region="us-west-2"))
    old = eks_v1.Cluster(
        stack, "Old", version=eks_v1.KubernetesVersion.V1_33, kubectl_layer=KubectlV35Layer(stack, "Kubectl")
    )
    old.add_fargate_profile("spark", selectors=[eks_v1.Selector(namespace="spark", labels={"run": "fargate"})])
    old.add_auto_scaling_group_capacity("own", instance_type=ec2.InstanceType("m6i.xlarge"))
    eks_v1.CfnNodegroup(
        cdk.NestedStack(stack, "Nested"),
        "inner",
        cluster_name=old.cluster_name,
        node_role="arn:aws:iam::111122223333:role/node",
        subnets=[subnet.subnet_id for subnet in old.vpc.private_subnets],
    )


def add_auto_cluster(app: cdk.App) -> None:
    """A cluster without node groups."""
    stack = cdk.Stack(app, "AutoStack", env=cdk.Environment(region="us-west-2"))
    layer = KubectlV35Layer(stack, "Kubectl")
    options = eks.KubectlProviderOptions(kubectl_layer=layer)
    cluster = eks.Cluster(stack, "Auto", version=eks.KubernetesVersion.V1_35, kubectl_provider_options=options)
    cluster.add_helm_chart("Karpenter", chart="karpenter", repository="oci://public.ecr.aws/karpenter/karpenter")


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Capacity]:
    """The clusters of an app of other people."""
    folder = tmp_path_factory.mktemp("foreign")
    app = cdk.App(outdir=str(folder), analytics_reporting=False, context=METADATA)
    Jobs(app, "Jobs", Platform(app, "Platform", "us-west-2"))
    stage = cdk.Stage(app, "Prod")
    stage.node.set_context(WEAK, "weak")
    Jobs(stage, "Jobs", Platform(stage, "Platform", "eu-west-1"))
    add_shared_cluster(app)
    add_old_cluster(app)
    add_auto_cluster(app)
    app.synth()
    assert "Fn::ImportValue" in (folder / "Jobs.template.json").read_text()
    assert "Fn::GetStackOutput" in next(folder.glob("assembly-Prod/ProdJobs*.template.json")).read_text()
    return read_assembly(folder)


def test_the_clusters_of_another_app(foreign: dict[str, Capacity]) -> None:
    assert set(foreign) == {"Platform/analytics", "Prod/Platform/analytics", "shared", "Old", "Auto"}


def test_a_cluster_over_several_stacks(foreign: dict[str, Capacity]) -> None:
    assert foreign["Platform/analytics"] == expected("us-west-2")


def test_a_stage_whose_stacks_refer_to_each_other_weakly(foreign: dict[str, Capacity]) -> None:
    assert foreign["Prod/Platform/analytics"] == expected("eu-west-1")


def test_an_imported_cluster(foreign: dict[str, Capacity]) -> None:
    extra = NodeGroupCapacity(
        machines=(instance_type("t3.medium"),), zones=(UNKNOWN_ZONE,), initial_size=2, disk_gib=20
    )
    assert foreign["shared"] == Capacity(
        region="us-west-2",
        zones=(UNKNOWN_ZONE,),
        kubernetes_version="1.35",
        node_groups={"extra": extra},
        other_nodes="the cluster is not part of this assembly and may have other nodes",
    )


def test_a_cluster_of_custom_resources(foreign: dict[str, Capacity]) -> None:
    zones = ("us-west-2a", "us-west-2b")
    old = foreign["Old"]
    assert (old.region, old.zones, old.kubernetes_version) == ("us-west-2", zones, "1.33")
    assert {name: group.zones for name, group in old.node_groups.items()} == {
        "NodegroupDefaultCapacity": zones,
        "inner": zones,
    }
    selectors = (PodSelector("spark", {"run": "fargate"}),)
    assert old.fargate_profiles == {"fargate-profile-spark": FargateProfileCapacity(selectors=selectors, zones=zones)}
    assert old.other_nodes == "self-managed nodes also join it"


def test_auto_mode_and_karpenter(foreign: dict[str, Capacity]) -> None:
    assert foreign["Auto"].other_nodes == "EKS Auto Mode also creates nodes; Karpenter also creates nodes"


def test_an_environment_agnostic_app(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path), analytics_reporting=False, context=METADATA)
    stack = cdk.Stack(app, "Anywhere")
    subnets = ec2.Vpc(stack, "Vpc", max_azs=2).select_subnets(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
    cluster = eks.CfnCluster(
        stack,
        "Cluster",
        role_arn="arn:aws:iam::111122223333:role/cluster",
        resources_vpc_config=eks.CfnCluster.ResourcesVpcConfigProperty(subnet_ids=subnets.subnet_ids),
    )
    eks.CfnNodegroup(
        stack,
        "Workers",
        cluster_name=cluster.ref,
        node_role="arn:aws:iam::111122223333:role/node",
        subnets=subnets.subnet_ids,
    )
    app.synth()
    with pytest.raises(InputError) as caught:
        read_assembly(tmp_path)
    (found,) = caught.value.findings
    assert str(found).startswith(f"{tmp_path}/Anywhere.template.json: 'Anywhere': this stack is environment-agnostic")
