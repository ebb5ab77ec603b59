"""The environment as a whole, and the rules across its parts."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Strict, model_validator

from emr_eks_placement.common.errors import RuleError, below
from emr_eks_placement.common.model import Model, between, check_name, count, distinct, names
from emr_eks_placement.environment.add_ons import check_release_versions
from emr_eks_placement.environment.encryption import Bucket, Encryption
from emr_eks_placement.environment.existing_resources import RoleArn
from emr_eks_placement.environment.fargate import (
    CORE_DNS_PROFILE,
    FargateProfile,
    check_selector_namespace,
    core_dns_profile,
)
from emr_eks_placement.environment.fargate_sharing import FargateSharing, check_names, profiles_of, what_fits
from emr_eks_placement.environment.job_runs import EnvironmentJob
from emr_eks_placement.environment.node_pools import NodePool, not_built_in
from emr_eks_placement.environment.nodes import NodeGroup
from emr_eks_placement.environment.platform import Cluster, Network
from emr_eks_placement.environment.price_settings import PriceSettings
from emr_eks_placement.environment.subnets import private_subnet
from emr_eks_placement.environment.teams import check_apart
from emr_eks_placement.environment.virtual_cluster import VirtualCluster
from emr_eks_placement.facts import regions
from emr_eks_placement.facts.fargate import DEFAULT_PROFILE_QUOTA, DEFAULT_VCPU_QUOTA
from emr_eks_placement.facts.quotas import FARGATE_PROFILES, NODE_GROUPS

_MOST_TAGS = 40  # of the 50 that AWS allows on a resource; the CDK adds its own


def _check_account(account: str) -> str:
    if not re.fullmatch(r"[0-9]{12}", account):
        raise RuleError(account, "an account id is 12 digits (AWS)", "Write it in quotes")
    return account


def _check_tags(tags: dict[str, str]) -> dict[str, str]:
    for key, value in tags.items():
        if key.lower().startswith("aws:") or not 1 <= len(key) <= 128 or len(value) > 256:
            raise RuleError(
                value,
                "a tag has a key of 1 to 128 characters and a value of up to 256; AWS keeps keys that begin with aws: "
                "(AWS tags)",
                "Rename or shorten it",
                path=(key,),
            )
    return tags


class Environment(Model):
    """What is, or is to be, deployed. Every mapping is by name: lower-case letters, digits and hyphens."""

    given_elsewhere = ("name",)  # by the name of the file

    name: Annotated[str, AfterValidator(check_name)]
    """The name of the file."""
    region: Annotated[str, AfterValidator(regions.check_region)]
    """The AWS region."""
    account: Annotated[str, AfterValidator(_check_account)] | None = None
    """The only account to deploy to; by default any."""
    zones: Annotated[tuple[str, ...], distinct("zone")]
    """The availability zones of nodes and Fargate pods."""
    retain_data: Annotated[bool, Strict()] = True
    """Whether the bucket and the log groups outlive the stacks."""
    fargate_vcpus: Annotated[int, Strict(), between(1, 1_000_000, "vCPU", "product limit")] = DEFAULT_VCPU_QUOTA
    """The account's quota of Fargate On-Demand vCPU in the region (L-3032A538), for plans."""
    fargate_profile_quota: Annotated[int, Strict(), between(1, 1000, "Fargate profiles", "product limit")] = (
        DEFAULT_PROFILE_QUOTA
    )
    """How many Fargate profiles a cluster may have in the account and region (EKS quota L-33415657)."""
    fargate_sharing: FargateSharing = "none"
    """How virtual clusters share Fargate profiles: not at all; packed, five selectors to a profile in the order of the
    file; or wildcard, one profile for any zone and one for each single zone, for all namespaces that match
    fargate_namespaces. EKS deletes the pods of a profile whose selectors change: unshared and wildcard profiles do not
    change when a team is added or removed."""
    fargate_namespaces: Annotated[str, AfterValidator(check_selector_namespace)] | None = None
    """The pattern of all virtual clusters' namespaces, such as spark-*, for fargate_sharing: wildcard."""
    tags: Annotated[dict[str, str], count(0, _MOST_TAGS, "tags", "AWS tags"), AfterValidator(_check_tags)] = {}
    """Tags of every resource."""
    network: Network = Network()
    """The VPC."""
    cluster: Cluster = Cluster()
    """The EKS cluster."""
    encryption: Encryption = Encryption()
    """The encryption of Kubernetes secrets, the bucket and the log groups."""
    bucket: Bucket | None = None
    """An existing bucket, for pod templates, job files, logs and data; by default one is created."""
    fargate_pod_execution_role_arn: RoleArn | None = None
    """An existing role with which EKS pulls the images of Fargate pods; by default one is created."""
    node_groups: Annotated[
        dict[str, NodeGroup], count(0, 30, "node groups", f"EKS quota {NODE_GROUPS.code}"), names("node group")
    ] = {}
    """EC2 node groups by name; a new cluster needs one for CoreDNS, unless that runs on Fargate (cluster.core_dns)."""
    node_pools: Annotated[dict[str, NodePool], names("node pool"), not_built_in] = {}
    """Node pools of EKS Auto Mode by name, in addition to the node groups; by default EKS Auto Mode is off."""
    fargate_profiles: Annotated[dict[str, FargateProfile], names("Fargate profile")] = {}
    """Fargate profiles by name, in addition to those of the virtual clusters."""
    virtual_clusters: Annotated[dict[str, VirtualCluster], names("virtual cluster")]
    """EMR virtual clusters by name."""
    jobs: Annotated[dict[str, EnvironmentJob], names("job")] = {}
    """Spark jobs by name."""
    shared_folders: tuple[str, ...] = ()
    """Folders outside the project, as paths from the environment file's folder, whose files jobs may name too. The project
    is the nearest folder around the file that has cdk.json, .git or pyproject.toml, else the parent of the file's folder."""
    prices: PriceSettings = PriceSettings()
    """The prices for cost calculations."""

    @model_validator(mode="before")
    @classmethod
    def _name_jobs(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("jobs"), dict):
            return data
        jobs = {name: {"name": name, **job} if isinstance(job, dict) else job for name, job in data["jobs"].items()}
        return {**data, "jobs": jobs}

    @model_validator(mode="after")
    def _check_whole(self) -> "Environment":
        self._check_zones()
        self._check_given()
        self._check_nat_gateways()
        self._check_core_dns_has_a_node()
        check_release_versions(self.node_groups, self.cluster.version)
        check_apart(self.virtual_clusters, self.bucket.name if self.bucket else None)
        self._check_node_pools()
        self._check_profiles()
        self._check_jobs()
        return self

    def profiles(self) -> Mapping[str, FargateProfile]:
        """Returns every Fargate profile by name: the profile of CoreDNS, the environment's own and those of the virtual
        clusters."""
        return {**self.core_dns_profile(), **self.job_profiles()}

    def job_profiles(self) -> Mapping[str, FargateProfile]:
        """Returns the environment's own Fargate profiles and those of the virtual clusters, by name."""
        return {**self.fargate_profiles, **self._virtual_cluster_profiles()}

    def core_dns_profile(self) -> Mapping[str, FargateProfile]:
        """Returns the Fargate profile for CoreDNS, by name; empty if none takes it."""
        return {CORE_DNS_PROFILE: core_dns_profile()} if self.cluster.core_dns == "fargate" else {}

    def _virtual_cluster_profiles(self) -> Mapping[str, FargateProfile]:
        return profiles_of(self.virtual_clusters, self.fargate_sharing, self.fargate_namespaces)

    def _check_zones(self) -> None:
        for index, zone in enumerate(self.zones):
            with below("zones", index):
                regions.check_zone(zone, self.region)
        if len(self.zones) < 2:
            raise RuleError(
                list(self.zones),
                "an EKS cluster has subnets in at least two zones (EKS guide, VPC requirements)",
                "Name a second zone",
                path=("zones",),
            )
        private_subnet(self.network.cidr, len(self.zones) - 1)  # the last one raises if there is no room
        for path, zone in self._named_zones():
            if zone not in self.zones:
                raise RuleError(
                    zone,
                    f"the environment's zones are {', '.join(self.zones)}",
                    "Name one of them or add it",
                    path=path,
                )

    def _named_zones(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        for name, group in self.node_groups.items():
            yield from ((("node_groups", name, "zones", i), zone) for i, zone in enumerate(group.zones))
        for name, pool in self.node_pools.items():
            yield from ((("node_pools", name, "zones", i), zone) for i, zone in enumerate(pool.zones))
        for name, profile in self.fargate_profiles.items():
            yield from ((("fargate_profiles", name, "zones", i), zone) for i, zone in enumerate(profile.zones))
        for name, virtual_cluster in self.virtual_clusters.items():
            singles = virtual_cluster.fargate.single_zones
            path = ("virtual_clusters", name, "fargate", "single_zones")
            yield from (((*path, i), zone) for i, zone in enumerate(singles))

    def _check_given(self) -> None:
        if self.cluster.name is not None and self.network.vpc_id is None:
            raise RuleError(
                self.cluster.name,
                "an existing cluster is in an existing VPC",
                "Add network.vpc_id and network.subnets",
                path=("cluster", "name"),
            )
        if self.network.vpc_id is not None and set(self.network.subnets) != set(self.zones):
            raise RuleError(
                list(self.network.subnets),
                f"there is one subnet for each of the environment's zones, {', '.join(self.zones)}",
                "Name a subnet by each zone",
                path=("network", "subnets"),
            )
        if self.virtual_clusters:
            self.cluster.require_emr_access()

    def _check_nat_gateways(self) -> None:
        if self.network.nat_gateways > len(self.zones):
            raise RuleError(
                self.network.nat_gateways,
                f"at most one NAT gateway a zone, so {len(self.zones)}",
                "Lower the number",
                path=("network", "nat_gateways"),
            )
        if self.network.nat_gateways == 0 and self.cluster.endpoint_access == "public":
            raise RuleError(
                self.cluster.endpoint_access,
                "without NAT gateways (network.nat_gateways is 0), nodes and Fargate pods reach the Kubernetes API by its "
                "private endpoint only (EKS guide, private clusters)",
                "Set endpoint_access to private or public-and-private",
                path=("cluster", "endpoint_access"),
            )

    def _check_core_dns_has_a_node(self) -> None:
        if self.cluster.name is not None or self.cluster.core_dns == "fargate":  # earlier versions deployed it running
            return
        if not any(
            group.initial_size and all(taint.effect == "PreferNoSchedule" for taint in group.taints)
            for group in self.node_groups.values()
        ):
            raise RuleError(
                list(self.node_groups),
                "CoreDNS, without which no Spark pod finds another, needs a node group that starts with a node and has "
                "no taint (EKS guide, CoreDNS)",
                "Add a small node group without taints, or run CoreDNS on Fargate: cluster.core_dns: fargate",
                path=("node_groups",),
            )

    def _check_node_pools(self) -> None:
        for name in self.node_pools:
            if name in self.node_groups:
                raise RuleError(
                    name,
                    "a node group has this name, and plans name nodes by both",
                    "Rename one of them",
                    path=("node_pools", name),
                )
        if self.node_pools and self.cluster.name is not None and self.cluster.security_group_id is None:
            raise RuleError(
                list(self.node_pools),
                "nodes of node pools get the cluster security group (EKS guide, node class), which is not known of an "
                "existing cluster",
                "Add cluster.security_group_id",
                path=("node_pools",),
            )

    def _check_profiles(self) -> None:
        if self.fargate_sharing == "wildcard" and self.fargate_namespaces is None:
            raise RuleError(
                self.fargate_sharing,
                "a profile for all virtual clusters needs a pattern of namespaces (EKS guide, Fargate profile)",
                "Add fargate_namespaces, for example spark-*",
                path=("fargate_sharing",),
            )
        if self.fargate_sharing != "wildcard" and self.fargate_namespaces is not None:
            raise RuleError(
                self.fargate_namespaces,
                "the pattern is read with fargate_sharing: wildcard only",
                "Remove it, or set fargate_sharing",
                path=("fargate_namespaces",),
            )
        check_names(self.fargate_profiles, self.core_dns_profile(), self._virtual_cluster_profiles())
        wanted, most = len(self.profiles()), self.fargate_profile_quota
        if wanted > most:
            raise RuleError(
                f"{wanted} Fargate profiles",
                f"a cluster has at most {most} (EKS quota {FARGATE_PROFILES.code}); {self._what_fits(most)}",
                "Drop single zones, choose another fargate_sharing, or have the quota raised and write it as "
                "fargate_profile_quota",
                path=("virtual_clusters",),
            )

    def _what_fits(self, most: int) -> str:
        own = len(self.fargate_profiles) + len(self.core_dns_profile())
        return what_fits(self.virtual_clusters, self.fargate_sharing, self.fargate_namespaces, own, most)

    def _check_jobs(self) -> None:
        for name, job in self.jobs.items():
            if job.virtual_cluster not in self.virtual_clusters:
                raise RuleError(
                    job.virtual_cluster,
                    f"the environment's virtual clusters are {', '.join(self.virtual_clusters) or 'none'}",
                    "Name one of them",
                    path=("jobs", name, "virtual_cluster"),
                )
            roles = self.virtual_clusters[job.virtual_cluster].execution_roles
            if job.execution_role is not None and job.execution_role not in roles:
                raise RuleError(
                    job.execution_role,
                    f"the execution roles of virtual cluster {job.virtual_cluster} are {', '.join(roles) or 'its own alone'}",
                    "Name one of them, or remove it for the virtual cluster's own",
                    path=("jobs", name, "execution_role"),
                )
