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

METADATA_KEY = "emr-eks-placement"
"""Where it stands in the template's Metadata."""
CREATED_KEY = "created"
_DIGEST = 8


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    def as_metadata(self) -> dict[str, Any]:
        """As it stands in the template's Metadata, without what is as it is by default."""
        return self.model_dump(mode="json", exclude_defaults=True)


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
        )


class VirtualClustersRecord(_Record):
    """Of the virtual clusters and the Fargate profiles of jobs."""

    namespaces: dict[str, str] = {}
    """The namespace of each virtual cluster."""
    existing: tuple[str, ...] = ()
    """The virtual clusters whose namespace was there already."""
    fargate_profiles: dict[str, str] = {}
    """A digest of each Fargate profile: with another one, the profile is replaced."""

    @classmethod
    def of(cls, environment: Environment) -> Self:
        """The record of what an environment deploys."""
        profiles = environment.job_profiles()
        return cls(
            namespaces={name: one.namespace for name, one in environment.virtual_clusters.items()},
            existing=tuple(name for name, one in environment.virtual_clusters.items() if one.existing_namespace),
            fargate_profiles={name: _digest(one, environment.zones) for name, one in profiles.items()},
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


def _digest(profile: FargateProfile, zones: tuple[str, ...]) -> str:
    """Of all that CloudFormation only takes when it creates a profile, which is everything."""
    selectors = [selector.model_dump(mode="json") for selector in profile.selectors]
    text = json.dumps([selectors, profile.zones or zones], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]
