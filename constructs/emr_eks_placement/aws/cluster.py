"""Reads the capacity of a live EKS cluster and its virtual clusters. All calls are read-only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import boto3

from emr_eks_placement.aws.ec2 import (
    AUTO_MODE_NODES,
    Instance,
    has_auto_mode,
    read_instances,
    subnets_of_ids,
    subnets_where,
)
from emr_eks_placement.aws.eks import existing_cluster, fargate_profiles, shown_names
from emr_eks_placement.aws.errors import aws_errors
from emr_eks_placement.aws.kubernetes_objects import KubernetesObjects, read_kubernetes_objects
from emr_eks_placement.aws.node_groups import describe_node_groups, node_groups
from emr_eks_placement.aws.session import client
from emr_eks_placement.aws.virtual_clusters import running_namespaces
from emr_eks_placement.kubernetes_objects.node_pools import named_beside
from emr_eks_placement.scheduling.capacity import Capacity, FargateProfileCapacity, PodSelector

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client
    from types_boto3_eks import EKSClient
    from types_boto3_eks.type_defs import ClusterTypeDef, FargateProfileTypeDef

_NO_PODS = ("CREATE_FAILED", "DELETING")


def read_cluster(session: boto3.Session, cluster: str, *, kubernetes: bool = True) -> Capacity:
    """Returns the capacity of the cluster of that name in the session's region.

    Node groups and Fargate profiles are named by `shown_names`, node pools by their names in Kubernetes. namespaces:
    those of the running virtual clusters, by id and by name, without names that several of them have; namespace_rules:
    the rules of these namespaces; zones: those of all subnets of the cluster, its groups, pools and profiles.

    IAM actions: eks:DescribeCluster, ListNodegroups, DescribeNodegroup, ListFargateProfiles, DescribeFargateProfile,
    ListPodIdentityAssociations, DescribePodIdentityAssociation, and ListClusters if the cluster does not exist;
    ec2:DescribeSubnets, DescribeLaunchTemplateVersions, DescribeInstanceTypes, DescribeInstances;
    emr-containers:ListVirtualClusters. Raises InputError with one finding if a call fails.

    With kubernetes (default), also reads the Kubernetes API: NodePools and NodeClasses, and each namespace with its
    ResourceQuotas and LimitRanges. not_read lists what it could not read; node pools that it could not read are in
    other_nodes.
    """
    with aws_errors(f"EKS cluster {cluster}"):
        eks: EKSClient = client(session, "eks")
        described = existing_cluster(eks, cluster)
        ec2: EC2Client = client(session, "ec2")
        network = described["resourcesVpcConfig"]
        own_subnets = network.get("subnetIds", [])
        groups = describe_node_groups(eks, cluster)
        profiles = [one for one in fargate_profiles(eks, cluster).values() if one and one["status"] not in _NO_PODS]
        subnets = {subnet for part in (*groups, *profiles) for subnet in part.get("subnets", [])}
        described_subnets = subnets_of_ids(ec2, subnets.union(own_subnets))
        zones = {subnet["SubnetId"]: subnet["AvailabilityZone"] for subnet in described_subnets}
        zone_ids = {
            one["AvailabilityZone"]: one["AvailabilityZoneId"]
            for one in described_subnets
            if "AvailabilityZoneId" in one
        }
        namespaces = running_namespaces(client(session, "emr-containers"), cluster)
        objects = KubernetesObjects()
        if kubernetes:
            own_zones = tuple(sorted({zones[subnet] for subnet in own_subnets}))
            objects = read_kubernetes_objects(
                session, described, namespaces.values(), own_zones, lambda: _zones_in_vpc(ec2, network.get("vpcId", ""))
            )
        pools = {name: replace(pool, zone_ids=zone_ids) for name, pool in (objects.node_pools or {}).items()}
        instances = read_instances(ec2, cluster)
        by_name = node_groups(ec2, groups, zones, zone_ids, instances)
        return Capacity(
            region=session.region_name,
            zones=tuple(sorted({*zones.values(), *(zone for pool in pools.values() for zone in pool.zones)})),
            kubernetes_version=described["version"],
            node_groups=by_name,
            node_pools=named_beside(by_name, pools),
            fargate_profiles=_fargate_profiles(profiles, zones),
            namespaces=namespaces,
            namespace_rules=objects.namespace_rules,
            pod_identity_roles=_pod_identity_roles(eks, cluster),
            other_nodes="; ".join(dict.fromkeys(_other_nodes(described, objects, instances))),
            not_read=tuple(objects.not_read),
        )


def _other_nodes(
    described: "ClusterTypeDef", objects: KubernetesObjects, instances: Sequence[Instance]
) -> Iterator[str]:
    """Yields the sources of nodes other than groups and known pools. Karpenter is found by its NodePools or its
    instances."""
    if objects.node_pools is None and has_auto_mode(described):
        yield f"{AUTO_MODE_NODES}, by node pools that were not read"
    yield from objects.other_nodes
    yield from sorted({one.other_nodes for one in instances if one.other_nodes})


def _zones_in_vpc(ec2: "EC2Client", vpc: str) -> dict[str, str]:
    """Returns the zones by subnet. A subnet that no longer exists is no error here."""
    return {subnet["SubnetId"]: subnet["AvailabilityZone"] for subnet in subnets_where(ec2, "vpc-id", [vpc])}


def _fargate_profiles(
    profiles: "Sequence[FargateProfileTypeDef]", zones: Mapping[str, str]
) -> dict[str, FargateProfileCapacity]:
    shown = shown_names({one["fargateProfileName"]: one.get("tags") or {} for one in profiles})
    return {shown[one["fargateProfileName"]]: _fargate_profile(one, zones) for one in profiles}


def _fargate_profile(profile: "FargateProfileTypeDef", zones: Mapping[str, str]) -> FargateProfileCapacity:
    return FargateProfileCapacity(
        selectors=tuple(
            PodSelector(selector["namespace"], dict(selector.get("labels") or {})) for selector in profile["selectors"]
        ),
        zones=tuple(sorted({zones[subnet] for subnet in profile["subnets"]})),
        deployed_name=profile["fargateProfileName"],
    )


def _pod_identity_roles(eks: "EKSClient", cluster: str) -> frozenset[str]:
    pages = eks.get_paginator("list_pod_identity_associations").paginate(clusterName=cluster)
    arns = [
        eks.describe_pod_identity_association(clusterName=cluster, associationId=one["associationId"])["association"][
            "roleArn"
        ]
        for page in pages
        for one in page["associations"]
    ]
    return frozenset(arn.rsplit("/", 1)[-1] for arn in arns)
