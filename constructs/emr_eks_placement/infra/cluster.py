"""The EKS cluster that the jobs' pods run on."""

import importlib
from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from emr_eks_placement.environment import Cluster
from emr_eks_placement.errors import RuleError
from emr_eks_placement.infra.network import private_subnets

_ENDPOINT_ACCESS = {
    "public": eks.EndpointAccess.PUBLIC,
    "private": eks.EndpointAccess.PRIVATE,
    "public-and-private": eks.EndpointAccess.PUBLIC_AND_PRIVATE,
}


# Any cluster of aws_eks_v2, made by the app or imported; jsii leaves a member of ICluster out of Cluster.
AnyCluster = eks.Cluster | eks.ICluster


class EksCluster(Construct):
    """An EKS cluster, `cluster`, with native CloudFormation resources, an OIDC provider and the CDK's kubectl handler.

    Nodes come from NodeGroups and FargateProfiles. Authentication is API_AND_CONFIG_MAP, which EMR on EKS asks for
    before it makes its own access entry for a virtual cluster (EMR on EKS guide, cluster access management). The
    creator gets no access: `settings.admins` do, and the kubectl handler.

    Raises RuleError, with the path ("cluster", "version"), when no kubectl layer of the version is installed.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Cluster, vpc: ec2.IVpc) -> None:
        super().__init__(scope, id_)
        # Else an app without this flag gets a custom resource and its Lambda function for the OIDC provider.
        self.node.set_context("@aws-cdk/aws-eks:useNativeOidcProvider", True)
        self.cluster = eks.Cluster(
            self,
            "Cluster",
            version=eks.KubernetesVersion.of(settings.version),
            vpc=vpc,
            vpc_subnets=[ec2.SubnetSelection(subnets=private_subnets(vpc, ()).subnets)],
            default_capacity_type=eks.DefaultCapacityType.NODEGROUP,
            default_capacity=0,
            bootstrap_cluster_creator_admin_permissions=False,
            endpoint_access=_endpoint_access(settings),
            cluster_logging=[
                eks.ClusterLoggingTypes.API,
                eks.ClusterLoggingTypes.AUDIT,
                eks.ClusterLoggingTypes.AUTHENTICATOR,
            ],
            kubectl_provider_options=eks.KubectlProviderOptions(kubectl_layer=_kubectl_layer(self, settings.version)),
            # Pruning would delete a namespace, and the jobs in it, that a manifest no longer names.
            prune=False,
        )
        resource = self.cluster.node.default_child
        assert isinstance(resource, eks.CfnCluster)  # noqa: S101 - the L2 has no authentication mode
        resource.add_property_override("AccessConfig.AuthenticationMode", "API_AND_CONFIG_MAP")
        # A node or pod that comes up before its subnet's route to the NAT gateway can't join.
        resource.node.add_dependency(vpc)
        self.oidc_provider: iam.IOpenIdConnectProvider = self.cluster.open_id_connect_provider
        self._admit(settings.admins)

    def _admit(self, admins: Sequence[str]) -> None:
        everything = eks.AccessPolicy.from_access_policy_name(
            "AmazonEKSClusterAdminPolicy", access_scope_type=eks.AccessScopeType.CLUSTER
        )
        for number, arn in enumerate(admins, 1):
            self.cluster.grant_access(f"Admin{number}", arn, [everything])


def _endpoint_access(settings: Cluster) -> eks.EndpointAccess:
    access = _ENDPOINT_ACCESS[settings.endpoint_access]
    return access.only_from(*settings.public_access_cidrs) if settings.public_access_cidrs else access


def _kubectl_layer(scope: Construct, version: str) -> lambda_.ILayerVersion:
    """The layer with the version's kubectl: one PyPI package a version, of which an installation has only its own."""
    digits = version.replace(".", "").removeprefix("1")
    try:
        package = importlib.import_module(f"aws_cdk.lambda_layer_kubectl_v{digits}")
    except ModuleNotFoundError:
        raise RuleError(
            version,
            "the CDK's kubectl handler needs the kubectl layer of the cluster's Kubernetes version, which is not installed",
            f"Run: pip install aws-cdk.lambda-layer-kubectl-v{digits}",
            path=("cluster", "version"),
        ) from None
    layer: lambda_.ILayerVersion = getattr(package, f"KubectlV{digits}Layer")(scope, "KubectlLayer")
    return layer
