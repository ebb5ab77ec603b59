"""A private environment, deployed by the CDK CLI to a local cluster: its network, and that its namespace is created."""

from collections.abc import Iterator
from pathlib import Path

import aws_cdk as cdk
import pytest

from local.cdk import CdkCli
from local.cluster import LocalCluster
from stacks.platform import PlatformStack
from stacks.virtual_clusters import VirtualClustersStack
from tests.changed_environment import PRIVATE_NETWORK, changed_environment


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[tuple[LocalCluster, CdkCli]]:
    environment = changed_environment(tmp_path, network=PRIVATE_NETWORK, cluster={"endpoint_access": "private"})
    assembly = tmp_path / "cdk.out"
    app = cdk.App(outdir=str(assembly), analytics_reporting=False)
    platform = PlatformStack(app, environment=environment)
    VirtualClustersStack(app, environment=environment, cluster=platform.cluster.cluster)
    app.synth()
    cli = CdkCli(environment.name, assembly, tmp_path / "cdk.log")
    with LocalCluster(tmp_path, region=environment.region) as local:
        cli.bootstrap("000000000000", environment.region)
        cli.deploy(tmp_path / "outputs.json")
        yield local, cli


def test_a_private_environment_deploys_and_leaves_nothing_behind(deployed: tuple[LocalCluster, CdkCli]) -> None:
    local, cli = deployed
    ec2 = local.session.client("ec2")
    assert local.has_namespace("spark-jobs")
    endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    (vpc_id,) = {endpoint["VpcId"] for endpoint in endpoints}
    assert sorted(endpoint["VpcEndpointType"] for endpoint in endpoints) == ["Gateway"] + ["Interface"] * 9
    assert not ec2.describe_nat_gateways()["NatGateways"]
    attachments = [
        each for gateway in ec2.describe_internet_gateways()["InternetGateways"] for each in gateway["Attachments"]
    ]
    assert vpc_id not in [each["VpcId"] for each in attachments]
    (flow_log,) = ec2.describe_flow_logs()["FlowLogs"]
    assert flow_log["ResourceId"] == vpc_id
    resources = local.session.client("cloudformation").describe_stack_resources(StackName="changed-platform")
    (group,) = (each for each in resources["StackResources"] if each["ResourceType"] == "AWS::Logs::LogGroup")
    groups = local.session.client("logs").describe_log_groups(logGroupNamePrefix=group["PhysicalResourceId"])
    assert [each["retentionInDays"] for each in groups["logGroups"]] == [7]

    cli.destroy()
    assert not local.has_namespace("spark-jobs")
    assert vpc_id not in [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]]
    assert not ec2.describe_vpc_endpoints()["VpcEndpoints"]
    assert not ec2.describe_flow_logs()["FlowLogs"]
