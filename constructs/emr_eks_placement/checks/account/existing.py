"""Checks whether the existing resources that an environment names exist and fit."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from emr_eks_placement.checks.check import Check
from emr_eks_placement.environment import Environment
from emr_eks_placement.facts.emr import AUTHENTICATION_MODE


@dataclass(frozen=True)
class ExistingCluster:
    """An EKS cluster as eks:DescribeCluster describes it."""

    status: str
    vpc_id: str
    authentication_mode: str


@dataclass(frozen=True)
class Existing:
    """The existing resources that were found. subnets: id -> (VPC, zone); a missing one is None or absent."""

    subnets: Mapping[str, tuple[str, str]]
    cluster: ExistingCluster | None
    has_bucket: bool


def check_existing(environment: Environment, found: Existing) -> Check:
    """Checks the existing resources; only for an environment that names some."""
    faults = [
        *_subnet_faults(environment, found),
        *_cluster_faults(environment, found),
        *_bucket_faults(environment, found),
    ]
    if faults:
        return Check("existing", "missing", "; ".join(faults), "Correct the environment file")
    return Check("existing", "ok", "the existing resources of the environment exist and fit")


def _subnet_faults(environment: Environment, found: Existing) -> Iterator[str]:
    vpc_id = environment.network.vpc_id
    for zone, subnet in environment.network.subnets.items():
        if subnet not in found.subnets:
            yield f"there is no subnet {subnet}"
        elif found.subnets[subnet] != (vpc_id, zone):
            its_vpc, its_zone = found.subnets[subnet]
            yield f"{subnet} is in {its_vpc} and {its_zone}, not in {vpc_id} and {zone}"


def _cluster_faults(environment: Environment, found: Existing) -> Iterator[str]:
    name, vpc_id = environment.cluster.name, environment.network.vpc_id
    if name is None:
        return
    if found.cluster is None:
        yield f"there is no EKS cluster {name}"
        return
    if found.cluster.status != "ACTIVE":
        yield f"cluster {name} is {found.cluster.status}"
    if found.cluster.vpc_id != vpc_id:
        yield f"cluster {name} is in {found.cluster.vpc_id}, not in {vpc_id}"
    if found.cluster.authentication_mode != AUTHENTICATION_MODE:
        yield f"the authentication mode of cluster {name} is {found.cluster.authentication_mode}, not {AUTHENTICATION_MODE}"


def _bucket_faults(environment: Environment, found: Existing) -> Iterator[str]:
    if environment.bucket and not found.has_bucket:
        yield f"there is no bucket {environment.bucket.name}"


def given_keys(environment: Environment) -> set[str]:
    """Returns the ARNs of the existing KMS keys that an environment names for what it creates and for its bucket."""
    bucket = environment.bucket
    return {arn for arn in (environment.encryption.kms_key_arn, bucket.kms_key_arn if bucket else None) if arn}


def given_roles(environment: Environment) -> set[str]:
    """Returns the ARNs of the existing IAM roles that an environment names, for jobs and for Fargate."""
    clusters = environment.virtual_clusters.values()
    of_jobs = {role.execution_role_arn for cluster in clusters for role in cluster.roles.values()}
    return {arn for arn in (*of_jobs, environment.fargate_pod_execution_role_arn) if arn}


def given_log_groups(environment: Environment) -> set[str]:
    """Returns the names of the existing CloudWatch log groups that an environment names."""
    return {group for cluster in environment.virtual_clusters.values() if (group := cluster.logs.log_group)}


def check_given(name: str, what: str, wanted: Collection[str], there: Collection[str]) -> Check | None:
    """Checks whether all existing resources of a kind exist; None if the environment names none. what: the kind."""
    if not wanted:
        return None
    lacking = ", ".join(sorted(set(wanted) - set(there)))
    if lacking:
        return Check(name, "missing", f"there is no {what} {lacking}", "Create it, or correct the environment file")
    return Check(name, "ok", f"every {what} that the environment names exists")
