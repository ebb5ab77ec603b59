"""The add-ons that nodes of node groups and Fargate pods need, where EKS does not set them up with the cluster."""

import json

from aws_cdk import aws_eks_v2 as eks
from constructs import Construct, IConstruct

from emr_eks_placement.infra.cluster import AnyCluster
from emr_eks_placement.infra.fargate import FargateProfiles

_BEFORE_NODES = ("vpc-cni", "kube-proxy")
_CORE_DNS = "coredns"
# Without it the pods of CoreDNS carry an annotation that keeps them off Fargate (EKS guide, getting started with AWS Fargate).
_ON_FARGATE = json.dumps({"computeType": "Fargate"})


class NetworkAddons(Construct):
    """VPC CNI, kube-proxy and CoreDNS as EKS add-ons, of which an EKS Auto Mode cluster is made without.

    Nodes of node pools have them built in. `nodes`, those of node groups, join only with the first two there, and CoreDNS,
    by which Fargate pods too resolve names, is ready only with nodes: they are made in this order. What a cluster has of
    them already, as one without EKS Auto Mode has all, EKS takes over with its own settings; a cluster that goes on without
    this construct keeps them, no longer as add-ons.

    core_dns_on: Fargate profiles of which one takes CoreDNS, which then needs no node. core_dns_only: for a cluster without
    EKS Auto Mode, whose CoreDNS alone is to be changed.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        cluster: AnyCluster,
        nodes: IConstruct | None,
        core_dns_on: FargateProfiles | None = None,
        core_dns_only: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        before = [] if core_dns_only else [self._addon(cluster, name) for name in _BEFORE_NODES]
        core_dns = self._addon(cluster, _CORE_DNS, None if core_dns_on is None else _ON_FARGATE)
        if nodes:
            nodes.node.add_dependency(*before)
        if core_dns_on is not None:
            # Pods that are made before their profile stay where they are.
            core_dns.node.add_dependency(*core_dns_on.profiles.values())
        elif nodes:
            core_dns.node.add_dependency(nodes)

    def _addon(self, cluster: AnyCluster, name: str, configuration: str | None = None) -> eks.CfnAddon:
        return eks.CfnAddon(
            self,
            name,
            cluster_name=cluster.cluster_name,
            addon_name=name,
            configuration_values=configuration,
            resolve_conflicts="OVERWRITE",
            preserve_on_delete=True,
        )
