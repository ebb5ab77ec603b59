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
    by which Fargate pods too resolve names, is ready only with nodes: they are made in this order. core_dns_on: Fargate
    profiles of which one takes CoreDNS, which then needs no node. What a cluster has of them already, from before EKS Auto
    Mode was turned on, EKS takes over with its own settings; a cluster that goes on without this construct keeps them, no
    longer as add-ons.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        cluster: AnyCluster,
        nodes: IConstruct | None,
        core_dns_on: FargateProfiles | None = None,
    ) -> None:
        super().__init__(scope, id_)
        before = [_addon(self, cluster, name) for name in _BEFORE_NODES]
        core_dns = _core_dns(self, cluster, core_dns_on)
        if nodes:
            nodes.node.add_dependency(*before)
        if nodes and core_dns_on is None:
            core_dns.node.add_dependency(nodes)


class CoreDnsOnFargate(Construct):
    """CoreDNS as an EKS add-on that runs on Fargate, for a cluster without EKS Auto Mode.

    EKS makes such a cluster with CoreDNS for EC2 nodes; the add-on takes it over. core_dns_on: Fargate profiles of which
    one takes CoreDNS.
    """

    def __init__(self, scope: Construct, id_: str, *, cluster: AnyCluster, core_dns_on: FargateProfiles) -> None:
        super().__init__(scope, id_)
        _core_dns(self, cluster, core_dns_on)


def _core_dns(scope: Construct, cluster: AnyCluster, on_fargate: FargateProfiles | None) -> eks.CfnAddon:
    addon = _addon(scope, cluster, _CORE_DNS, None if on_fargate is None else _ON_FARGATE)
    if on_fargate is not None:
        # Pods that are made before their profile stay where they are.
        addon.node.add_dependency(*on_fargate.profiles.values())
    return addon


def _addon(scope: Construct, cluster: AnyCluster, name: str, configuration: str | None = None) -> eks.CfnAddon:
    return eks.CfnAddon(
        scope,
        name,
        cluster_name=cluster.cluster_name,
        addon_name=name,
        configuration_values=configuration,
        resolve_conflicts="OVERWRITE",
        preserve_on_delete=True,
    )
