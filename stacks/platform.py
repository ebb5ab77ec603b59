"""The platform: changes by the month."""

from aws_cdk import Annotations
from constructs import Construct

from emr_eks_placement.environment import Environment
from emr_eks_placement.environment import Network as NetworkChoices
from emr_eks_placement.infra import EksCluster, FlowLogs, InterfaceEndpoints, Network, NodeGroups
from stacks.environment_stack import EnvironmentStack

_ISOLATED_SUBNETS = "@aws-cdk/aws-eks:isolatedSubnetsForKubectlPrivateSubnets"


class PlatformStack(EnvironmentStack):
    """The network with what the environment chooses for it, the EKS cluster and its node groups."""

    def __init__(self, scope: Construct, *, environment: Environment) -> None:
        super().__init__(
            scope, "platform", environment=environment, description="Network, EKS cluster and node groups for Spark"
        )
        self.network = Network(
            self,
            "Network",
            cidr=environment.network.cidr,
            zones=environment.zones,
            nat_gateways=environment.network.nat_gateways,
        )
        self._add_network_choices(environment.network)
        self.cluster = EksCluster(self, "Eks", settings=environment.cluster, vpc=self.network.vpc)
        self.node_groups = NodeGroups(
            self,
            "NodeGroups",
            cluster=self.cluster.cluster,
            groups=environment.node_groups,
            version=environment.cluster.version,
            tags=self.tags.tag_values(),
        )

    def _add_network_choices(self, choices: NetworkChoices) -> None:
        if choices.interface_endpoints:
            InterfaceEndpoints(self, "InterfaceEndpoints", network=self.network)
            Annotations.of(self).acknowledge_warning(
                _ISOLATED_SUBNETS, "The interface endpoints are what the kubectl handler needs there"
            )
        if choices.flow_logs:
            FlowLogs(
                self,
                "FlowLogs",
                vpc=self.network.vpc,
                retention_days=choices.flow_log_retention_days,
                removal_policy=self.removal_policy,
            )
