"""The VPC: private subnets, public ones with NAT gateways unless it is fully private, a gateway endpoint for S3."""

from collections.abc import Sequence

from aws_cdk import Acknowledgment, Validations
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

_PUBLIC_SUBNET_MASK = 28  # holds a NAT gateway; every Spark pod takes an address of a private subnet

_ROUTED = [
    ec2.SubnetConfiguration(name="public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=_PUBLIC_SUBNET_MASK),
    ec2.SubnetConfiguration(name="private", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
]
_ISOLATED = [ec2.SubnetConfiguration(name="private", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)]


class Network(Construct):
    """A VPC over exactly the zones given; nodes and Fargate pods run in its private subnets.

    cidr: IPv4 network; zones: names of availability zones; nat_gateways: their number, at most one a zone. Without any,
    nothing leads to the internet and back: no internet gateway, no public subnets. Nodes and pods then need
    InterfaceEndpoints. S3, where images' layers and a job's data come from, is reached through a gateway endpoint, so
    not through NAT gateways.

    The stack's availability_zones must hold the zones, or the CDK looks them up in the account.
    """

    def __init__(self, scope: Construct, id_: str, *, cidr: str, zones: Sequence[str], nat_gateways: int) -> None:
        super().__init__(scope, id_)
        self.has_nat_gateways = nat_gateways > 0
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(cidr),
            availability_zones=list(zones),
            nat_gateways=nat_gateways,
            subnet_configuration=_ROUTED if self.has_nat_gateways else _ISOLATED,
            # Takes a custom resource; nothing here uses the default security group.
            restrict_default_security_group=False,
        )
        Validations.of(self.vpc).acknowledge(
            Acknowledgment(
                id="CloudFormation-Validate::W3010",  # avoid hardcoding availability zones
                reason="The zones are the environment's choice: placements name them",
            )
        )
        self.s3_endpoint = self.vpc.add_gateway_endpoint(
            "S3Endpoint",
            service=ec2.GatewayVpcEndpointAwsService.S3,
            subnets=[ec2.SubnetSelection(subnet_type=_private_type(self.vpc))],
        )


def private_subnets(vpc: ec2.IVpc, zones: Sequence[str]) -> ec2.SelectedSubnets:
    """The private subnets of the zones; of every zone when none is given.

    They are those with a way out by NAT gateways, or, in a VPC without such, the isolated ones.
    """
    return vpc.select_subnets(subnet_type=_private_type(vpc), availability_zones=list(zones) if zones else None)


def _private_type(vpc: ec2.IVpc) -> ec2.SubnetType:
    return ec2.SubnetType.PRIVATE_WITH_EGRESS if vpc.private_subnets else ec2.SubnetType.PRIVATE_ISOLATED
