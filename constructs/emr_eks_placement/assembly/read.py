"""Reads the capacity of each EKS cluster from a cloud assembly."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from emr_eks_placement.assembly.cloud_assembly import Resource, Stack, load_stacks
from emr_eks_placement.assembly.clusters import (
    AUTO_MODE_NODES,
    CLUSTER_KINDS,
    Cluster,
    ClusterKey,
    Clusters,
    settings_of,
)
from emr_eks_placement.assembly.fargate_profiles import read_fargate_profile
from emr_eks_placement.assembly.manifests import CHART_KIND, MANIFEST_KIND, objects_of
from emr_eks_placement.assembly.names import distinct_names, names_of, role_name
from emr_eks_placement.assembly.network import zones_of, zones_of_class
from emr_eks_placement.assembly.node_groups import KARPENTER_NODES, OTHER_NODE_KINDS, other_nodes, read_node_group
from emr_eks_placement.assembly.values import Resolver
from emr_eks_placement.common.document_field import Field, Unresolved
from emr_eks_placement.common.errors import Finding, InputError, placed_at, refused
from emr_eks_placement.facts.emr import CUSTOM_VIRTUAL_CLUSTER, VIRTUAL_CLUSTER
from emr_eks_placement.kubernetes_objects.namespaces import rules_of
from emr_eks_placement.kubernetes_objects.node_pools import (
    class_name_of,
    is_karpenter_pool,
    is_node_class,
    is_node_pool,
    named_beside,
    read_node_pool,
)
from emr_eks_placement.kubernetes_objects.policies import policy_chart, policy_of
from emr_eks_placement.scheduling.capacity import Capacity, FargateProfileCapacity, NodeGroupCapacity, NodePoolCapacity
from emr_eks_placement.scheduling.namespace_rules import NO_RULES, NamespaceRules

Part = TypeVar("Part")


def read_assembly(folder: Path) -> dict[str, Capacity]:
    """Returns what a synthesized CDK app deploys, for each EKS cluster. folder: the cloud assembly, usually cdk.out.

    Clusters, node groups and Fargate profiles have their names in EKS if the app sets them, and node pools their names
    in Kubernetes. All others, and all virtual clusters, have the last component of their construct path, with more of
    the path where two names would be the same. A cluster of another app is listed by its name, with what this app adds
    to it.

    Parameters are assumed to have their defaults, and zones to be named a, b and so on. Raises InputError, with a
    finding for each unusable resource, if the folder is no assembly, if the assembly is malformed, and if a region or a
    needed value is known only at deployment.
    """
    return {name: one.capacity for name, one in read_clusters(load_stacks(folder), folder).items()}


@dataclass(frozen=True)
class ReadCluster:
    """What a cluster has for pods, and the resources that give it, by their names in the capacity."""

    capacity: Capacity
    virtual_clusters: Mapping[str, Resource]
    node_groups: Mapping[str, Resource]
    fargate_profiles: Mapping[str, Resource]


def read_clusters(stacks: Sequence[Stack], folder: Path) -> dict[str, ReadCluster]:
    """As `read_assembly`, of the stacks of an assembly in that folder."""
    try:
        return _Reader(Resolver(stacks)).read()
    except RecursionError:
        raise refused(
            str(folder), None, "its values are nested too deeply to be read", "Synthesize the app again: cdk synth"
        ) from None


@dataclass
class _Parts:
    """The parts of one cluster."""

    cluster: Cluster
    node_groups: dict[Resource, NodeGroupCapacity] = field(default_factory=dict)
    node_pools: dict[str, NodePoolCapacity] = field(default_factory=dict)
    fargate_profiles: dict[Resource, FargateProfileCapacity] = field(default_factory=dict)
    namespaces: dict[Resource, str] = field(default_factory=dict)
    namespace_rules: dict[str, NamespaceRules] = field(default_factory=dict)
    roles: set[str] = field(default_factory=set)
    other_nodes: list[str] = field(default_factory=list)
    not_read: list[str] = field(default_factory=list)

    def read(self) -> ReadCluster:
        """Returns the cluster, with a name for each part."""
        cluster, groups, profiles = self.cluster, self.node_groups, self.fargate_profiles
        zones = [
            *zones_of(cluster.subnets),
            *(zone for group in groups.values() for zone in group.zones),
            *(zone for pool in self.node_pools.values() for zone in pool.zones),
            *(zone for profile in profiles.values() for zone in profile.zones),
        ]
        group_names = _names(groups, lambda group: group.deployed_name)
        profile_names = _names(profiles, lambda profile: profile.deployed_name)
        namespace_names = _names(self.namespaces, lambda _: None)
        named = _named(groups, group_names)
        others = [cluster.other_nodes, *self.other_nodes]
        if cluster.auto_mode and not self.node_pools:
            others.append(AUTO_MODE_NODES)
        capacity = Capacity(
            region=cluster.region,
            zones=tuple(dict.fromkeys(zones)),
            kubernetes_version=cluster.version,
            node_groups=named,
            node_pools=named_beside(named, self.node_pools),
            fargate_profiles=_named(profiles, profile_names),
            namespaces=_named(self.namespaces, namespace_names),
            namespace_rules=self.namespace_rules,
            pod_identity_roles=frozenset(self.roles),
            other_nodes="; ".join(dict.fromkeys(one for one in others if one)),
            not_read=tuple(dict.fromkeys(self.not_read)),
        )
        named_resources = (
            {name: one for one, name in names.items()} for names in (namespace_names, group_names, profile_names)
        )
        return ReadCluster(capacity, *named_resources)


def _names(parts: Mapping[Resource, Part], physical_name: Callable[[Part], str | None]) -> dict[Resource, str]:
    return distinct_names({resource: names_of(resource, physical_name(part)) for resource, part in parts.items()})


def _named(parts: Mapping[Resource, Part], names: Mapping[Resource, str]) -> dict[str, Part]:
    return {names[resource]: part for resource, part in parts.items()}


class _Reader:
    """Groups the resources of an assembly by cluster."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._clusters = Clusters(resolver)
        self._parts: dict[ClusterKey, _Parts] = {}
        self._read_by_kind: dict[str, Callable[[Resource], None]] = {
            **dict.fromkeys(CLUSTER_KINDS, self._add_cluster),
            "AWS::EKS::Nodegroup": self._add_node_group,
            "AWS::EKS::FargateProfile": self._add_fargate_profile,
            "Custom::AWSCDK-EKS-FargateProfile": self._add_fargate_profile,
            **dict.fromkeys((VIRTUAL_CLUSTER, CUSTOM_VIRTUAL_CLUSTER), self._add_virtual_cluster),
            "AWS::EKS::PodIdentityAssociation": self._add_role,
            MANIFEST_KIND: self._add_manifest,
        }

    def read(self) -> dict[str, ReadCluster]:
        """Returns each cluster. Raises InputError with the findings of all resources."""
        findings = list(self._findings())
        if findings:  # without duplicates: an error of a cluster appears again with each of its parts
            raise InputError([found for number, found in enumerate(findings) if found not in findings[:number]])
        names = distinct_names({key: parts.cluster.names for key, parts in self._parts.items()})
        return {names[key]: parts.read() for key, parts in self._parts.items()}

    def _findings(self) -> Iterator[Finding]:
        others = [(kind, self._add_other_nodes) for kind in OTHER_NODE_KINDS]
        for kind, add in (*self._read_by_kind.items(), *others, (CHART_KIND, self._add_policies)):
            for resource in self._resolver.resources(kind):
                try:
                    with placed_at(str(resource.stack.file)):
                        add(resource)
                except InputError as error:
                    yield from error.findings

    def _add_cluster(self, resource: Resource) -> None:
        _check_unconditional(resource)
        self._parts_of(resource)

    def _add_node_group(self, resource: Resource) -> None:
        group = self._settings(resource)
        parts = self._parts_of(self._clusters.of(group["ClusterName"], resource.stack))
        parts.node_groups[resource] = read_node_group(resource, group, self._resolver)

    def _add_fargate_profile(self, resource: Resource) -> None:
        profile = self._settings(resource)
        parts = self._parts_of(self._clusters.of(profile.either("ClusterName", "clusterName"), resource.stack))
        parts.fargate_profiles[resource] = read_fargate_profile(profile, parts.cluster, self._resolver)

    def _add_virtual_cluster(self, resource: Resource) -> None:
        provider = self._settings(resource)["ContainerProvider"]
        parts = self._parts_of(self._clusters.of(provider["Id"], resource.stack))
        parts.namespaces[resource] = provider["Info"]["EksInfo"]["Namespace"].text()

    def _add_role(self, resource: Resource) -> None:
        association = self._settings(resource)
        parts = self._parts_of(self._clusters.of(association["ClusterName"], resource.stack))
        parts.roles.add(role_name(association["RoleArn"], self._resolver))

    def _add_manifest(self, resource: Resource) -> None:
        self._add_node_pools(resource)
        objects = list(objects_of(resource, self._resolver))
        if not objects and isinstance(self._resolver.properties(resource)["Manifest"].value, Unresolved):
            unread = f"the Kubernetes manifest {resource.logical_id} was not read: its text is known only at deployment"
            self._parts_of(self._cluster_of_manifest(resource)).not_read.append(unread)
        for one in objects:
            found = policy_of(one) or rules_of(one)
            if found is None:
                continue
            parts = self._parts_of(self._cluster_of_manifest(resource))
            if isinstance(found, str):
                parts.not_read.append(found)
                continue
            _check_unconditional(resource)
            namespace, rules = found
            parts.namespace_rules[namespace] = parts.namespace_rules.get(namespace, NO_RULES) & rules

    def _add_node_pools(self, resource: Resource) -> None:
        if any(map(is_karpenter_pool, objects_of(resource, self._resolver))):
            self._parts_of(self._cluster_of_manifest(resource)).other_nodes.append(KARPENTER_NODES)
        for pool in filter(is_node_pool, objects_of(resource, self._resolver)):
            _check_unconditional(resource)
            key = self._cluster_of_manifest(resource)
            parts, node_class = self._parts_of(key), self._node_classes.get((key, class_name_of(pool)))
            read = read_node_pool(pool, node_class, zones_of_class(node_class, parts.cluster.subnets, self._resolver))
            if isinstance(read, str):
                parts.other_nodes.append(read)
            else:
                parts.node_pools[read.name] = read

    @cached_property
    def _node_classes(self) -> dict[tuple[ClusterKey, str], Field]:
        """Returns the node classes by cluster and name."""
        return {
            (self._cluster_of_manifest(resource), one["metadata"]["name"].text()): one
            for resource in self._resolver.resources(MANIFEST_KIND)
            for one in filter(is_node_class, objects_of(resource, self._resolver))
        }

    def _cluster_of_manifest(self, resource: Resource) -> ClusterKey:
        return self._clusters.of(self._resolver.properties(resource)["ClusterName"], resource.stack)

    def _add_other_nodes(self, resource: Resource) -> None:
        for what, cluster in other_nodes(resource, self._resolver):
            self._parts_of(self._clusters.of(cluster, resource.stack)).other_nodes.append(what)

    def _add_policies(self, resource: Resource) -> None:
        chart = self._resolver.properties(resource)
        for policy in {policy_chart(chart[key].known_text()) for key in ("Chart", "Repository")}:
            if policy is not None:
                self._parts_of(self._clusters.of(chart["ClusterName"], resource.stack)).not_read.append(policy)

    def _settings(self, resource: Resource) -> Field:
        _check_unconditional(resource)
        return settings_of(resource, self._resolver)

    def _parts_of(self, key: ClusterKey) -> _Parts:
        if key not in self._parts:
            if isinstance(key, Resource):
                with placed_at(str(key.stack.file)):
                    self._parts[key] = _Parts(self._clusters.read(key))
            else:
                self._parts[key] = _Parts(self._clusters.read(key))
        return self._parts[key]


def _check_unconditional(resource: Resource) -> None:
    """Raises an error for a resource that is created on a condition: RuleError, or InputError in a nested stack."""
    if resource.stack.parent is not None:
        with placed_at(str(resource.stack.parent.stack.file)):
            _check_unconditional(resource.stack.parent)
    if resource.condition.value is not None:
        raise resource.condition.refused(
            "whether this resource is deployed, which decides placement, is known only at deployment",
            "Decide it in the app: create the construct or don't, without a CfnCondition",
        )
