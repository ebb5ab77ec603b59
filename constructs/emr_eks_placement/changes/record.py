"""What the template of a stack says of the environment that made it, for a later change to be judged by.

Each stack says what its own resources follow from: CloudFormation takes over the metadata of a template only where a
resource changes with it (CloudFormation guide, Metadata). What is added to a record later has a default that is taken for
what was deployed before.
"""

import hashlib
import json
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from emr_eks_placement.environment import Environment, FargateProfile
from emr_eks_placement.job.placement import CapacityType

METADATA_KEY = "emr-eks-placement"
"""Where it stands in the template's Metadata."""
CREATED_KEY = "created"
_DIGEST = 8


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    def as_metadata(self) -> dict[str, Any]:
        """As it stands in the template's Metadata, without what is as it is by default."""
        return self.model_dump(mode="json", exclude_defaults=True)


class NodeGroupRecord(_Record):
    """Of a node group: what replaces it with another value, then what replaces its nodes."""

    instance_types: tuple[str, ...]
    """The instance types."""
    capacity_type: CapacityType
    """How EC2 sells the nodes."""
    zones: tuple[str, ...]
    """The zones, those of the environment where it names none; in a VPC that was there, the subnets."""
    disk_gib: int
    """The root volume."""
    release_version: str | None = None
    """The release of the machine image, where one is named."""


class PlatformRecord(_Record):
    """Of the platform."""

    zones: tuple[str, ...]
    """The zones, in the order of their subnets."""
    vpc_id: str | None = None
    """The VPC, where it was there already."""
    cidr: str | None = None
    """The network of the VPC that was created."""
    cluster: str | None = None
    """The EKS cluster, where it was there already."""
    version: str | None = None
    """The Kubernetes version of the cluster that was created."""
    secrets_key: str | None = None
    """The KMS key that it encrypts secrets with: its ARN, or `created`; None for EKS's own."""
    core_dns: str = "ec2"
    """Where its CoreDNS runs."""
    upgrade_policy: str | None = None
    """Its upgrade policy, where one is set."""
    nodes_version: str | None = None
    """The Kubernetes version of the node groups, also in a cluster that was there already."""
    tags: str | None = None
    """A digest of the tags, which the nodes have too."""
    node_groups: dict[str, NodeGroupRecord] | None = None
    """The node groups; None: not said."""

    @classmethod
    def of(cls, environment: Environment) -> Self:
        """The record of what an environment deploys."""
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
    """Of the virtual clusters and the Fargate profiles of jobs."""

    namespaces: dict[str, str] = {}
    """The namespace of each virtual cluster."""
    existing: tuple[str, ...] = ()
    """The virtual clusters whose namespace was there already."""
    fargate_profiles: dict[str, str] = {}
    """A digest of each Fargate profile: with another one, the profile is replaced."""
    by_handler: bool = False
    """Whether the virtual clusters were made by this package's function, not by CloudFormation."""

    @classmethod
    def of(cls, environment: Environment) -> Self:
        """The record of what an environment deploys."""
        profiles = environment.job_profiles()
        return cls(
            namespaces={name: one.namespace for name, one in environment.virtual_clusters.items()},
            existing=tuple(name for name, one in environment.virtual_clusters.items() if one.existing_namespace),
            fargate_profiles={name: _profile_digest(one, environment.zones) for name, one in profiles.items()},
            by_handler=environment.cluster.emr_enters_by == "handler",
        )


class JobRunsRecord(_Record):
    """Of the first stack of definitions."""

    definition_stacks: dict[str, int] = {}
    """How many stacks each virtual cluster has for itself, where it has any."""

    @classmethod
    def of(cls, environment: Environment) -> Self:
        """The record of what an environment deploys."""
        numbers = {name: one.definition_stacks for name, one in environment.virtual_clusters.items()}
        return cls(definition_stacks={name: number for name, number in numbers.items() if number})


def _profile_digest(profile: FargateProfile, zones: tuple[str, ...]) -> str:
    """Of all that CloudFormation only takes when it creates a profile, which is everything."""
    return _digest([[selector.model_dump(mode="json") for selector in profile.selectors], profile.zones or zones])


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:_DIGEST]
