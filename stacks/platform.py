"""The platform: changes by the month."""

from constructs import Construct

from emr_eks_placement.environment import Environment
from emr_eks_placement.infra import EksCluster, Network, NodeGroups
from stacks.environment_stack import EnvironmentStack


class PlatformStack(EnvironmentStack):
    """The network, the EKS cluster and its node groups."""

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
        self.cluster = EksCluster(self, "Eks", settings=environment.cluster, vpc=self.network.vpc)
        self.node_groups = NodeGroups(
            self, "NodeGroups", cluster=self.cluster, groups=environment.node_groups, tags=self.tags.tag_values()
        )
