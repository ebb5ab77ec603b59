"""The network and the EKS cluster of an environment."""

import ipaddress
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Strict, model_validator

from emr_eks_placement.common.errors import RuleError, below
from emr_eks_placement.common.model import Model, between, distinct
from emr_eks_placement.environment.add_ons import AddOnVersions, check_kube_proxy
from emr_eks_placement.environment.existing_resources import (
    ClusterName,
    OidcProviderArn,
    PrincipalArn,
    SecurityGroupId,
    SubnetId,
    VpcId,
    refuse_beside_existing,
    require_with_existing,
)
from emr_eks_placement.environment.retention import RetentionDays

# RFC 1918 and, for clusters short of addresses, RFC 6598.
_PRIVATE_NETWORKS = tuple(
    ipaddress.IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)


def _check_vpc_cidr(cidr: str) -> str:
    try:
        network = ipaddress.IPv4Network(cidr)
    except ValueError as error:
        raise RuleError(
            cidr, f"must be a private IPv4 network in CIDR notation: {error}", "Write for example 10.0.0.0/16"
        ) from None
    if not 16 <= network.prefixlen <= 24 or not any(network.subnet_of(private) for private in _PRIVATE_NETWORKS):
        raise RuleError(
            cidr,
            "must be a private network from /16 (the largest VPC) to /24 (room for a subnet a zone), within "
            f"{', '.join(map(str, _PRIVATE_NETWORKS))} (VPC guide)",
            "Write for example 10.0.0.0/16",
        )
    return cidr


def _check_cidr(cidr: str) -> str:
    try:
        ipaddress.IPv4Network(cidr)
    except ValueError as error:
        raise RuleError(
            cidr, f"must be an IPv4 network in CIDR notation: {error}", "Write for example 203.0.113.0/24"
        ) from None
    return cidr


def _check_version(version: object) -> object:
    if version not in KUBERNETES_VERSIONS:
        raise RuleError(
            version,
            f"the CDK and a kubectl layer offer Kubernetes {', '.join(KUBERNETES_VERSIONS)}",
            'Write one of these in quotes: "1.35"' if isinstance(version, float) else "Write one of these",
        )
    return version


EndpointService = Literal["glue", "kms", "secretsmanager", "ssm"]
"""A service by the end of its endpoint's name, com.amazonaws.REGION.SERVICE (VPC guide, AWS PrivateLink)."""
# Images of EKS's add-ons and of EMR's containers, whose layers come through the S3 gateway endpoint (ECR guide, interface
# VPC endpoints); credentials of jobs, by their service accounts; what containers write to log groups; DescribeCluster, of
# nodes that join and of the CDK's kubectl handler; credentials by EKS Pod Identity; network interfaces that the VPC CNI
# attaches (EKS guide, private clusters); requests such as StartJobRun (EMR on EKS guide, interface VPC endpoint).
_ENDPOINTS = ("ecr.api", "ecr.dkr", "sts", "logs", "eks", "eks-auth", "ec2", "emr-containers")
# The CDK's kubectl handler is behind a function that invokes it, in the same subnets (aws_eks_v2.KubectlProvider,
# custom_resources.Provider). It answers CloudFormation through S3, so through the gateway endpoint.
_ENDPOINTS_WITHOUT_NAT = ("lambda",)


def endpoint_services(more: Sequence[EndpointService], *, has_nat_gateways: bool) -> tuple[str, ...]:
    """Returns the services that have an interface endpoint in a network with interface endpoints, each by the end of
    its name.

    What a deployment needs besides nodes and pods has an endpoint only where no NAT gateway takes its place. more: further
    services, which jobs use.
    """
    return (*_ENDPOINTS, *(() if has_nat_gateways else _ENDPOINTS_WITHOUT_NAT), *more)


EmrAccess = Literal["aws-auth", "cloudformation", "handler"]


# Versions that both aws-cdk-lib's KubernetesVersion and a kubectl layer on PyPI offer.
KUBERNETES_VERSIONS = ("1.31", "1.32", "1.33", "1.34", "1.35", "1.36")
# Settings of a new cluster: an existing one is not changed.
_OF_CREATED = ("public_access_cidrs", "core_dns", "admins", "upgrade_policy", "add_on_versions")


