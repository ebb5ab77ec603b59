"""The apps of examples/: each construct in an app that is not ours, with and without the CDK's feature flags."""

import json
import re
import runpy
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Match, Template

from emr_eks_placement import infra
from emr_eks_placement.assembly import read_assembly
from emr_eks_placement.environment import FargateProfile, FargateSelector, NodeGroup, VirtualCluster
from emr_eks_placement.infra import EmrVirtualCluster, FargateProfiles, JobBucket, NodeGroups
from emr_eks_placement.job.placement import Taint
from emr_eks_placement.scheduling.capacity import Capacity, PodSelector
from tests.infra.synthesized import ROOT, cli_context

EXAMPLES = ROOT / "examples"
FLAGS = {
    "no flags": {"aws:cdk:enable-path-metadata": True, "aws:cdk:enable-asset-metadata": True},
    "all flags": cli_context(),
}
ZONES = ("us-east-1a", "us-east-1b")

Example = Callable[[str], "Assembly"]


class Assembly:
    """What an example synthesizes, of one stack."""

    def __init__(self, folder: Path) -> None:
        (file,) = folder.glob("*.template.json")
        self.folder = folder
        self.template = Template.from_json(json.loads(file.read_text()))

    @property
    def capacity(self) -> Capacity:
        """Of its only cluster."""
        (capacity,) = read_assembly(self.folder).values()
        return capacity

    def only(self, kind: str) -> dict[str, Any]:
        """The properties of the only resource of a type."""
        (resource,) = self.template.find_resources(kind).values()
        properties: dict[str, Any] = resource["Properties"]
        return properties


@pytest.fixture(scope="module", params=FLAGS.values(), ids=list(FLAGS))
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Example:
    """The name of an example -> what it synthesizes."""
    done: dict[str, Assembly] = {}

    def synthesize(name: str) -> Assembly:
        if name not in done:
            folder = tmp_path_factory.mktemp(name)
            app = partial(cdk.App, outdir=str(folder), context=request.param, analytics_reporting=False)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(cdk, "App", app)
                runpy.run_path(str(EXAMPLES / name / "app.py"), run_name="__main__")
            done[name] = Assembly(folder)
        return done[name]

    return synthesize


def test_network(example: Example) -> None:
    made = example("network")
    assert made.capacity.zones == ZONES
    made.template.resource_count_is("AWS::EC2::Subnet", 4)
    made.template.resource_count_is("AWS::EC2::NatGateway", 1)
    made.template.has_resource_properties("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Gateway"})
    made.template.has_resource_properties("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Interface"})
    made.template.resource_count_is("AWS::EC2::FlowLog", 1)


def test_cluster_in_your_vpc(example: Example) -> None:
    made = example("cluster_in_your_vpc")
    made.template.resource_count_is("AWS::EC2::VPC", 0)
    cluster = made.only("AWS::EKS::Cluster")
    assert cluster["AccessConfig"]["AuthenticationMode"] == "API_AND_CONFIG_MAP"
    assert cluster["ResourcesVpcConfig"]["SubnetIds"] == ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    assert made.capacity.kubernetes_version == "1.35"


def test_node_groups(example: Example) -> None:
    made = example("node_groups")
    groups = made.capacity.node_groups
    assert groups["spark-drivers"].zones == ("us-east-1a",)
    assert groups["spark-drivers"].labels == {"workload": "spark-driver"}
    assert groups["spark-executors"].zones == ZONES
    assert groups["spark-executors"].capacity_type == "spot"
    assert groups["spark-executors"].taints == (Taint(key="workload", value="spark-executor", effect="NoSchedule"),)
    for group in made.template.find_resources("AWS::EKS::Nodegroup").values():
        assert "Version" not in group["Properties"]  # the cluster's


