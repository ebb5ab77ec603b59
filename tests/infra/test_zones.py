"""Zones that a construct is given, on a cluster in a VPC of one's own."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk.assertions import Template

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.environment import FargateProfile, FargateSelector, NodeGroup
from emr_eks_placement.infra import FargateProfiles, NodeGroups
from emr_eks_placement.infra.network import private_subnets


def on_a_cluster_of_ones_own(zones: tuple[str, ...], profile_zone: str, kind: str) -> Template:
    """A construct that is asked for a zone, on a cluster in a VPC of these zones; () for zones that only AWS knows."""
    stack = cdk.Stack(cdk.App(), "Spark", env=cdk.Environment(region="us-east-1") if zones else None)
    vpc = ec2.Vpc(stack, "Vpc", availability_zones=list(zones) or None)
    cluster = eks.Cluster(stack, "Cluster", version=eks.KubernetesVersion.V1_35, vpc=vpc,
                          default_capacity_type=eks.DefaultCapacityType.NODEGROUP, default_capacity=0)  # fmt: skip
    if kind == "Fargate profile":
        selectors = (FargateSelector(namespace="jobs", labels={"a": "b"}),)
        FargateProfiles(
            stack, "F", cluster=cluster, profiles={"one": FargateProfile(selectors=selectors, zones=(profile_zone,))}
        )
    else:
        NodeGroups(
            stack, "N", cluster=cluster, groups={"one": NodeGroup(instance_types=("m6i.large",), zones=(profile_zone,))}
        )
    return Template.from_stack(stack)


@pytest.mark.parametrize("kind", ["Fargate profile", "node group"])
def test_a_zone_without_a_subnet_of_the_vpc_is_refused_with_the_zones_it_has(kind: str) -> None:
    with pytest.raises(RuleError, match="private subnets in us-east-1a, us-east-1b, none in this one"):
        on_a_cluster_of_ones_own(("us-east-1a", "us-east-1b"), "us-east-1c", kind)
    with pytest.raises(RuleError, match="private subnets in unknown"):
        on_a_cluster_of_ones_own((), "us-east-1a", kind)
    made = on_a_cluster_of_ones_own(("us-east-1a", "us-east-1b"), "us-east-1b", kind)
    resource = {"Fargate profile": "AWS::EKS::FargateProfile", "node group": "AWS::EKS::Nodegroup"}[kind]
    (properties,) = (each["Properties"] for each in made.find_resources(resource).values())
    assert len(properties["Subnets"]) == 1


def test_a_vpc_that_is_still_to_be_looked_up_is_not_refused_for_its_zones() -> None:
    """The CDK synthesizes once to learn what to look up, then again."""
    stack = cdk.Stack(cdk.App(), "Spark", env=cdk.Environment(account="111122223333", region="us-east-1"))
    vpc = ec2.Vpc.from_lookup(stack, "Vpc", vpc_id="vpc-0123456789abcdef0")
    assert private_subnets(vpc, ("us-east-1a",)).subnet_ids == ["p-12345", "p-67890"], "the CDK's own placeholders"
