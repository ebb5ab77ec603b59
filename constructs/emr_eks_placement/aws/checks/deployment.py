"""Checks a deployed environment. Changes nothing."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import boto3

from emr_eks_placement.aws.checks import read_deployment as read
from emr_eks_placement.aws.checks.account import check_account
from emr_eks_placement.aws.checks.deployed import DeployedEnvironment
from emr_eks_placement.aws.checks.outcome import Result, make_checks
from emr_eks_placement.aws.checks.read_account import log_groups_there
from emr_eks_placement.aws.eks import access_entries, authentication_mode
from emr_eks_placement.aws.emr_access import read_emr_access
from emr_eks_placement.aws.kubernetes import NotReadError, open_kubernetes_api
from emr_eks_placement.checks import SHARED_CHECKS, Check
from emr_eks_placement.checks.deployment.addresses import check_addresses
from emr_eks_placement.checks.deployment.drift import check_capacity, check_definitions, check_kubernetes_objects
from emr_eks_placement.checks.deployment.emr_access import check_emr_access
from emr_eks_placement.checks.deployment.health import (
    check_access_entries,
    check_cluster,
    check_namespaces,
    check_oidc_provider,
    check_parts,
    check_stacks,
    check_virtual_clusters,
)
from emr_eks_placement.checks.deployment.requirements import access_of, access_of_role, objects_of
from emr_eks_placement.checks.deployment.storage import check_bucket, check_files, check_log_groups, check_permissions
from emr_eks_placement.checks.deployment.trust import check_execution_roles, check_pod_execution_role
from emr_eks_placement.common.names import definition_parameter
from emr_eks_placement.definition import CheckedEnvironment
from emr_eks_placement.emr.request import Request
from emr_eks_placement.environment import capacity_of

if TYPE_CHECKING:
    from types_boto3_eks.type_defs import NodegroupTypeDef


def check_deployment(session: boto3.Session, checked: CheckedEnvironment) -> Iterator[Check]:
    """Yields the result of each check of `emr_eks_placement.checks.DEPLOYMENT_CHECKS`, in order. A denied read gives
    `not checked`.

    session: in the environment's region. If no stack is in order, only the account and the stacks are checked.
    `emr_eks_placement.aws.checks.read_deployment`, `…aws.checks.read_account` and `…aws.cluster` name the IAM actions.
    Raises InputError if the credentials are invalid, because no check is possible.
    """
    yield from check_account(session, checked, SHARED_CHECKS)
    subject = DeployedEnvironment(session, checked)
    stacks = list(make_checks({"stacks": _stacks}, subject))
    yield from stacks
    if any(check.state != "missing" for check in stacks):
        yield from make_checks(_CHECKS, subject)


def _stacks(subject: DeployedEnvironment) -> Result:
    return check_stacks(subject.environment, read.stack_statuses(subject.session, subject.environment))


def _cluster(subject: DeployedEnvironment) -> Result:
    mode = authentication_mode(subject.found)
    return check_cluster(subject.environment, read.part(subject.cluster, subject.found), mode)


def _node_groups(subject: DeployedEnvironment) -> Result:
    parts = [read.part(_given_name(name, group), group) for name, group in subject.node_groups.items()]
    return check_parts("node-groups", "node group", parts)


def _given_name(name: str, group: "NodegroupTypeDef | None") -> str:
    """Returns a node group's name in the environment file, which is its tag Name (infra/node_groups.py)."""
    return (group or {}).get("tags", {}).get("Name", name)


def _fargate_profiles(subject: DeployedEnvironment) -> Result:
    parts = [read.part(name, profile) for name, profile in subject.fargate_profiles.items()]
    return check_parts("fargate-profiles", "Fargate profile", parts)


def _access_entries(subject: DeployedEnvironment) -> Result:
    roles = {group["nodeRole"]: "EC2_LINUX" for group in subject.node_groups.values() if group}
    roles |= {one["podExecutionRoleArn"]: "FARGATE_LINUX" for one in subject.fargate_profiles.values() if one}
    entries = access_entries(subject.eks, subject.cluster)
    return check_access_entries(subject.environment, subject.cluster, entries, roles)


def _oidc_provider(subject: DeployedEnvironment) -> Result:
    return check_oidc_provider(subject.provider_arn, read.oidc_audiences(subject.session, subject.provider_arn))


def _capacity(subject: DeployedEnvironment) -> Result:
    names = {_given_name(name, group): name for name, group in subject.node_groups.items() if group}
    return check_capacity(subject.environment, subject.live, names)


def _virtual_clusters(subject: DeployedEnvironment) -> Result:
    found = {
        name: read.virtual_cluster(subject.session, one.virtual_cluster_id)
        for name, one in subject.virtual_clusters.items()
    }
    return check_virtual_clusters(subject.environment, subject.cluster, found)


