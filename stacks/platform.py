"""The platform: changes by the month."""

from collections.abc import Mapping

from aws_cdk import Annotations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from constructs import Construct

from emr_eks_placement.changes import METADATA_KEY, PlatformRecord
from emr_eks_placement.environment import Environment, NodePool
from emr_eks_placement.environment import Network as NetworkChoices
from emr_eks_placement.infra import (
    EksCluster,
    EmrIdentityMapping,
    EncryptionKey,
    ExistingEksCluster,
    FargateProfiles,
    FlowLogs,
    InterfaceEndpoints,
    Network,
    NetworkAddons,
    NodeGroups,
    NodePools,
)
from stacks.environment_stack import EnvironmentStack, pod_execution_role

_ISOLATED_SUBNETS = "@aws-cdk/aws-eks:isolatedSubnetsForKubectlPrivateSubnets"


class PlatformStack(EnvironmentStack):
    """The network with its options, the EKS cluster, its node groups and pools, and the encryption key.

    Existing resources of the environment are used unchanged.
    """

    def __init__(self, scope: Construct, *, environment: Environment) -> None:
        super().__init__(
            scope, "platform", environment=environment, description="Network, EKS cluster and node groups for Spark"
        )
        self.template_options.metadata = {METADATA_KEY: PlatformRecord.of(environment).as_metadata()}
        self.encryption_key = self._encryption_key(environment)
        self.vpc = self._vpc(environment)
        self.cluster = self._cluster(environment)
        if environment.cluster.emr_enters_by == "aws-auth":
            EmrIdentityMapping(self, "EmrIdentityMapping", cluster=self.cluster)
        self.node_groups = self._node_groups(environment)
        core_dns_on = self._core_dns_profile(environment)
        if environment.node_pools:
            self._add_node_pools(environment.node_pools)
        if isinstance(self.cluster, EksCluster):
            NetworkAddons(
                self,
                "NetworkAddons",
                cluster=self.cluster.cluster,
                nodes=self.node_groups,
                core_dns_on=core_dns_on,
                versions=environment.cluster.add_on_versions,
            )

    def _node_groups(self, environment: Environment) -> NodeGroups | None:
        if not environment.node_groups:
            return None
        return NodeGroups(
            self,
            "NodeGroups",
            cluster=self.cluster.cluster,
            groups=environment.node_groups,
            version=environment.cluster.version,
            tags=self.tags.tag_values(),
        )

    def _core_dns_profile(self, environment: Environment) -> FargateProfiles | None:
        profiles = environment.core_dns_profile()
        if not profiles:
            return None
        role = pod_execution_role(self, environment)
        return FargateProfiles(
            self, "CoreDnsProfile", cluster=self.cluster.cluster, profiles=profiles, pod_execution_role=role
        )

    def _add_node_pools(self, pools: Mapping[str, NodePool]) -> None:
        node_pools = NodePools(self, "NodePools", cluster=self.cluster.cluster, pools=pools)
        if isinstance(self.cluster, ExistingEksCluster):
            node_pools.node.add_dependency(self.cluster.kubectl_access)

    def _encryption_key(self, environment: Environment) -> kms.IKey | None:
        encryption = environment.encryption
        if encryption.kms_key_arn:
            return kms.Key.from_key_arn(self, "EncryptionKey", encryption.kms_key_arn)
        if encryption.customer_managed_key:
            return EncryptionKey(self, "EncryptionKey", removal_policy=self.removal_policy).key
        return None

    def _vpc(self, environment: Environment) -> ec2.IVpc:
        choices = environment.network
        if choices.vpc_id:
            return ec2.Vpc.from_vpc_attributes(
                self,
                "Vpc",
                vpc_id=choices.vpc_id,
                availability_zones=list(choices.subnets),
                private_subnet_ids=list(choices.subnets.values()),
            )
        network = Network(
            self, "Network", cidr=choices.cidr, zones=environment.zones, nat_gateways=choices.nat_gateways
        )
        self._add_network_choices(network, choices)
        return network.vpc

    def _add_network_choices(self, network: Network, choices: NetworkChoices) -> None:
        if choices.interface_endpoints:
            InterfaceEndpoints(self, "InterfaceEndpoints", network=network, more=choices.more_endpoints)
            Annotations.of(self).acknowledge_warning(
                _ISOLATED_SUBNETS, "The interface endpoints are what the kubectl handler needs there"
            )
        if choices.flow_logs:
            FlowLogs(
                self,
                "FlowLogs",
                vpc=network.vpc,
                retention_days=choices.flow_log_retention_days,
                removal_policy=self.removal_policy,
                encryption_key=self.encryption_key,
            )

    def _cluster(self, environment: Environment) -> EksCluster | ExistingEksCluster:
        settings = environment.cluster
        if settings.name:
            return ExistingEksCluster(self, "Eks", settings=settings, vpc=self.vpc)
        return EksCluster(
            self,
            "Eks",
            settings=settings,
            vpc=self.vpc,
            auto_mode=bool(environment.node_pools),
            encryption_key=self.encryption_key,
        )
