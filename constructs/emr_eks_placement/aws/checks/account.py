"""Checks an account before a first deployment. Changes nothing."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

import boto3

from emr_eks_placement.aws.checks import read_account as read
from emr_eks_placement.aws.checks.outcome import make_checks
from emr_eks_placement.aws.session import identity
from emr_eks_placement.aws.stacks import read_stacks
from emr_eks_placement.checks import ACCOUNT_CHECKS, Check, account_needs
from emr_eks_placement.checks.account import rules
from emr_eks_placement.checks.account.existing import (
    check_existing,
    check_given,
    given_keys,
    given_log_groups,
    given_roles,
)
from emr_eks_placement.checks.account.needs import AccountNeeds
from emr_eks_placement.checks.account.quotas import (
    NODE_VCPUS,
    check_count,
    check_fargate_profiles,
    check_fargate_vcpus,
    check_node_vcpus,
)
from emr_eks_placement.definition import CheckedEnvironment
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.definition_stacks import stack_parts
from emr_eks_placement.facts import quotas
from emr_eks_placement.facts.fargate import ZONE_IDS
from emr_eks_placement.job.placement import CapacityType


@dataclass
class _Subject:
    """The account under check. stacks: those of the environment, after they are read."""

    session: boto3.Session
    environment: Environment
    needs: AccountNeeds
    account: str
    identity: str
    stacks: dict[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def region(self) -> str:
        return self.environment.region

    def own(self, resource_type: str) -> tuple[str, ...]:
        """Returns the physical ids of the environment's own resources of a type."""
        return tuple(one for stack in self.stacks.values() for one in stack.get(resource_type, ()))


def check_account(
    session: boto3.Session, checked: CheckedEnvironment, names: Collection[str] = ACCOUNT_CHECKS
) -> Iterator[Check]:
    """Yields the result of each named check that the environment needs, in order. A denied read gives `not checked`.

    session: in the environment's region. `emr_eks_placement.aws.checks.read_account` and `…aws.stacks` name the IAM
    actions. Raises InputError if the credentials are invalid, because no check is possible.
    """
    subject = _Subject(session, checked.environment, account_needs(checked), *identity(session))
    yield from make_checks({name: check for name, check in _CHECKS.items() if name in names}, subject)


def _account(subject: _Subject) -> Check:
    return rules.check_account(subject.account, subject.identity, subject.environment.account)


def _region(subject: _Subject) -> Check:
    return rules.check_region(subject.region, read.opt_in_status(subject.session))


def _stacks(subject: _Subject) -> Check:
    subject.stacks = read_stacks(subject.session, subject.environment.name, stack_parts(subject.environment))
    there = ", ".join(subject.stacks)
    return Check("stacks", "ok", f"already deployed: {there}" if there else "no stack of the environment is deployed")


def _existing(subject: _Subject) -> Check | None:
    """Returns None if the environment creates everything."""
    given = subject.environment
    if not (given.network.vpc_id or given.cluster.name or given.bucket):
        return None
    return check_existing(given, read.existing(subject.session, given))


def _given_keys(subject: _Subject) -> Check | None:
    wanted = given_keys(subject.environment)
    return check_given("given-keys", "enabled KMS key", wanted, read.keys_there(subject.session, wanted))


def _given_roles(subject: _Subject) -> Check | None:
    wanted = {arn.rpartition("/")[2] for arn in given_roles(subject.environment)}
    return check_given("given-roles", "IAM role", wanted, read.roles_there(subject.session, wanted))


def _given_log_groups(subject: _Subject) -> Check | None:
    wanted = given_log_groups(subject.environment)
    return check_given("given-log-groups", "log group", wanted, read.log_groups_there(subject.session, wanted))


def _zones(subject: _Subject) -> Check:
    environment = subject.environment
    profiles = {**environment.job_profiles(), **environment.core_dns_profile()}
    fargate = dict.fromkeys(zone for one in profiles.values() for zone in one.zones or environment.zones)
    ids = ZONE_IDS.get(environment.region, ())
    return rules.check_zones(environment.zones, read.zones(subject.session), fargate=fargate, fargate_ids=ids)


