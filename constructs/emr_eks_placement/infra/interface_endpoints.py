"""Interface endpoints: give AWS's services addresses inside the VPC, for its private subnets."""

import re
from collections.abc import Mapping, Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from emr_eks_placement.environment.platform import EndpointService, endpoint_services
from emr_eks_placement.infra.network import Network, private_subnets

_HTTPS = 443

# Construct ids that are not the service's name in capitals.
_IDS: Mapping[str, str] = {"ecr.dkr": "EcrDocker", "secretsmanager": "SecretsManager"}


class InterfaceEndpoints(Construct):
    """The interface endpoints of a network by construct id, `endpoints`, and their shared `security_group`.

    With private DNS, a service's usual name resolves to its endpoint. The security group allows the network's CIDR on
    port 443. Services that only a deployment needs have an endpoint only without a NAT gateway. more: further services,
    for jobs.
    """

    def __init__(self, scope: Construct, id_: str, *, network: Network, more: Sequence[EndpointService] = ()) -> None:
        super().__init__(scope, id_)
        vpc = network.vpc
        self.security_group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description="Interface endpoints of AWS services", allow_all_outbound=False
        )
        self.security_group.add_ingress_rule(
            ec2.Peer.ipv4(vpc.vpc_cidr_block), ec2.Port.tcp(_HTTPS), "HTTPS from the VPC"
        )
        services = {
            _IDS.get(name) or re.sub(r"(?:^|[.-])([a-z])", lambda found: found[1].upper(), name): name
            for name in endpoint_services(more, has_nat_gateways=network.has_nat_gateways)
        }
        self.endpoints = {
            name: vpc.add_interface_endpoint(  # below the VPC, so that the cluster, which depends on it, depends on them
                name,
                service=ec2.InterfaceVpcEndpointAwsService(service),
                subnets=ec2.SubnetSelection(subnets=private_subnets(vpc, ()).subnets),
                security_groups=[self.security_group],
                private_dns_enabled=True,
                open=False,
            )
            for name, service in services.items()
        }
