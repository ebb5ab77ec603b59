"""Whether what an environment is given, instead of creating it, is there and fits."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from emr_eks_placement.checks.check import Check
from emr_eks_placement.environment import Environment
from emr_eks_placement.facts.emr import AUTHENTICATION_MODE


@dataclass(frozen=True)
class ExistingCluster:
    """An EKS cluster as eks:DescribeCluster tells it."""

    status: str
    vpc_id: str
    authentication_mode: str


@dataclass(frozen=True)
class Existing:
    """What was found of what the environment names. subnets: id -> (VPC, zone). None, or not in it: is not there."""

    subnets: Mapping[str, tuple[str, str]]
    cluster: ExistingCluster | None
    has_bucket: bool


def check_existing(environment: Environment, found: Existing) -> Check:
    """The check of what was found; only of an environment that is given something."""
    faults = [
        *_subnet_faults(environment, found),
        *_cluster_faults(environment, found),
        *_bucket_faults(environment, found),
    ]
    if faults:
        return Check("existing", "missing", "; ".join(faults), "Correct what the environment file names")
    return Check("existing", "ok", "what the environment is given is there and fits")


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
    """The ARNs of the KMS keys that an environment is given for what it creates and for its bucket."""
    bucket = environment.bucket
    return {arn for arn in (environment.encryption.kms_key_arn, bucket.kms_key_arn if bucket else None) if arn}


def given_roles(environment: Environment) -> set[str]:
    """The ARNs of the IAM roles that an environment is given, of jobs and of Fargate."""
    clusters = environment.virtual_clusters.values()
    of_jobs = {role.execution_role_arn for cluster in clusters for role in cluster.roles.values()}
    return {arn for arn in (*of_jobs, environment.fargate_pod_execution_role_arn) if arn}


def given_log_groups(environment: Environment) -> set[str]:
    """The names of the CloudWatch log groups that an environment is given."""
    return {group for cluster in environment.virtual_clusters.values() if (group := cluster.logs.log_group)}


def check_given(name: str, what: str, wanted: Collection[str], there: Collection[str]) -> Check | None:
    """Whether all is there of what an environment is given of a kind; None where it is given none. what: the kind."""
    if not wanted:
        return None
    lacking = ", ".join(sorted(set(wanted) - set(there)))
    if lacking:
        return Check(
            name, "missing", f"there is no {what} {lacking}", "Make it, or correct what the environment file names"
        )
    return Check(name, "ok", f"every {what} that the environment is given is there")
