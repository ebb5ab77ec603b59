"""The add-ons, managed by EKS, that nodes of node groups and Fargate pods need."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from aws_cdk import aws_eks_v2 as eks
from constructs import Construct, IConstruct

from emr_eks_placement.environment.add_ons import AddOn
from emr_eks_placement.infra.cluster import AnyCluster
from emr_eks_placement.infra.fargate import FargateProfiles

_BEFORE_NODES: tuple[AddOn, ...] = ("vpc-cni", "kube-proxy")
_CORE_DNS: AddOn = "coredns"
# Without it, the pods of CoreDNS have an annotation that keeps them off Fargate (EKS guide, getting started with AWS Fargate).
_ON_FARGATE = json.dumps({"computeType": "Fargate"})


class NetworkAddons(Construct):
    """VPC CNI, kube-proxy and CoreDNS as EKS add-ons.

    A cluster with EKS Auto Mode is created without them, and nodes of node pools have them built in. Any other cluster
    is created with them, but without updates. As add-ons, EKS manages them with its own settings and reverts changes by
    kubectl. If this construct is removed from a cluster, they remain, but not as add-ons.

    `nodes`, those of node groups, join only after the first two exist, and CoreDNS, which Fargate pods too use to
    resolve names, is ready only with nodes: they are created and updated in this order. VPC CNI uses the rights of the
    node role.

    core_dns_on: Fargate profiles, one of which takes CoreDNS, which then needs no node. versions: of add-ons that do
    not use EKS's default for the cluster's Kubernetes version; an add-on keeps the default of its creation.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        cluster: AnyCluster,
        nodes: IConstruct | None,
        core_dns_on: FargateProfiles | None = None,
        versions: Mapping[AddOn, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(scope, id_)
        self._cluster, self._versions = cluster, versions
        before = [self._addon(name) for name in _BEFORE_NODES]
        core_dns = self._addon(_CORE_DNS, None if core_dns_on is None else _ON_FARGATE)
        if nodes:
            nodes.node.add_dependency(*before)
        if core_dns_on is not None:
            # Pods that are created before their profile stay where they are.
            core_dns.node.add_dependency(*core_dns_on.profiles.values())
        elif nodes:
            core_dns.node.add_dependency(nodes)

    def _addon(self, name: AddOn, configuration: str | None = None) -> eks.CfnAddon:
        return eks.CfnAddon(
            self,
            name,
            cluster_name=self._cluster.cluster_name,
            addon_name=name,
            addon_version=self._versions.get(name),
            configuration_values=configuration,
            resolve_conflicts="OVERWRITE",
            preserve_on_delete=True,
        )
