"""An existing EKS cluster."""

from typing import Any

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from emr_eks_placement.environment import Cluster
from emr_eks_placement.infra.cluster import kubectl_handler
from emr_eks_placement.infra.kubectl_layer import kubectl_layer
from emr_eks_placement.infra.network import private_subnets
from emr_eks_placement.infra.service_roles import trust_functions_of_own_account


class ExistingEksCluster(Construct):
    """An existing cluster, `cluster`, with the CDK's kubectl handler, which an access entry gives access.

    settings: its name, OIDC provider and, unless its endpoint is public only, security group; vpc: its VPC. The
    cluster's authentication mode is API_AND_CONFIG_MAP, which EMR on EKS requires; its aws-auth ConfigMap is not
    changed. `kubectl_handler`: the function that runs kubectl; `kubectl_access`: the access entry, on which all
    manifests in the same stack depend.

    Raises RuleError, with the path ("cluster", "version"), if no kubectl layer of the version is installed.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Cluster, vpc: ec2.IVpc) -> None:
        super().__init__(scope, id_)
        self.oidc_provider: iam.IOpenIdConnectProvider = iam.OpenIdConnectProvider.from_open_id_connect_provider_arn(
            self, "OidcProvider", str(settings.oidc_provider_arn)
        )
        known: dict[str, Any] = {
            "cluster_name": str(settings.name),
            "vpc": vpc,
            "open_id_connect_provider": self.oidc_provider,
            "cluster_security_group_id": settings.security_group_id,
            "prune": False,  # pruning would delete a namespace, with its jobs, when a manifest no longer names it
        }
        inside = settings.endpoint_access != "public"
        self.kubectl_provider = eks.KubectlProvider(
            self,
            "KubectlProvider",
            cluster=eks.Cluster.from_cluster_attributes(self, "WithoutKubectl", **known),
            kubectl_layer=kubectl_layer(self, settings.version),
            private_subnets=private_subnets(vpc, ()).subnets if inside else None,
        )
        trust_functions_of_own_account(self.kubectl_provider)
        self.cluster = eks.Cluster.from_cluster_attributes(
            self, "Cluster", **known, kubectl_provider=self.kubectl_provider
        )
        self.kubectl_handler = kubectl_handler(self.kubectl_provider)
        self.kubectl_access = self._admit(self.kubectl_provider.role)

    def _admit(self, role: iam.IRole | None) -> eks.AccessEntry:
        """Gives the handler cluster-admin: it creates namespaces, and roles with rights that it must have itself."""
        if role is None:
            raise TypeError("a KubectlProvider that is not imported has the role of its handler (aws-cdk-lib)")
        return eks.AccessEntry(
            self,
            "KubectlAccess",
            cluster=self.cluster,
            principal=role.role_arn,
            access_policies=[
                eks.AccessPolicy.from_access_policy_name(
                    "AmazonEKSClusterAdminPolicy", access_scope_type=eks.AccessScopeType.CLUSTER
                )
            ],
        )
