"""The add-ons that nodes of node groups and Fargate pods need on a cluster with EKS Auto Mode."""

from aws_cdk import aws_eks_v2 as eks
from constructs import Construct, IConstruct

from emr_eks_placement.infra.cluster import AnyCluster

_BEFORE_NODES = ("vpc-cni", "kube-proxy")
_AFTER_NODES = "coredns"


class NetworkAddons(Construct):
    """VPC CNI, kube-proxy and CoreDNS as EKS add-ons, of which an EKS Auto Mode cluster is made without.

    Nodes of node pools have them built in. `nodes`, those of node groups, join only with the first two there, and CoreDNS,
    by which Fargate pods too resolve names, is ready only with nodes: they are made in this order. What a cluster has of
    them already, from before EKS Auto Mode was turned on, EKS takes over with its own settings; a
    cluster that goes on without this construct keeps them, no longer as add-ons.
    """

    def __init__(self, scope: Construct, id_: str, *, cluster: AnyCluster, nodes: IConstruct) -> None:
        super().__init__(scope, id_)
        self._cluster_name = cluster.cluster_name
        nodes.node.add_dependency(*(self._addon(name) for name in _BEFORE_NODES))
        self._addon(_AFTER_NODES).node.add_dependency(nodes)

    def _addon(self, name: str) -> eks.CfnAddon:
        return eks.CfnAddon(
            self,
            name,
            cluster_name=self._cluster_name,
            addon_name=name,
            resolve_conflicts="OVERWRITE",
            preserve_on_delete=True,
        )
