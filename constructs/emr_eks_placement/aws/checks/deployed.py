"""A deployed environment, as its checks read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import boto3

from emr_eks_placement.aws.checks import read_deployment as read
from emr_eks_placement.aws.cluster import read_cluster
from emr_eks_placement.aws.definitions import read_deployed_virtual_clusters
from emr_eks_placement.aws.eks import fargate_profiles, find_cluster, node_groups
from emr_eks_placement.aws.session import client
from emr_eks_placement.aws.stacks import read_stacks
from emr_eks_placement.checks.deployment.requirements import Account
from emr_eks_placement.common.errors import RuleError, refused
from emr_eks_placement.common.names import definitions_folder
from emr_eks_placement.definition import CheckedEnvironment, DeployedVirtualCluster
from emr_eks_placement.emr.request_check import check_request
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.definition_stacks import stack_parts
from emr_eks_placement.scheduling.capacity import Capacity

if TYPE_CHECKING:
    from types_boto3_eks import EKSClient
    from types_boto3_eks.type_defs import ClusterTypeDef, FargateProfileTypeDef, NodegroupTypeDef


@dataclass(frozen=True)
class DeployedEnvironment:
    """A deployed environment. Values that several checks need are read once.

    The members raise botocore's errors unchanged, and InputError if something that they need is not deployed.
    """

    session: boto3.Session
    checked: CheckedEnvironment

    @property
    def environment(self) -> Environment:
        """Returns the environment of the file."""
        return self.checked.environment

    @cached_property
    def stacks(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """The stacks, as `read_stacks` returns them."""
        return read_stacks(self.session, self.environment.name, stack_parts(self.environment))

    def own(self, resource_type: str) -> list[str]:
        """Returns the physical ids of the environment's own resources of a type."""
        return [one for stack in self.stacks.values() for one in stack.get(resource_type, ())]

    @cached_property
    def cluster(self) -> str:
        """The name of the EKS cluster, created or existing."""
        names = [self.environment.cluster.name] if self.environment.cluster.name else self.own("AWS::EKS::Cluster")
        if not names:
            stack = f"stack {self.environment.name}-platform"
            raise refused(stack, None, "it has no EKS cluster", "Deploy the environment")
        return names[0]

    @cached_property
    def eks(self) -> "EKSClient":
        """The EKS client of the session."""
        return cast("EKSClient", client(self.session, "eks"))

    @cached_property
    def found(self) -> "ClusterTypeDef | None":
        """The cluster as EKS describes it; None if it was deleted."""
        return find_cluster(self.eks, self.cluster)

    @cached_property
    def described(self) -> "ClusterTypeDef":
        """The cluster as EKS describes it. Raises InputError if it was deleted."""
        if (found := self.found) is None:
            rule = f"{self.environment.region} has no EKS cluster of this name"
            raise refused(f"EKS cluster {self.cluster}", None, rule, "Deploy the environment")
        return found

    @cached_property
    def node_groups(self) -> dict[str, "NodegroupTypeDef | None"]:
        """The environment's own node groups by their EKS names; None for a deleted one."""
        return node_groups(self.eks, self.cluster, read.own_names(self.own("AWS::EKS::Nodegroup")))

    @cached_property
    def fargate_profiles(self) -> dict[str, "FargateProfileTypeDef | None"]:
        """The environment's own Fargate profiles by their EKS names; None for a deleted one."""
        names = read.own_names(self.own("AWS::EKS::FargateProfile"))
        return fargate_profiles(self.eks, self.cluster, names)

    @cached_property
    def live(self) -> Capacity:
        """The capacity of the live cluster."""
        return read_cluster(self.session, self.cluster)

    @cached_property
    def virtual_clusters(self) -> Mapping[str, DeployedVirtualCluster]:
        """The deployed virtual clusters by their names in the environment file."""
        return read_deployed_virtual_clusters(self.session, self.environment)

    @cached_property
    def bucket(self) -> str:
        """The name of the bucket, which all virtual clusters share. The environment has at least one virtual cluster."""
        return next(one.bucket for one in self.virtual_clusters.values())

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """The data of the deployed definitions by SSM parameter."""
        return read.parameters(self.session, definitions_folder(self.environment.name))

    @cached_property
    def requests(self) -> Mapping[str, Mapping[str, Any]]:
        """The deployed definitions that are StartJobRun requests, by `JOB/PLACEMENT`."""
        found = {}
        for name, data in self.parameters.items():
            try:
                found["/".join(name.split("/")[-2:])] = check_request(data)
            except RuleError:  # the check of definitions reports it
                continue
        return found

    @property
    def partition(self) -> str:
        """The partition, as in ARNs."""
        return self.session.get_partition_for_region(self.environment.region)

    @cached_property
    def account(self) -> str:
        """The account id of the cluster."""
        return str(self.described["arn"].split(":")[4])

    @cached_property
    def account_of_roles(self) -> Account:
        """The account where the execution roles' jobs run."""
        return Account(
            partition=self.partition,
            region=self.environment.region,
            number=self.account,
            bucket=self.bucket,
            key_arn=read.bucket_key(self.session, self.bucket),
        )

    @cached_property
    def provider_arn(self) -> str:
        """The expected ARN of the IAM OIDC provider for the cluster's issuer."""
        issuer = self.described.get("identity", {}).get("oidc", {}).get("issuer", "").removeprefix("https://")
        return f"arn:{self.partition}:iam::{self.account}:oidc-provider/{issuer}"