def _instance_types(subject: _Subject) -> Check | None:
    """Returns None if the environment has no node groups."""
    groups = subject.needs.instance_types
    if not groups:
        return None
    names = [name for types, _zones in groups.values() for name in types]
    return rules.check_instance_types(groups, read.offerings(subject.session, names))


def _count(subject: _Subject, name: str, quota: quotas.Quota, used: int, needed: int, resource_type: str) -> Check:
    value = read.quota(subject.session, quota)
    left = max(0, needed - len(subject.own(resource_type)))
    return check_count(name, quota, subject.region, value=value, used=used, needed=left)


def _vpcs(subject: _Subject) -> Check:
    used = read.vpcs(subject.session)
    return _count(subject, "vpcs", quotas.VPCS, used, subject.needs.vpcs, "AWS::EC2::VPC")


def _elastic_ips(subject: _Subject) -> Check:
    used = read.elastic_ips(subject.session)
    return _count(subject, "elastic-ips", quotas.ELASTIC_IPS, used, subject.needs.elastic_ips, "AWS::EC2::EIP")


def _clusters(subject: _Subject) -> Check:
    used = read.clusters(subject.session)
    return _count(subject, "eks-clusters", quotas.CLUSTERS, used, subject.needs.clusters, "AWS::EKS::Cluster")


def _emr_on_eks(subject: _Subject) -> Check:
    read.ask_emr_on_eks(subject.session)
    return Check("emr-on-eks", "ok", f"EMR on EKS answers in {subject.region}")


def _fargate_vcpus(subject: _Subject) -> Check:
    value = read.quota(subject.session, quotas.FARGATE_VCPUS)
    return check_fargate_vcpus(subject.needs, subject.region, value, subject.environment.fargate_vcpus)


def _fargate_profile_quota(subject: _Subject) -> Check | None:
    profiles, planned_with = len(subject.environment.profiles()), subject.environment.fargate_profile_quota
    value = read.quota(subject.session, quotas.FARGATE_PROFILES)
    return check_fargate_profiles(profiles, subject.region, value, planned_with)


def _node_vcpus(subject: _Subject, capacity_type: CapacityType) -> Check | None:
    """Returns None if no node group has this capacity type."""
    if capacity_type not in subject.needs.node_vcpus:
        return None
    value = read.quota(subject.session, NODE_VCPUS[capacity_type])
    return check_node_vcpus(subject.needs, subject.region, capacity_type, value)


def _service_linked_roles(subject: _Subject) -> Check:
    there = read.roles_there(subject.session, [*rules.SERVICE_LINKED_ROLES.values(), rules.SPOT_ROLE[1]])
    return rules.check_service_linked_roles(there, spot="spot" in subject.needs.node_vcpus)


def _role_names(subject: _Subject) -> Check:
    wanted = subject.needs.role_names
    return rules.check_role_names(wanted, read.roles_there(subject.session, wanted), subject.own("AWS::IAM::Role"))


def _bootstrap(subject: _Subject) -> Check:
    return rules.check_bootstrap(read.bootstrap_version(subject.session), subject.region, subject.account)


_CHECKS: dict[str, Callable[[_Subject], Check | None]] = {
    "account": _account,
    "region": _region,
    "stacks": _stacks,
    "existing": _existing,
    "given-keys": _given_keys,
    "given-roles": _given_roles,
    "given-log-groups": _given_log_groups,
    "zones": _zones,
    "instance-types": _instance_types,
    "vpcs": _vpcs,
    "elastic-ips": _elastic_ips,
    "eks-clusters": _clusters,
    "emr-on-eks": _emr_on_eks,
    "fargate-vcpus": _fargate_vcpus,
    "fargate-profile-quota": _fargate_profile_quota,
    "on-demand-vcpus": lambda subject: _node_vcpus(subject, "on-demand"),
    "spot-vcpus": lambda subject: _node_vcpus(subject, "spot"),
    "service-linked-roles": _service_linked_roles,
    "role-names": _role_names,
    "cdk-bootstrap": _bootstrap,
}