class Network(Model):
    """The VPC: a private subnet in each zone, where nodes and Fargate pods run, and with NAT gateways a public one too.

    Or, by vpc_id and subnets, an existing one, which stays as it is.
    """

    vpc_id: VpcId | None = None
    """An existing VPC; by default one is created."""
    subnets: dict[str, SubnetId] = {}
    """The existing VPC's private subnet in each zone of the environment, from which nodes and pods reach AWS's
    services."""
    cidr: Annotated[str, AfterValidator(_check_vpc_cidr)] = "10.0.0.0/16"
    """The VPC's IPv4 network."""
    nat_gateways: Annotated[int, Strict(), between(0, 26, "NAT gateways", "one a zone")] = 1
    """How many NAT gateways: one is cheapest; one for each zone survives the loss of a zone. Without any, there is no route to
    the internet, and interface_endpoints is required."""
    interface_endpoints: Annotated[bool, Strict()] = False
    """Whether AWS's services have endpoints inside the VPC."""
    more_endpoints: Annotated[tuple[EndpointService, ...], distinct("service")] = ()
    """Services for jobs with endpoints inside the VPC: Glue's Data Catalog, KMS, Secrets Manager, Systems Manager."""
    flow_logs: Annotated[bool, Strict()] = False
    """Whether to record the VPC's traffic in CloudWatch."""
    flow_log_retention_days: RetentionDays = 30
    """How long CloudWatch keeps the record."""

    @property
    def endpoint_services(self) -> tuple[str, ...]:
        """The services that have an interface endpoint in the network, each by the end of its endpoint's name."""
        if not self.interface_endpoints:
            return ()
        return endpoint_services(self.more_endpoints, has_nat_gateways=self.nat_gateways > 0)

    @model_validator(mode="after")
    def _check_given(self) -> "Network":
        if self.vpc_id is None:
            require_with_existing(self, "vpc_id", "VPC", "subnets")
        elif not self.subnets:
            raise RuleError(
                self.vpc_id,
                "of an existing VPC, the private subnets of the environment's zones are needed",
                "Add subnets: {ZONE: subnet-…}",
                path=("vpc_id",),
            )
        else:
            created = (
                *("cidr", "nat_gateways", "interface_endpoints", "more_endpoints"),
                *("flow_logs", "flow_log_retention_days"),
            )
            refuse_beside_existing(self, "vpc_id", "VPC", *created)
        return self

    @model_validator(mode="after")
    def _check_choices(self) -> "Network":
        if self.nat_gateways == 0 and not self.interface_endpoints:
            raise RuleError(
                self.nat_gateways,
                "without a NAT gateway, nodes and pods reach AWS's services by interface endpoints only (EKS guide, "
                "private clusters)",
                "Set interface_endpoints: true, or nat_gateways to 1 or more",
                path=("nat_gateways",),
            )
        if self.more_endpoints and not self.interface_endpoints:
            raise RuleError(
                list(self.more_endpoints),
                "they come beside the endpoints of interface_endpoints, which the network does not have",
                "Set interface_endpoints: true, or remove more_endpoints",
                path=("more_endpoints",),
            )
        if not self.flow_logs and "flow_log_retention_days" in self.model_fields_set:
            raise RuleError(
                self.flow_log_retention_days,
                "the retention of flow logs, which the network does not write",
                "Set flow_logs: true or remove it",
                path=("flow_log_retention_days",),
            )
        return self


