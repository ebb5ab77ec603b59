"""The VPC: private subnets, public ones if there are NAT gateways, and a gateway endpoint for S3."""

from collections.abc import Sequence
from typing import Any

import jsii
from aws_cdk import Acknowledgment, Token, Validations
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.environment.subnets import private_subnet, public_subnet

_ROUTED = [
    ec2.SubnetConfiguration(name="public", subnet_type=ec2.SubnetType.PUBLIC),
    ec2.SubnetConfiguration(name="private", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
]
_CONTROL_PLANE_ZONES = 2  # EKS guide, VPC requirements: the minimum
# The zones of a VPC that the CDK looks up after this synthesis, before it synthesizes again (aws-cdk-lib, Vpc.fromLookup).
_NOT_LOOKED_UP = "dummy"
_ISOLATED = [ec2.SubnetConfiguration(name="private", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)]


class Network(Construct):
    """A VPC in exactly these zones. Nodes and Fargate pods run in its private subnets.

    cidr: IPv4 network; zones: names of availability zones; nat_gateways: their number, at most one for each zone.
    Without NAT gateways there is no route to the internet: no internet gateway, no public subnets. Nodes and pods then
    need InterfaceEndpoints. A gateway endpoint serves S3, with the layers of images and the data of jobs, so that this
    traffic uses no NAT gateway. Adding or removing the last zones or NAT gateways does not change the other subnets.

    The stack's availability_zones must contain the zones; otherwise the CDK looks them up in the account.
    """

    def __init__(self, scope: Construct, id_: str, *, cidr: str, zones: Sequence[str], nat_gateways: int) -> None:
        super().__init__(scope, id_)
        self.has_nat_gateways = nat_gateways > 0
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=_Addresses(cidr, zones),
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
    """Returns the private subnets of the zones, by default of every zone.

    These are the subnets with NAT gateways, or, in a VPC without such subnets, the isolated ones. Raises RuleError for
    a zone without one, as far as the app knows the zones of its subnets.
    """
    kind = _private_type(vpc)
    every = vpc.select_subnets(subnet_type=kind)
    known = sorted({"unknown" if Token.is_unresolved(zone) else zone for zone in every.availability_zones})
    if any(zone.startswith(_NOT_LOOKED_UP) for zone in known):
        return every
    for zone in zones:
        if zone not in known:
            raise RuleError(
                zone,
                f"{vpc.node.path} has private subnets in {', '.join(known) or 'no zone'}, none in this one",
                "Name one of these zones, or import the VPC with the zones of its subnets",
            )
    return vpc.select_subnets(subnet_type=kind, availability_zones=list(zones)) if zones else every


def control_plane_subnets(vpc: ec2.IVpc) -> list[ec2.ISubnet]:
    """Returns private subnets for a cluster's own network interfaces: one in each of the first two zones.

    EKS does not let a cluster change the zones of these subnets (aws/containers-roadmap issue 2258). With the minimum
    of two, further zones can be added and removed while the cluster remains. Nodes and Fargate pods may be in any zone.
    """
    subnets = {subnet.availability_zone: subnet for subnet in reversed(private_subnets(vpc, ()).subnets)}
    return list(reversed(subnets.values()))[:_CONTROL_PLANE_ZONES]


def _private_type(vpc: ec2.IVpc) -> ec2.SubnetType:
    return ec2.SubnetType.PRIVATE_WITH_EGRESS if vpc.private_subnets else ec2.SubnetType.PRIVATE_ISOLATED


@jsii.implements(ec2.IIpAddresses)
class _Addresses:
    """The addresses of a VPC and, by the positions of their zones, of its subnets."""

    def __init__(self, cidr: str, zones: Sequence[str]) -> None:
        self._cidr = cidr
        self._zones = list(zones)

    def allocate_vpc_cidr(self) -> ec2.VpcIpamOptions:
        """Returns the VPC's network."""
        return ec2.VpcIpamOptions(cidr_block=self._cidr)

    def allocate_subnets_cidr(
        self,
        *,
        requested_subnets: Sequence[ec2.RequestedSubnet | dict[str, Any]],
        vpc_cidr: str,  # noqa: ARG002 - IIpAddresses passes it; it is what allocate_vpc_cidr gave
    ) -> ec2.SubnetIpamOptions:
        """Returns the subnets' networks in the order of the requests."""
        return ec2.SubnetIpamOptions(
            allocated_subnets=[ec2.AllocatedSubnet(cidr=self._cidr_of(subnet)) for subnet in requested_subnets]
        )

    def _cidr_of(self, subnet: ec2.RequestedSubnet | dict[str, Any]) -> str:
        if not isinstance(subnet, ec2.RequestedSubnet):
            raise TypeError("jsii passes each requested subnet as a RequestedSubnet (aws-cdk-lib, IIpAddresses)")
        cut = public_subnet if subnet.configuration.subnet_type == ec2.SubnetType.PUBLIC else private_subnet
        return cut(self._cidr, self._zones.index(subnet.availability_zone))