def test_node_pools(example: Example) -> None:
    made = example("node_pools")
    drivers, executors = (made.capacity.node_pools[name] for name in ("spark-drivers", "spark-executors"))
    assert drivers.zones == ZONES
    assert drivers.labels == {"workload": "spark-driver"}
    assert {node.labels["kubernetes.io/arch"] for node in drivers.nodes} == {"arm64"}
    assert (executors.zones, executors.max_vcpus) == (("us-east-1a",), 320)
    assert executors.capacity_types == ("spot", "on-demand")
    assert executors.taints == (Taint(key="workload", value="spark-executor", effect="NoSchedule"),)
    assert list(made.capacity.node_groups) == ["system"]
    assert made.capacity.other_nodes == ""
    made.template.resource_count_is("AWS::EKS::Addon", 3)


def test_fargate_profiles_on_your_cluster(example: Example) -> None:
    profiles = example("fargate_profiles_on_your_cluster").capacity.fargate_profiles
    assert {name: profile.zones for name, profile in profiles.items()} == {
        "spark": ZONES,
        "spark-us-east-1a": ("us-east-1a",),
    }
    assert profiles["spark"].selectors == (PodSelector("spark-jobs", {"spark-node-placement": "fargate"}),)


def test_virtual_cluster(example: Example) -> None:
    made = example("virtual_cluster")
    assert made.capacity.namespaces == {"VirtualCluster": "spark-jobs"}
    assert made.only("AWS::EKS::Cluster")["AccessConfig"]["AuthenticationMode"] == "API_AND_CONFIG_MAP"
    made.template.has_resource("AWS::S3::Bucket", {"DeletionPolicy": "Retain"})
    made.template.has_resource("AWS::Logs::LogGroup", {"DeletionPolicy": "Retain"})
    made.template.has_resource_properties(
        "AWS::EMRContainers::VirtualCluster", {"Name": Match.string_like_regexp("^analytics-spark-")}
    )


def test_virtual_cluster_on_an_existing_cluster(example: Example) -> None:
    made = example("virtual_cluster_on_an_existing_cluster")
    made.template.resource_count_is("AWS::EKS::Cluster", 0)
    made.template.resource_count_is("AWS::EC2::VPC", 0)
    assert made.only("AWS::EKS::AccessEntry")["ClusterName"] == "analytics"
    assert made.only("AWS::EMRContainers::VirtualCluster")["ContainerProvider"]["Id"] == "analytics"
    ((key_id, _),) = made.template.find_resources("AWS::KMS::Key").items()
    assert made.only("AWS::Logs::LogGroup")["KmsKeyId"] == {"Fn::GetAtt": [key_id, "Arn"]}
    ((entry_id, _),) = made.template.find_resources("AWS::EKS::AccessEntry").items()
    (manifest,) = made.template.find_resources("Custom::AWSCDK-EKS-KubernetesResource").values()
    assert entry_id in manifest["DependsOn"]
    ((mapping_id, mapping),) = made.template.find_resources("Custom::EmrIdentityMapping").items()
    assert mapping_id in manifest["DependsOn"]
    assert entry_id in mapping["DependsOn"]


def test_virtual_cluster_by_a_function(example: Example) -> None:
    made = example("virtual_cluster_by_a_function")
    assert made.capacity.namespaces == {"VirtualCluster": "spark-jobs"}
    made.template.resource_count_is("AWS::EMRContainers::VirtualCluster", 0)
    virtual_cluster = made.only("Custom::EmrVirtualCluster")
    assert virtual_cluster["ContainerProvider"]["Id"] == "analytics"
    assert virtual_cluster["Tags"] == {"team": "data"}
    ((entry_id, _),) = made.template.find_resources("AWS::EKS::AccessEntry").items()
    (manifest,) = made.template.find_resources("Custom::AWSCDK-EKS-KubernetesResource").values()
    assert entry_id in manifest["DependsOn"]


def test_job_execution_role(example: Example) -> None:
    made = example("job_execution_role")
    assert made.only("AWS::IAM::Role")["RoleName"] == "spark-jobs"
    statements = made.only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert "example-trips/data/spark/*" in json.dumps(statements)
    assert "logs:" not in json.dumps(statements)