class Cluster(Model):
    """The EKS cluster: a new one, or an existing one by its name.

    An existing cluster has the authentication mode API_AND_CONFIG_MAP (EMR on EKS guide, cluster access management).
    Its ConfigMap aws-auth is changed only with emr_access: aws-auth.
    """

    name: ClusterName | None = None
    """An existing cluster in network.vpc_id; by default one is created."""
    oidc_provider_arn: OidcProviderArn | None = None
    """The existing cluster's IAM OIDC provider, which execution roles trust."""
    security_group_id: SecurityGroupId | None = None
    """The existing cluster's security group, from which the CDK's kubectl handler reaches a private endpoint."""
    version: Annotated[str, AfterValidator(_check_version)] = "1.35"
    """The Kubernetes version of the cluster and its node groups."""
    upgrade_policy: Literal["standard", "extended"] | None = None
    """What EKS does at the end of the version's standard support: standard upgrades the Kubernetes API, but neither node groups
    nor add-ons; extended continues for a higher price, and is EKS's default (EKS UpgradePolicyRequest)."""
    add_on_versions: AddOnVersions = {}
    """Versions of the add-ons vpc-cni, kube-proxy and coredns. By default, an add-on gets EKS's default for the
    Kubernetes version when it is created, and keeps it until it is updated."""
    endpoint_access: Literal["public", "private", "public-and-private"] = "public-and-private"
    """Which networks can reach the Kubernetes API."""
    public_access_cidrs: Annotated[tuple[Annotated[str, AfterValidator(_check_cidr)], ...], distinct("network")] = ()
    """The networks that can reach a public Kubernetes API; by default any."""
    core_dns: Literal["ec2", "fargate"] = "ec2"
    """Where CoreDNS runs: on a node group, or on Fargate with its own profile, so that the cluster needs no node."""
    admins: Annotated[tuple[PrincipalArn, ...], distinct("ARN")] = ()
    """ARNs of IAM roles or users that get cluster-admin by access entries."""
    emr_access: EmrAccess | None = None
    """How EMR gets into the cluster's namespaces. aws-auth adds EMR's service-linked role to the ConfigMap of that name; handler
    creates virtual clusters with a Lambda function that may create EMR's access entry; cloudformation relies on CloudFormation's
    rights, or on a mapping that you add. The default is aws-auth; for an existing cluster there is no default. It can't be
    changed from or to handler after virtual clusters are deployed."""

    @property
    def emr_enters_by(self) -> EmrAccess:
        """Returns emr_access, or its default."""
        return self.emr_access or "aws-auth"

    def require_emr_access(self) -> None:
        """Raises RuleError, with its path in the environment, for an existing cluster without emr_access, because
        others own its aws-auth."""
        if self.name is not None and self.emr_access is None:
            raise RuleError(
                self.name,
                "EMR needs access to an existing cluster, and you choose whether to change its aws-auth "
                "(EMR on EKS guide, cluster access)",
                "Add emr_access: aws-auth (adds EMR's mapping, keeps the rest), emr_access: handler (does "
                "not change aws-auth: a function with EMR's rights creates the virtual clusters) or "
                "emr_access: cloudformation (changes nothing: EMR already has access, or AWS passes the "
                "deployment's rights on)",
                path=("cluster", "name"),
            )

    @model_validator(mode="before")
    @classmethod
    def _version_is_text(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("version"), float):
            with below("version"):
                _check_version(data["version"])
        return data

    @model_validator(mode="after")
    def _check_given(self) -> "Cluster":
        if self.name is None:
            require_with_existing(self, "name", "cluster", "oidc_provider_arn", "security_group_id")
            return self
        refuse_beside_existing(self, "name", "cluster", *_OF_CREATED)
        if self.oidc_provider_arn is None:
            raise RuleError(
                self.name,
                "execution roles trust the cluster's IAM OIDC provider (EMR on EKS guide, IAM roles for service accounts)",
                "Add its ARN, oidc_provider_arn; eksctl utils associate-iam-oidc-provider creates one",
                path=("name",),
            )
        if self.security_group_id is None and self.endpoint_access != "public":
            raise RuleError(
                self.name,
                "the CDK's kubectl handler reaches a private endpoint from the cluster's security group (EKS guide, "
                "cluster endpoint)",
                "Add security_group_id, or endpoint_access: public if the cluster has that",
                path=("name",),
            )
        return self

    @model_validator(mode="after")
    def _check_add_ons(self) -> "Cluster":
        check_kube_proxy(self.add_on_versions, self.version)
        return self

    @model_validator(mode="after")
    def _check_cidrs_are_used(self) -> "Cluster":
        if self.public_access_cidrs and self.endpoint_access == "private":
            raise RuleError(
                list(self.public_access_cidrs),
                "a private endpoint has no public networks (EKS guide, cluster endpoint)",
                "Remove public_access_cidrs or set endpoint_access to public-and-private",
                path=("public_access_cidrs",),
            )
        if self.public_access_cidrs and self.endpoint_access == "public":
            raise RuleError(
                self.endpoint_access,
                "with public_access_cidrs, nodes and Fargate pods need the private endpoint too (EKS guide, cluster endpoint)",
                "Set endpoint_access to public-and-private",
                path=("endpoint_access",),
            )
        return self
