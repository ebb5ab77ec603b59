"""The EKS cluster that the jobs' pods run on."""

import hashlib
from collections.abc import Sequence
from typing import Any

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct, IConstruct, IDependable

from emr_eks_placement.environment import Cluster
from emr_eks_placement.facts.emr import AUTHENTICATION_MODE
from emr_eks_placement.infra.kubectl_layer import kubectl_layer
from emr_eks_placement.infra.network import control_plane_subnets
from emr_eks_placement.infra.resource import resource_of
from emr_eks_placement.infra.service_roles import trust_cluster_of_own_account, trust_functions_of_own_account

_ENDPOINT_ACCESS = {
    "public": eks.EndpointAccess.PUBLIC,
    "private": eks.EndpointAccess.PRIVATE,
    "public-and-private": eks.EndpointAccess.PUBLIC_AND_PRIVATE,
}
_AUTO_MODE = eks.DefaultCapacityType.AUTOMODE

# Any cluster of aws_eks_v2, created by the app or imported; jsii's Cluster lacks a member of ICluster.
AnyCluster = eks.Cluster | eks.ICluster


class EksCluster(Construct):
    """An EKS cluster, `cluster`, with native CloudFormation resources, an OIDC provider and the CDK's kubectl handler.

    NodeGroups and FargateProfiles add nodes, NetworkAddons adds add-ons that EKS manages. auto_mode: enables EKS Auto
    Mode, without EKS's own node pools, for NodePools; node groups then need NetworkAddons. The authentication mode is
    API_AND_CONFIG_MAP, which EMR on EKS requires before it creates its own access entry for a virtual cluster (EMR on
    EKS guide, cluster access management). The creator gets no access; `settings.admins` and the kubectl handler do.
    encryption_key: of Kubernetes secrets, by default EKS's own key; EKS can neither change nor remove it later.
    `kubectl_handler`: the function that runs kubectl; `kubectl_access`: what must exist before it is called.

    Raises RuleError, with the path ("cluster", "version"), if no kubectl layer of the version is installed.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Cluster,
        vpc: ec2.IVpc,
        auto_mode: bool = False,
        encryption_key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, id_)
        # Without this flag, the app gets a custom resource and its Lambda function for the OIDC provider.
        self.node.set_context("@aws-cdk/aws-eks:useNativeOidcProvider", True)
        self.cluster = eks.Cluster(
            self,
            "Cluster",
            version=eks.KubernetesVersion.of(settings.version),
            vpc=vpc,
            vpc_subnets=[ec2.SubnetSelection(subnets=control_plane_subnets(vpc))],
            default_capacity_type=_AUTO_MODE if auto_mode else eks.DefaultCapacityType.NODEGROUP,
            default_capacity=None if auto_mode else 0,
            compute=eks.ComputeConfig(node_pools=[]) if auto_mode else None,
            bootstrap_cluster_creator_admin_permissions=False,
            endpoint_access=_endpoint_access(settings),
            cluster_logging=[
                eks.ClusterLoggingTypes.API,
                eks.ClusterLoggingTypes.AUDIT,
                eks.ClusterLoggingTypes.AUTHENTICATOR,
            ],
            kubectl_provider_options=eks.KubectlProviderOptions(kubectl_layer=kubectl_layer(self, settings.version)),
            # Pruning would delete a namespace, with its jobs, when a manifest no longer names it.
            prune=False,
            secrets_encryption_key=encryption_key,
        )
        resource = resource_of(self.cluster, eks.CfnCluster)
        resource.add_property_override("AccessConfig.AuthenticationMode", AUTHENTICATION_MODE)
        if settings.upgrade_policy:
            resource.upgrade_policy = eks.CfnCluster.UpgradePolicyProperty(support_type=settings.upgrade_policy.upper())
        trust_cluster_of_own_account(self.cluster.role)
        trust_functions_of_own_account(self.cluster.node.find_child("KubectlProvider"))
        # A node or pod that starts before its subnet has a route to the NAT gateway can't join.
        resource.node.add_dependency(vpc)
        self.kubectl_handler = kubectl_handler(self.cluster.node.find_child("KubectlProvider"))
        self.kubectl_access: IDependable = self.cluster.node.find_child("KubectlReadyBarrier")
        self.oidc_provider: iam.IOpenIdConnectProvider = self.cluster.open_id_connect_provider
        self._admit(settings.admins)
        if encryption_key:
            self._let_use(encryption_key, resource)

    def _let_use(self, key: kms.IKey, resource: eks.CfnCluster) -> None:
        """Lets the cluster's role use the key, because the cluster encrypts with it in the role's name (EKS guide,
        envelope encryption of secrets)."""
        iam.Grant.add_to_principal(
            grantee=self.cluster.role,
            actions=["kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"],
            resource_arns=[key.key_arn],
        ).apply_before(resource)

    def _admit(self, admins: Sequence[str]) -> None:
        everything = eks.AccessPolicy.from_access_policy_name(
            "AmazonEKSClusterAdminPolicy", access_scope_type=eks.AccessScopeType.CLUSTER
        )
        for arn in admins:
            # Each has a separate id, so that one that moves up in the list keeps its only access entry.
            id_ = f"Admin-{hashlib.sha256(arn.encode()).hexdigest()[:8]}"
            self.cluster.grant_access(id_, arn, [everything])


def kubectl_handler(provider: IConstruct) -> lambda_.IFunction:
    """The function of the CDK's kubectl provider, which runs kubectl."""
    handler = provider.node.find_child("Handler")
    if not isinstance(handler, lambda_.Function):
        raise TypeError(f"{handler.node.path} is no Lambda function")
    return handler


def _endpoint_access(settings: Cluster) -> eks.EndpointAccess:
    access = _ENDPOINT_ACCESS[settings.endpoint_access]
    return access.only_from(*settings.public_access_cidrs) if settings.public_access_cidrs else access


def kubernetes_manifest(
    scope: Construct, id_: str, *, cluster: AnyCluster, manifest: Sequence[dict[str, Any]]
) -> eks.KubernetesManifest:
    """Applies the objects on any cluster with a kubectl provider."""
    return eks.KubernetesManifest(
        scope,
        id_,
        cluster=cluster,  # type: ignore[arg-type] # jsii's Cluster lacks a member of ICluster, which it implements
        manifest=list(manifest),
    )
