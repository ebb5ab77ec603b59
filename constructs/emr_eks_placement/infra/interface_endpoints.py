"""Interface endpoints: AWS's services at addresses inside the VPC, for what runs in its private subnets."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from emr_eks_placement.environment.platform import EndpointService
from emr_eks_placement.infra.network import Network, private_subnets

_HTTPS = 443

_Service = ec2.InterfaceVpcEndpointAwsService
# By construct id. Names: VPC guide, AWS services that integrate with AWS PrivateLink.
_SERVICES: Mapping[str, ec2.InterfaceVpcEndpointAwsService] = {
    # Images of EKS's add-ons and of EMR's containers; their layers come through the S3 gateway endpoint (ECR guide,
    # interface VPC endpoints).
    "EcrApi": _Service.ECR,
    "EcrDocker": _Service.ECR_DOCKER,
    # The execution role's credentials of a job, by its service account (EKS guide, private clusters).
    "Sts": _Service.STS,
    # What containers write to a job's log group (CloudWatch Logs guide, interface VPC endpoints).
    "Logs": _Service.CLOUDWATCH_LOGS,
    # DescribeCluster: of nodes that join (EKS guide, private clusters) and of the CDK's kubectl handler.
    "Eks": _Service.EKS,
    # Credentials of pods by EKS Pod Identity, which a cluster's own add-ons may use (EKS guide, Pod Identity).
    "EksAuth": _Service.EKS_AUTH,
    # Network interfaces, and with them addresses, that the VPC CNI attaches to nodes (EKS guide, private clusters).
    "Ec2": _Service.EC2,
    # Requests such as StartJobRun from inside the VPC (EMR on EKS guide, interface VPC endpoint).
    "EmrContainers": _Service.EMR_EKS,
}
# The CDK's kubectl handler stands behind a function that invokes it, in the same subnets (aws_eks_v2.KubectlProvider,
# custom_resources.Provider). It answers CloudFormation through S3, so through the gateway endpoint.
_SERVICES_WITHOUT_NAT: Mapping[str, ec2.InterfaceVpcEndpointAwsService] = {"Lambda": _Service.LAMBDA_}
_MORE: Mapping[EndpointService, tuple[str, ec2.InterfaceVpcEndpointAwsService]] = {
    "glue": ("Glue", _Service.GLUE),
    "kms": ("Kms", _Service.KMS),
    "secretsmanager": ("SecretsManager", _Service.SECRETS_MANAGER),
    "ssm": ("Ssm", _Service.SSM),
}


class InterfaceEndpoints(Construct):
    """The interface endpoints of a network by construct id, `endpoints`, and the `security_group` they share.

    Private DNS leads a service's usual name to its endpoint. The security group lets the network's CIDR in on port 443.
    What a deployment needs besides nodes and pods has an endpoint only where no NAT gateway takes its place. more: further
    services, which jobs use.
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
        services = {**_SERVICES, **({} if network.has_nat_gateways else _SERVICES_WITHOUT_NAT)}
        services |= dict(_MORE[name] for name in more)
        self.endpoints = {
            name: vpc.add_interface_endpoint(  # below the VPC, so that the cluster, which waits for it, waits for them
                name,
                service=service,
                subnets=ec2.SubnetSelection(subnets=private_subnets(vpc, ()).subnets),
                security_groups=[self.security_group],
                private_dns_enabled=True,
                open=False,
            )
            for name, service in services.items()
        }
