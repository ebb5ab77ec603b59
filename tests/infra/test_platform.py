"""Invariants of the platform stack of every environment."""

import pytest
from aws_cdk.assertions import Match, Template

from tests.infra.synthesized import Synthesized

_TAINT_EFFECTS = {"NoSchedule": "NO_SCHEDULE", "PreferNoSchedule": "PREFER_NO_SCHEDULE", "NoExecute": "NO_EXECUTE"}


@pytest.fixture
def platform(synthesized: Synthesized) -> Template:
    return Template.from_json(synthesized.templates[f"{synthesized.environment.name}-platform"])


def test_each_zone_has_a_public_and_a_private_subnet(synthesized: Synthesized) -> None:
    subnets = synthesized.properties("AWS::EC2::Subnet")
    for public in (True, False):
        zones = [subnet["AvailabilityZone"] for subnet in subnets if subnet["MapPublicIpOnLaunch"] is public]
        assert sorted(zones) == sorted(synthesized.environment.zones)


def test_nat_gateways_and_the_s3_endpoint_serve_the_private_subnets(synthesized: Synthesized) -> None:
    assert len(synthesized.of_type("AWS::EC2::NatGateway")) == synthesized.environment.network.nat_gateways
    routes = [route for route in synthesized.properties("AWS::EC2::Route") if "NatGatewayId" in route]
    (endpoint,) = synthesized.properties("AWS::EC2::VPCEndpoint")
    assert endpoint["VpcEndpointType"] == "Gateway"
    assert endpoint["RouteTableIds"] == [route["RouteTableId"] for route in routes]
    assert len(routes) == len(synthesized.environment.zones)


def test_the_cluster_is_as_in_the_environment(synthesized: Synthesized) -> None:
    settings = synthesized.environment.cluster
    (cluster,) = synthesized.properties("AWS::EKS::Cluster")
    vpc = cluster["ResourcesVpcConfig"]
    assert cluster["Version"] == settings.version
    assert cluster["AccessConfig"] == {
        "AuthenticationMode": "API_AND_CONFIG_MAP",
        "BootstrapClusterCreatorAdminPermissions": False,
    }
    assert cluster["ComputeConfig"] == {"Enabled": False}
    assert {each["Type"] for each in cluster["Logging"]["ClusterLogging"]["EnabledTypes"]} == {
        "api",
        "audit",
        "authenticator",
    }
    assert vpc["EndpointPublicAccess"] == (settings.endpoint_access != "private")
    assert vpc["EndpointPrivateAccess"] == (settings.endpoint_access != "public")
    assert vpc.get("PublicAccessCidrs", []) == list(settings.public_access_cidrs)
    assert synthesized.zones_of(vpc["SubnetIds"]) == list(synthesized.environment.zones[:2])


def test_the_cluster_waits_for_the_way_out_of_its_subnets(synthesized: Synthesized) -> None:
    ((_, cluster),) = synthesized.of_type("AWS::EKS::Cluster").items()
    assert set(synthesized.of_type("AWS::EC2::Route")) <= set(cluster["DependsOn"])


def test_admins_and_the_kubectl_handler_alone_have_access(synthesized: Synthesized) -> None:
    entries = synthesized.properties("AWS::EKS::AccessEntry")
    principals = [entry["PrincipalArn"] for entry in entries if isinstance(entry["PrincipalArn"], str)]
    assert principals == list(synthesized.environment.cluster.admins)
    assert len(entries) == len(principals) + 1


def test_the_oidc_provider_is_native(synthesized: Synthesized, platform: Template) -> None:
    platform.has_resource_properties(
        "AWS::IAM::OIDCProvider",
        {
            "ClientIdList": ["sts.amazonaws.com"],
            "Url": {"Fn::GetAtt": [Match.any_value(), "OpenIdConnectIssuerUrl"]},
        },
    )
    assert not [kind for kind in (r["Type"] for r in synthesized.resources.values()) if "OpenIdConnect" in kind]


def test_every_node_group_is_as_in_the_environment(synthesized: Synthesized) -> None:
    environment = synthesized.environment
    assert len(synthesized.of_type("AWS::EKS::Nodegroup")) == len(environment.node_groups)
    for name, settings in environment.node_groups.items():
        _, resource = synthesized.at(f"NodeGroups/{name}", "AWS::EKS::Nodegroup")
        group = resource["Properties"]
        arm64 = settings.machines[0].architecture == "arm64"
        assert group["AmiType"] == ("AL2023_ARM_64_STANDARD" if arm64 else "AL2023_x86_64_STANDARD")
        assert group["Version"] == environment.cluster.version
        assert group["CapacityType"] == settings.capacity_type.replace("-", "_").upper()
        assert group["InstanceTypes"] == list(settings.instance_types)
        assert group.get("Labels", {}) == settings.labels
        assert group["ScalingConfig"] == {
            "MinSize": settings.min_size,
            "DesiredSize": settings.initial_size,
            "MaxSize": settings.max_size,
        }
        assert synthesized.zones_of(group["Subnets"]) == list(settings.zones or environment.zones)
        assert [(taint["Key"], taint.get("Value", ""), taint["Effect"]) for taint in group.get("Taints", [])] == [
            (taint.key, taint.value, _TAINT_EFFECTS[taint.effect]) for taint in settings.taints
        ]
        assert "NodegroupName" not in group


def test_every_node_group_has_a_launch_template_of_its_own(synthesized: Synthesized) -> None:
    for name, settings in synthesized.environment.node_groups.items():
        _, group = synthesized.at(f"NodeGroups/{name}", "AWS::EKS::Nodegroup")
        template_id, template = synthesized.at(f"NodeGroups/{name}-launch-template", "AWS::EC2::LaunchTemplate")
        data = template["Properties"]["LaunchTemplateData"]
        assert group["Properties"]["LaunchTemplate"] == {
            "Id": {"Ref": template_id},
            "Version": {"Fn::GetAtt": [template_id, "LatestVersionNumber"]},
        }
        assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
        assert data["BlockDeviceMappings"] == [
            {
                "DeviceName": "/dev/xvda",
                "Ebs": {
                    "Encrypted": True,
                    "VolumeType": "gp3",
                    "VolumeSize": settings.disk_gib,
                    "DeleteOnTermination": True,
                },
            }
        ]
        # Its own security group would take the cluster's, over which driver and executors talk, off the nodes.
        assert "SecurityGroupIds" not in data
        assert "NetworkInterfaces" not in data


def test_instances_and_volumes_carry_the_tags(synthesized: Synthesized) -> None:
    for template in synthesized.properties("AWS::EC2::LaunchTemplate"):
        specifications = template["LaunchTemplateData"]["TagSpecifications"]
        assert [each["ResourceType"] for each in specifications] == ["instance", "volume"]
        for each in specifications:
            tags = {tag["Key"]: tag["Value"] for tag in each["Tags"]}
            assert synthesized.environment.tags.items() <= tags.items()


def test_nodes_have_the_rights_of_a_node_only(synthesized: Synthesized) -> None:
    _, role = synthesized.at("NodeGroups/NodeRole/Resource", "AWS::IAM::Role")
    names = {arn["Fn::Join"][1][-1].rpartition("/")[2] for arn in role["Properties"]["ManagedPolicyArns"]}
    assert names == {"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy"}
    assert "Policies" not in role["Properties"]
