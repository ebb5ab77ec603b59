"""The EKS clusters of an assembly, and the cluster that each resource belongs to."""

from dataclasses import dataclass
from functools import cached_property

from emr_eks_placement.assembly.cloud_assembly import Resource, Stack
from emr_eks_placement.assembly.names import names_of
from emr_eks_placement.assembly.network import Subnet, region_of, subnets_of
from emr_eks_placement.assembly.values import Reference, Resolver
from emr_eks_placement.common.document_field import Field

CLUSTER_KINDS = ("AWS::EKS::Cluster", "Custom::AWSCDK-EKS-Cluster")
# The assumed Kubernetes version of a cluster whose version is not in the assembly.
_DEFAULT_VERSION = "1.35"
AUTO_MODE_NODES = "EKS Auto Mode also creates nodes"


@dataclass(frozen=True)
class ImportedCluster:
    """A cluster that the app refers to by name. Another app owns it, and maybe some of its nodes."""

    name: str
    account: str | None
    region: str


ClusterKey = Resource | ImportedCluster


@dataclass(frozen=True)
class Cluster:
    """A cluster. names: possible names, the shortest first; other_nodes: as in Capacity.

    auto_mode: whether node pools of EKS Auto Mode can create nodes in it; EKS's own node pools count as other nodes.
    """

    names: list[str]
    region: str
    version: str
    subnets: list[Subnet]
    other_nodes: str
    auto_mode: bool = False


class Clusters:
    """The clusters of an assembly. Raises RuleError for a malformed value or one known only at deployment."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def read(self, key: ClusterKey) -> Cluster:
        """Returns the cluster as the assembly describes it."""
        if isinstance(key, ImportedCluster):
            longer = [f"{key.region}/{key.name}", f"{key.account}/{key.region}/{key.name}"]
            other = "the cluster is not part of this assembly and may have other nodes"
            return Cluster([key.name, *longer], key.region, _DEFAULT_VERSION, [], other)
        properties = settings_of(key, self._resolver)
        network = properties.either("ResourcesVpcConfig", "resourcesVpcConfig")
        compute = properties["ComputeConfig"]
        auto_mode = compute["Enabled"].is_true()
        return Cluster(
            names=names_of(key, properties.either("Name", "name").known_text()),
            region=region_of(key.stack),
            version=properties.either("Version", "version").text(_DEFAULT_VERSION),
            subnets=subnets_of(network.either("SubnetIds", "subnetIds"), self._resolver),
            other_nodes=AUTO_MODE_NODES if auto_mode and compute["NodePools"].value else "",
            auto_mode=auto_mode,
        )

    def of(self, name: Field, stack: Stack) -> ClusterKey:
        """Returns the cluster that a resource of the stack refers to, by reference or by name."""
        if isinstance(name.value, Reference) and name.value.resource.kind in CLUSTER_KINDS:
            return name.value.resource
        text = name.text()
        named = [one for known, one in self._named if known == text and one.stack.shares_environment(stack)]
        nearest = sorted(named, key=lambda one: one.stack.folder != stack.folder)
        return nearest[0] if nearest else ImportedCluster(text, stack.account, region_of(stack))

    @cached_property
    def _named(self) -> list[tuple[str | None, Resource]]:
        found = self._resolver.resources(*CLUSTER_KINDS)
        return [(settings_of(one, self._resolver).either("Name", "name").known_text(), one) for one in found]


def settings_of(resource: Resource, resolver: Resolver) -> Field:
    """Returns the resolved properties that describe an EKS resource, which the CDK's custom resources keep in Config."""
    properties = resolver.properties(resource)
    return properties["Config"] if resource.kind.startswith("Custom::AWSCDK-") else properties