def test_job_runs(example: Example) -> None:
    made = example("job_runs")
    parameters = made.template.find_resources("AWS::SSM::Parameter").values()
    names = sorted(parameter["Properties"]["Name"] for parameter in parameters)
    assert names == [
        f"/emr-eks-placement/analytics/job-runs/trip-count/{placement}" for placement in ("ec2", "fargate")
    ]
    requests = [json.loads(parameter["Properties"]["Value"]) for parameter in parameters]
    assert {request["virtualClusterId"] for request in requests} == {"0123456789abcdefghijklmno"}
    assert made.only("Custom::CDKBucketDeployment")["DestinationBucketName"] == "example-trips"
    made.template.resource_count_is("AWS::EMRContainers::JobTemplate", 2)
    made.template.has_output("StartTripCountFargate", {})


def test_placement_checks(example: Example) -> None:
    made = example("placement_checks")
    assert made.capacity.node_groups["executors"].labels == {"workload": "spark-executor"}
    made.template.resource_count_is("AWS::EMRContainers::JobTemplate", 1)
    report = json.loads((made.folder / "validation-report.json").read_text())
    assert "emr-eks-placement" not in {one["pluginName"] for one in report["pluginReports"]}


def test_every_construct_has_an_example_and_every_example_a_test() -> None:
    apps = {app.parent.name: app.read_text() for app in EXAMPLES.glob("*/app.py")}
    constructs = set(infra.__all__) - {"AnyCluster"}
    assert constructs <= set(re.findall(r"\w+", " ".join(apps.values())))
    for name in apps:
        assert f"examples/{name}/app.py" in (EXAMPLES / name / "README.md").read_text()
        assert f'example("{name}")' in Path(__file__).read_text()


def test_an_imported_cluster_will_do() -> None:
    """Fargate profiles, node groups and a virtual cluster on a cluster of which only names are known."""
    stack = cdk.Stack(cdk.App(), "Spark")
    provider = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/0123456789"
    cluster = eks.Cluster.from_cluster_attributes(
        stack,
        "Cluster",
        cluster_name="analytics",
        vpc=ec2.Vpc.from_vpc_attributes(
            stack,
            "Vpc",
            vpc_id="vpc-0",
            availability_zones=list(ZONES),
            private_subnet_ids=["subnet-a", "subnet-b"],
            private_subnet_route_table_ids=["rtb-a", "rtb-b"],
        ),
        open_id_connect_provider=iam.OpenIdConnectProvider.from_open_id_connect_provider_arn(stack, "Oidc", provider),
        kubectl_provider=eks.KubectlProvider.from_kubectl_provider_attributes(
            stack,
            "Kubectl",
            service_token="arn:aws:lambda:us-east-1:111122223333:function:kubectl",  # noqa: S106
        ),
    )
    profile = FargateProfile(selectors=(FargateSelector(namespace="spark"),), zones=("us-east-1b",))
    FargateProfiles(stack, "Fargate", cluster=cluster, profiles={"spark": profile})
    NodeGroups(stack, "Nodes", cluster=cluster, groups={"workers": NodeGroup(instance_types=("m6i.large",))})
    EmrVirtualCluster(
        stack,
        "VirtualCluster",
        name="spark",
        owner=("analytics",),
        settings=VirtualCluster(namespace="spark"),
        cluster=cluster,
        bucket=JobBucket(stack, "Bucket").bucket,
    )
    template = Template.from_stack(stack)
    on_it = {"ClusterName": "analytics"}
    template.has_resource_properties("AWS::EKS::FargateProfile", {**on_it, "Subnets": ["subnet-b"]})
    template.has_resource_properties("AWS::EKS::Nodegroup", {**on_it, "Subnets": ["subnet-a", "subnet-b"]})
    template.has_resource_properties("AWS::EMRContainers::VirtualCluster", {"ContainerProvider": {"Id": "analytics"}})
