"""CloudFormation's calls for the network and the launch templates.

The ids of EC2's resources are not known in advance, so these grants are limited by the stack in a resource's tag.
Describe actions support no resources (Service Authorization Reference, EC2).
"""

from collections.abc import Mapping

from emr_eks_placement.facts.deployment.grants import OF_STACK, Grant, arn, grant, passed_to, role


def _any(kind: str) -> str:
    return arn("ec2", f"{kind}/*")


def _made(kind: str, create: str, delete: str) -> tuple[Grant, ...]:
    """Returns the grants to create, tag and delete a resource of that kind."""
    return (
        grant("ec2", f"{create} CreateTags DeleteTags", _any(kind)),
        grant("ec2", delete, _any(kind), condition=OF_STACK),
    )


EC2: Mapping[str, tuple[Grant, ...]] = {
    "AWS::EC2::VPC": (
        *_made("vpc", "CreateVpc DescribeVpcAttribute ModifyVpcAttribute ModifyVpcTenancy", "DeleteVpc"),
        grant("ec2", "DescribeVpcs DescribeNetworkAcls DescribeSecurityGroups DescribeVpcEncryptionControls"),
    ),
    "AWS::EC2::Subnet": (
        *_made("subnet", "CreateSubnet ModifySubnetAttribute", "DeleteSubnet"),
        grant("ec2", "CreateSubnet", _any("vpc"), condition=OF_STACK),
        grant("ec2", "DescribeSubnets DescribeNetworkAcls"),
    ),
    "AWS::EC2::RouteTable": (
        *_made("route-table", "CreateRouteTable", "DeleteRouteTable"),
        grant("ec2", "CreateRouteTable", _any("vpc"), condition=OF_STACK),
        grant("ec2", "DescribeRouteTables"),
    ),
    "AWS::EC2::Route": (
        grant("ec2", "CreateRoute DeleteRoute ReplaceRoute", _any("route-table"), condition=OF_STACK),
        grant("ec2", "DescribeRouteTables DescribeNetworkInterfaces"),
    ),
    "AWS::EC2::SubnetRouteTableAssociation": (
        grant(
            "ec2",
            "AssociateRouteTable DisassociateRouteTable ReplaceRouteTableAssociation",
            _any("route-table"),
            _any("subnet"),
            condition=OF_STACK,
        ),
        grant("ec2", "DescribeRouteTables DescribeSubnets"),
    ),
    "AWS::EC2::InternetGateway": (
        *_made("internet-gateway", "CreateInternetGateway", "DeleteInternetGateway"),
        grant("ec2", "DescribeInternetGateways"),
    ),
    "AWS::EC2::VPCGatewayAttachment": (
        grant(
            "ec2",
            "AttachInternetGateway DetachInternetGateway",
            _any("internet-gateway"),
            _any("vpc"),
            condition=OF_STACK,
        ),
        grant("ec2", "DescribeInternetGateways DescribeVpnGateways"),
    ),
    "AWS::EC2::EIP": (
        *_made("elastic-ip", "AllocateAddress", "ReleaseAddress"),
        grant("ec2", "DescribeAddresses DescribeTags"),
    ),
    "AWS::EC2::NatGateway": (
        *_made("natgateway", "CreateNatGateway", "DeleteNatGateway"),
        grant("ec2", "CreateNatGateway", *(_any(kind) for kind in ("elastic-ip", "subnet", "vpc")), condition=OF_STACK),
        grant("ec2", "DescribeNatGateways"),
    ),
    "AWS::EC2::VPCEndpoint": (
        *_made("vpc-endpoint", "CreateVpcEndpoint ModifyVpcEndpoint", "DeleteVpcEndpoints"),
        grant(
            "ec2",
            "CreateVpcEndpoint ModifyVpcEndpoint",
            *(_any(kind) for kind in ("route-table", "security-group", "subnet")),
            condition=OF_STACK,
        ),
        grant("ec2", "CreateVpcEndpoint", _any("vpc"), condition=OF_STACK),
        grant("ec2", "DescribeVpcEndpoints DescribeVpcs DescribeSubnets DescribeSecurityGroups"),
    ),
    "AWS::EC2::SecurityGroup": (
        *_made("security-group", "CreateSecurityGroup", "DeleteSecurityGroup"),
        # Also in the VPC of an EKS cluster that the app imports, which has no tag of a stack of the app.
        grant("ec2", "CreateSecurityGroup", _any("vpc")),
        grant(
            "ec2",
            "AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress RevokeSecurityGroupEgress"
            " RevokeSecurityGroupIngress UpdateSecurityGroupRuleDescriptionsEgress"
            " UpdateSecurityGroupRuleDescriptionsIngress",
            _any("security-group"),
        ),
        grant("ec2", "DescribeSecurityGroups DescribeInstances"),
    ),
    "AWS::EC2::FlowLog": (
        *_made("vpc-flow-log", "CreateFlowLogs", "DeleteFlowLogs"),
        grant("ec2", "CreateFlowLogs", _any("vpc")),
        grant("ec2", "DescribeFlowLogs DescribeTags"),
        grant("autoscaling", "DescribeTags"),
        grant(
            "iam",
            "PassRole",
            role("{DeliverLogsPermissionArn}"),
            condition=passed_to("vpc-flow-logs.amazonaws.com"),
        ),
    ),
    # Has no tag of its stack: the registry's schema does not allow tags.
    "AWS::EC2::LaunchTemplate": (
        grant(
            "ec2",
            "CreateLaunchTemplate CreateLaunchTemplateVersion DeleteLaunchTemplate CreateTags DeleteTags",
            _any("launch-template"),
        ),
        grant("ec2", "DescribeLaunchTemplates"),
    ),
}
