"""The capacity that an environment has after its deployment."""

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.environment.environment import Environment
from emr_eks_placement.environment.fargate import FargateProfile
from emr_eks_placement.environment.namespace_limits import quota_objects
from emr_eks_placement.environment.node_pools import NodePool
from emr_eks_placement.environment.nodes import NodeGroup
from emr_eks_placement.environment.virtual_cluster import VirtualCluster
from emr_eks_placement.kubernetes_objects.namespaces import rules_of
from emr_eks_placement.scheduling.capacity import (
    Capacity,
    FargateProfileCapacity,
    NodeGroupCapacity,
    NodePoolCapacity,
    PodSelector,
)
from emr_eks_placement.scheduling.namespace_rules import NO_RULES, NamespaceRules

_OTHER_NODES = "it is an existing cluster and may have nodes that the environment file does not describe"


def capacity_of(environment: Environment) -> Capacity:
    """Returns the environment's capacity. Its EKS names are not known, because CloudFormation generates them."""
    return Capacity(
        region=environment.region,
        zones=environment.zones,
        kubernetes_version=environment.cluster.version,
        node_groups={name: _node_group(group, environment.zones) for name, group in environment.node_groups.items()},
        node_pools={name: _node_pool(name, pool, environment.zones) for name, pool in environment.node_pools.items()},
        fargate_profiles={name: _profile(one, environment.zones) for name, one in environment.profiles().items()},
        namespaces={name: cluster.namespace for name, cluster in environment.virtual_clusters.items()},
        other_nodes=_OTHER_NODES if environment.cluster.name else "",
        namespace_rules={
            cluster.namespace: rules
            for cluster in environment.virtual_clusters.values()
            if (rules := _namespace_rules(cluster)) != NO_RULES
        },
        fargate_vcpus=environment.fargate_vcpus,
    )


def _namespace_rules(virtual_cluster: VirtualCluster) -> NamespaceRules:
    """Returns the rules of the namespaces; those of a namespace that is not created here are unknown."""
    if virtual_cluster.existing_namespace:
        return NO_RULES
    rules = NamespaceRules(pod_security=virtual_cluster.pod_security)
    for one in quota_objects(virtual_cluster.namespace, virtual_cluster.quota):
        found = rules_of(Field(one))
        rules &= found[1] if isinstance(found, tuple) else NO_RULES
    return rules


def _node_group(group: NodeGroup, zones: tuple[str, ...]) -> NodeGroupCapacity:
    return NodeGroupCapacity(
        machines=group.machines,
        capacity_type=group.capacity_type,
        labels=group.labels,
        taints=group.taints,
        zones=group.zones or zones,
        min_size=group.min_size,
        initial_size=group.initial_size,
        max_size=group.max_size,
        disk_gib=group.disk_gib,
    )


def _node_pool(name: str, pool: NodePool, zones: tuple[str, ...]) -> NodePoolCapacity:
    return NodePoolCapacity(
        name=name,
        machines=pool.machines,
        capacity_types=pool.capacity_types,
        labels=pool.labels,
        taints=pool.taints,
        zones=pool.zones or zones,
        max_vcpus=pool.max_vcpus,
        disk_gib=pool.disk_gib,
    )


def _profile(profile: FargateProfile, zones: tuple[str, ...]) -> FargateProfileCapacity:
    return FargateProfileCapacity(
        selectors=tuple(PodSelector(selector.namespace, selector.labels) for selector in profile.selectors),
        zones=profile.zones or zones,
    )
