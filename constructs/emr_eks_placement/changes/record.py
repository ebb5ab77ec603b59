"""The record in a stack's template of the environment that created it; a later change is compared with it.

Each stack records only what its own resources depend on: CloudFormation stores the metadata of a template only if a
resource changes with it (CloudFormation guide, Metadata). A field that is added later has a default, which is assumed
for earlier deployments.
"""

import hashlib
import json
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from emr_eks_placement.environment import Environment, FargateProfile
from emr_eks_placement.job.placement import CapacityType

METADATA_KEY = "emr-eks-placement"
"""The key in the template's Metadata."""
CREATED_KEY = "created"
_DIGEST = 8


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    def as_metadata(self) -> dict[str, Any]:
        """Returns the record for the template's Metadata, without values that are the default."""
        return self.model_dump(mode="json", exclude_defaults=True)


class NodeGroupRecord(_Record):
    """The record of a node group: values that replace the group, then values that replace its nodes."""

    instance_types: tuple[str, ...]
    """The instance types."""
    capacity_type: CapacityType
    """How EC2 sells the nodes."""
    zones: tuple[str, ...]
    """The zones, by default those of the environment; in an existing VPC, the subnets."""
    disk_gib: int
    """The root volume."""
    release_version: str | None = None
    """The release of the machine image, if the file names one."""


class PlatformRecord(_Record):
    """The record of the platform."""

    zones: tuple[str, ...]
    """The zones, in the order of their subnets."""
    vpc_id: str | None = None
    """The VPC, if it was an existing one."""
    cidr: str | None = None
    """The network of the VPC that was created."""
    cluster: str | None = None
    """The EKS cluster, if it was an existing one."""
    version: str | None = None
    """The Kubernetes version of the cluster that was created."""
    secrets_key: str | None = None
    """The KMS key of Kubernetes secrets: its ARN, or `created`; None for EKS's own key."""
    core_dns: str = "ec2"
    """Where the cluster's CoreDNS runs."""
    upgrade_policy: str | None = None
    """The upgrade policy, if one is set."""
    nodes_version: str | None = None
    """The Kubernetes version of the node groups, also in an existing cluster."""
    tags: str | None = None
    """A digest of the tags, which the nodes have too."""
    node_groups: dict[str, NodeGroupRecord] | None = None
    """The node groups; None if not recorded."""

    @classmethod
    def of(cls, environment: Environment) -> Self:
        """Returns the record of what an environment deploys."""
        network, cluster, encryption = environment.network, environment.cluster, environment.encryption
        is_created = cluster.name is None
        key = encryption.kms_key_arn or (CREATED_KEY if encryption.customer_managed_key else None)
        return cls(
            zones=environment.zones,
            vpc_id=network.vpc_id,
            cidr=None if network.vpc_id else network.cidr,
            cluster=cluster.name,
            version=cluster.version if is_created else None,
            secrets_key=key if is_created else None,
            core_dns=cluster.core_dns,
            upgrade_policy=cluster.upgrade_policy,
            nodes_version=cluster.version,
            tags=_digest(environment.tags),
            node_groups={
                name: NodeGroupRecord(
                    instance_types=group.instance_types,
                    capacity_type=group.capacity_type,
                    zones=tuple(network.subnets.get(zone, zone) for zone in group.zones or environment.zones),
                    disk_gib=group.disk_gib,
                    release_version=group.release_version,
                )
                for name, group in environment.node_groups.items()
            },
        )


class VirtualClustersRecord(_Record):
    """The record of the virtual clusters and the Fargate profiles of jobs."""

    namespaces: dict[str, str] = {}
    """The namespace of each virtual cluster."""
    existing: tuple[str, ...] = ()
    """The virtual clusters with an existing namespace."""
    fargate_profiles: dict[str, str] = {}
    """A digest of each Fargate profile; a different digest replaces the profile."""
    by_handler: bool = False
    """Whether this package's function created the virtual clusters, not CloudFormation."""

    @classmethod
    def of(cls, environment: Environment) -> Self:
        """Returns the record of what an environment deploys."""
        profiles = environment.job_profiles()
        return cls(
            namespaces={name: one.namespace for name, one in environment.virtual_clusters.items()},
            existing=tuple(name for name, one in environment.virtual_clusters.items() if one.existing_namespace),
            fargate_profiles={name: _profile_digest(one, environment.zones) for name, one in profiles.items()},
            by_handler=environment.cluster.emr_enters_by == "handler",
        )


class JobRunsRecord(_Record):
    """The record of the first stack of definitions."""

    definition_stacks: dict[str, int] = {}
    """How many stacks of its own each virtual cluster has, if any."""

    @classmethod
    def of(cls, environment: Environment) -> Self:
        """Returns the record of what an environment deploys."""
        numbers = {name: one.definition_stacks for name, one in environment.virtual_clusters.items()}
        return cls(definition_stacks={name: number for name, number in numbers.items() if number})


def _profile_digest(profile: FargateProfile, zones: tuple[str, ...]) -> str:
    """Returns a digest of the whole profile, because CloudFormation can change none of it."""
    return _digest([[selector.model_dump(mode="json") for selector in profile.selectors], profile.zones or zones])


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:_DIGEST]
