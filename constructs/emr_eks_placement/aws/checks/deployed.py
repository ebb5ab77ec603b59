"""A deployed environment as its checks see it."""

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
from emr_eks_placement.definition import DeployedVirtualCluster
from emr_eks_placement.emr.request_check import check_request
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.definition_stacks import stack_parts
from emr_eks_placement.scheduling.capacity import Capacity

if TYPE_CHECKING:
    from types_boto3_eks import EKSClient
    from types_boto3_eks.type_defs import ClusterTypeDef, FargateProfileTypeDef, NodegroupTypeDef


@dataclass(frozen=True)
class DeployedEnvironment:
    """A deployed environment as the checks see it; what several of them need is read once.

    Each member raises botocore's errors as they come, and InputError where what it takes is not deployed.
    """

    session: boto3.Session
    environment: Environment

    @cached_property
    def stacks(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """As `read_stacks` gives them."""
        return read_stacks(self.session, self.environment.name, stack_parts(self.environment))

    def own(self, resource_type: str) -> list[str]:
        """The physical ids of the environment's own resources of a type."""
        return [one for stack in self.stacks.values() for one in stack.get(resource_type, ())]

    @cached_property
    def cluster(self) -> str:
        """The name of the EKS cluster, created or given."""
        names = [self.environment.cluster.name] if self.environment.cluster.name else self.own("AWS::EKS::Cluster")
        if not names:
            stack = f"stack {self.environment.name}-platform"
            raise refused(stack, None, "it has no EKS cluster", "Deploy the environment")
        return names[0]

    @cached_property
    def eks(self) -> "EKSClient":
        """Of the session."""
        return cast("EKSClient", client(self.session, "eks"))

    @cached_property
    def found(self) -> "ClusterTypeDef | None":
        """The cluster as EKS describes it; None: gone."""
        return find_cluster(self.eks, self.cluster)

    @cached_property
    def described(self) -> "ClusterTypeDef":
        """As `found`; InputError where it is gone."""
        if (found := self.found) is None:
            rule = f"{self.environment.region} has no EKS cluster of this name"
            raise refused(f"EKS cluster {self.cluster}", None, rule, "Deploy the environment")
        return found

    @cached_property
    def node_groups(self) -> dict[str, "NodegroupTypeDef | None"]:
        """The environment's own by EKS's names; None: gone."""
        return node_groups(self.eks, self.cluster, read.own_names(self.own("AWS::EKS::Nodegroup")))

    @cached_property
    def fargate_profiles(self) -> dict[str, "FargateProfileTypeDef | None"]:
        """The environment's own by EKS's names; None: gone."""
        names = read.own_names(self.own("AWS::EKS::FargateProfile"))
        return fargate_profiles(self.eks, self.cluster, names)

    @cached_property
    def live(self) -> Capacity:
        """What the cluster has for pods."""
        return read_cluster(self.session, self.cluster)

    @cached_property
    def virtual_clusters(self) -> Mapping[str, DeployedVirtualCluster]:
        """By their names in the file."""
        return read_deployed_virtual_clusters(self.session, self.environment)

    @cached_property
    def bucket(self) -> str:
        """The one of all virtual clusters, of which there is at least one."""
        return next(one.bucket for one in self.virtual_clusters.values())

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """The data of the deployed definitions by their SSM parameters."""
        return read.parameters(self.session, definitions_folder(self.environment.name))

    @cached_property
    def requests(self) -> Mapping[str, Mapping[str, Any]]:
        """The deployed definitions that are StartJobRun requests, by `JOB/PLACEMENT`."""
        found = {}
        for name, data in self.parameters.items():
            try:
                found["/".join(name.split("/")[-2:])] = check_request(data)
            except RuleError:  # the check of definitions tells
                continue
        return found

    @property
    def partition(self) -> str:
        """As in ARNs."""
        return self.session.get_partition_for_region(self.environment.region)

    @cached_property
    def account(self) -> str:
        """The number of the account that the cluster is in."""
        return str(self.described["arn"].split(":")[4])

    @cached_property
    def account_of_roles(self) -> Account:
        """Where the execution roles' jobs work."""
        return Account(
            partition=self.partition,
            region=self.environment.region,
            number=self.account,
            bucket=self.bucket,
            key_arn=read.bucket_key(self.session, self.bucket),
        )

    @cached_property
    def provider_arn(self) -> str:
        """Of the IAM OIDC provider that the cluster's issuer is to have."""
        issuer = self.described.get("identity", {}).get("oidc", {}).get("issuer", "").removeprefix("https://")
        return f"arn:{self.partition}:iam::{self.account}:oidc-provider/{issuer}"