def _namespaces(subject: DeployedEnvironment) -> Result:
    names = sorted({one.namespace for one in subject.environment.virtual_clusters.values()})
    try:
        api = open_kubernetes_api(subject.session, subject.described)
        there = {name: api.find(f"/api/v1/namespaces/{name}") is not None for name in names}
    except NotReadError as error:
        fix = "Allow the caller to read the cluster's Kubernetes API (docs/live-cluster.md)"
        return Check("namespaces", "not checked", str(error), fix)
    return check_namespaces(subject.environment, there)


def _emr_access(subject: DeployedEnvironment) -> Result:
    names = sorted({one.namespace for one in subject.environment.virtual_clusters.values()})
    access = read_emr_access(subject.session, subject.described, names)
    return check_emr_access(subject.environment, subject.cluster, access)


def _definitions(subject: DeployedEnvironment) -> Result:
    environment = subject.environment
    defined = {}
    for (job, placement), run in subject.checked.runs.items():
        deployed = subject.virtual_clusters[environment.jobs[job].virtual_cluster]
        defined[definition_parameter(environment.name, job, placement)] = run.definition(deployed).request
    return check_definitions(environment, defined, subject.parameters)


def _files(subject: DeployedEnvironment) -> Result:
    used_by: dict[str, list[str]] = {}
    for name, request in subject.requests.items():
        for uri in objects_of(request, subject.bucket):
            used_by.setdefault(uri, []).append(name)
    there = {uri: read.has_object(subject.session, uri) for uri in used_by}
    return check_files(subject.environment, used_by, there)


def _bucket(subject: DeployedEnvironment) -> Result:
    """Returns no findings without virtual clusters."""
    if not subject.virtual_clusters:
        return None
    blocks = read.bucket_blocks_public_access(subject.session, subject.bucket)
    return check_bucket(subject.bucket, is_there=blocks is not None, public_access_is_blocked=bool(blocks))


def _log_groups(subject: DeployedEnvironment) -> Result:
    named = (Request(request).monitoring.log_group for request in subject.requests.values())
    wanted = sorted({name for name in named if name})
    return check_log_groups(subject.environment.region, wanted, log_groups_there(subject.session, wanted))


def _execution_roles(subject: DeployedEnvironment) -> Result:
    roles = [
        (arn, subject.environment.virtual_clusters[name].namespace)
        for name, one in subject.virtual_clusters.items()
        for arn in dict.fromkeys([one.execution_role_arn, *one.execution_role_arns.values()])
    ]
    return check_execution_roles(
        subject.environment,
        roles,
        read.trust_policies(subject.session, (arn for arn, _namespace in roles)),
        provider_arn=subject.provider_arn,
        cluster=subject.cluster,
        pod_identity_roles=subject.live.pod_identity_roles,
    )


def _pod_execution_role(subject: DeployedEnvironment) -> Result:
    profiles = {
        one["fargateProfileArn"]: one["podExecutionRoleArn"] for one in subject.fargate_profiles.values() if one
    }
    policies = read.trust_policies(subject.session, set(profiles.values()))
    return check_pod_execution_role(profiles, policies, subject.account)


def _permissions(subject: DeployedEnvironment) -> Result:
    """Returns no findings without virtual clusters."""
    if not subject.virtual_clusters:
        return None
    account = subject.account_of_roles
    of_roles = (
        one
        for name, deployed in subject.virtual_clusters.items()
        for role, settings in subject.environment.virtual_clusters[name].roles.items()
        if settings.execution_role_arn is None
        for one in access_of_role(name, deployed.role_arn(role), settings, account)
    )
    wanted = dict.fromkeys((*access_of(subject.requests.values(), account), *of_roles))
    denied = list(read.denied(subject.session, wanted))
    return check_permissions(sum(len(access.actions) for access in wanted), denied)


def _addresses(subject: DeployedEnvironment) -> Result:
    parts = [*subject.node_groups.values(), *subject.fargate_profiles.values()]
    subnets = [subnet for one in parts if one for subnet in one["subnets"]]
    if subject.environment.node_pools or not subnets:
        subnets += subject.described["resourcesVpcConfig"].get("subnetIds", [])
    free = read.free_addresses(subject.session, subnets)
    return check_addresses(subject.checked.plans(), capacity_of(subject.environment), free)


_CHECKS: dict[str, Callable[[DeployedEnvironment], Result]] = {
    "cluster": _cluster,
    "node-groups": _node_groups,
    "fargate-profiles": _fargate_profiles,
    "access-entries": _access_entries,
    "oidc-provider": _oidc_provider,
    "capacity": _capacity,
    "kubernetes-objects": lambda subject: check_kubernetes_objects(subject.environment, subject.live),
    "virtual-clusters": _virtual_clusters,
    "namespaces": _namespaces,
    "emr-access": _emr_access,
    "definitions": _definitions,
    "files": _files,
    "bucket": _bucket,
    "log-groups": _log_groups,
    "execution-roles": _execution_roles,
    "pod-execution-role": _pod_execution_role,
    "permissions": _permissions,
    "addresses": _addresses,
}
