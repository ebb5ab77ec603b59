"""Reads what decides placement from a live EKS cluster: node groups and Fargate profiles. Read-only calls."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from emr_eks_placement.environment import FargateProfile, FargateSelector, NodeGroup, Taint

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client
    from types_boto3_eks import EKSClient
    from types_boto3_eks.type_defs import FargateProfileTypeDef, NodegroupTypeDef

_TAINT_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "PREFER_NO_SCHEDULE": "PreferNoSchedule", "NO_EXECUTE": "NoExecute"}


@dataclass(frozen=True)
class ClusterCapacity:
    """The node groups and Fargate profiles of a cluster by their EKS names, zones always named; `region` of it."""

    region: str
    node_groups: dict[str, NodeGroup]
    fargate_profiles: dict[str, FargateProfile]

    def profiles(self) -> dict[str, FargateProfile]:
        """Every Fargate profile by name."""
        return self.fargate_profiles

    @property
    def zones(self) -> tuple[str, ...]:
        """Every zone that a node group or profile has a subnet in."""
        groups = (group.zones for group in self.node_groups.values())
        profiles = (profile.zones for profile in self.fargate_profiles.values())
        return tuple(sorted({zone for zones in (*groups, *profiles) for zone in zones}))


def read_cluster(session: boto3.Session, cluster: str) -> ClusterCapacity:
    """The capacity of the cluster of that name. Raises botocore's ClientError and BotoCoreError as they come."""
    eks: EKSClient = session.client("eks")
    ec2: EC2Client = session.client("ec2")
    group_pages = eks.get_paginator("list_nodegroups").paginate(clusterName=cluster)
    groups = [
        eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
        for page in group_pages
        for name in page["nodegroups"]
    ]
    profile_pages = eks.get_paginator("list_fargate_profiles").paginate(clusterName=cluster)
    profiles = [
        eks.describe_fargate_profile(clusterName=cluster, fargateProfileName=name)["fargateProfile"]
        for page in profile_pages
        for name in page["fargateProfileNames"]
    ]
    zones = _zones_of_subnets(ec2, {subnet for part in (*groups, *profiles) for subnet in part.get("subnets", [])})
    return ClusterCapacity(
        session.region_name,
        {group["nodegroupName"]: _node_group(group, zones) for group in groups},
        {profile["fargateProfileName"]: _fargate_profile(profile, zones) for profile in profiles},
    )


def _zones_of_subnets(ec2: "EC2Client", subnets: set[str]) -> dict[str, str]:
    if not subnets:
        return {}
    pages = ec2.get_paginator("describe_subnets").paginate(SubnetIds=sorted(subnets))
    return {subnet["SubnetId"]: subnet["AvailabilityZone"] for page in pages for subnet in page["Subnets"]}


def _zones(subnets: list[str], zones: dict[str, str]) -> tuple[str, ...]:
    return tuple(sorted({zones[subnet] for subnet in subnets}))


def _node_group(group: "NodegroupTypeDef", zones: dict[str, str]) -> NodeGroup:
    scaling = group["scalingConfig"]
    return NodeGroup(
        instance_types=tuple(group["instanceTypes"]),
        capacity_type="spot" if group.get("capacityType") == "SPOT" else "on-demand",
        min_size=scaling["minSize"],
        max_size=scaling["maxSize"],
        desired_size=scaling["desiredSize"],
        labels=dict(group.get("labels") or {}),
        taints=tuple(
            Taint.model_validate(
                {"key": taint["key"], "value": taint.get("value", ""), "effect": _TAINT_EFFECTS[taint["effect"]]}
            )
            for taint in group.get("taints") or []
        ),
        zones=_zones(group["subnets"], zones),
    )


def _fargate_profile(profile: "FargateProfileTypeDef", zones: dict[str, str]) -> FargateProfile:
    return FargateProfile(
        selectors=tuple(
            FargateSelector(namespace=selector["namespace"], labels=dict(selector.get("labels") or {}))
            for selector in profile["selectors"]
        ),
        zones=_zones(profile["subnets"], zones),
    )
