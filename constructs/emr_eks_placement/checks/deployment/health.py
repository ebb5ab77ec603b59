"""Checks whether the deployed resources exist and work: stacks, the cluster and its parts, virtual clusters,
namespaces."""

import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from emr_eks_placement.checks import Check
from emr_eks_placement.checks.deployment.findings import concluded, deploy
from emr_eks_placement.environment import Environment
from emr_eks_placement.facts.emr import AUTHENTICATION_MODE

# EMR on EKS guide, Enable cluster access: EMR creates its own access entry in this mode.
_OIDC_AUDIENCE = "sts.amazonaws.com"


@dataclass(frozen=True)
class Part:
    """A cluster, node group or Fargate profile as EKS describes it.

    status: None if EKS has none of this name; issues: `CODE: message (resources)`.
    """

    name: str
    status: str | None
    issues: tuple[str, ...] = ()


@dataclass(frozen=True)
class VirtualClusterFacts:
    """A virtual cluster as EMR describes it. state: None if the id does not exist."""

    id: str
    state: str | None
    cluster: str = ""
    namespace: str = ""


def check_stacks(environment: Environment, statuses: Mapping[str, str | None]) -> list[Check]:
    """Checks whether every stack exists and its last deployment succeeded. statuses: stack -> CloudFormation's status;
    None if it does not exist."""
    findings = (_stack_finding(environment, stack, status) for stack, status in statuses.items())
    return concluded("stacks", filter(None, findings), f"{', '.join(statuses)} are deployed")


def _stack_finding(environment: Environment, stack: str, status: str | None) -> Check | None:
    events = f"aws cloudformation describe-stack-events --region {environment.region} --stack-name {stack}"
    if status in (None, "REVIEW_IN_PROGRESS"):
        return Check("stacks", "missing", f"{stack} is not deployed", f"Deploy it: {deploy(environment)}")
    found = f"{stack} is {status}"
    if status.endswith("ROLLBACK_COMPLETE"):
        fix = f"Its last deployment was rolled back; see why, {events}, and run {deploy(environment)}"
        return Check("stacks", "missing" if status == "ROLLBACK_COMPLETE" else "warning", found, fix)
    if status.endswith("_FAILED"):
        return Check("stacks", "missing", found, f"See why, {events}, and run {deploy(environment)}")
    if status.endswith("_IN_PROGRESS"):
        return Check("stacks", "warning", found, "Wait until it has ended, and run this again")
    return None


def check_cluster(environment: Environment, cluster: Part, authentication_mode: str) -> list[Check]:
    """Checks whether the cluster is ACTIVE and without issues, and EMR gets into it by access entries."""
    if cluster.status is None:
        found = f"{environment.region} has no EKS cluster {cluster.name}"
        fix = "Destroy the environment and deploy it again, or name another cluster in the file"
        return [Check("cluster", "missing", found, fix)]
    return concluded(
        "cluster",
        [*_part_findings("cluster", "cluster", [cluster]), *_mode_findings(environment, cluster, authentication_mode)],
        f"{cluster.name} is ACTIVE, with access entries",
    )


def _mode_findings(environment: Environment, cluster: Part, mode: str) -> Iterator[Check]:
    if mode != AUTHENTICATION_MODE:
        found = f"the authentication mode of {cluster.name} is {mode}, not {AUTHENTICATION_MODE}"
        if mode == "API":
            yield Check(
                "cluster", "warning", found, "EKS can't change it back; create the next cluster with the other mode"
            )
            return
        command = f"aws eks update-cluster-config --region {environment.region} --name {shlex.quote(cluster.name)}"
        yield Check("cluster", "missing", found, f"{command} --access-config authenticationMode={AUTHENTICATION_MODE}")


def check_parts(name: str, what: str, parts: Collection[Part]) -> list[Check]:
    """Checks whether every node group or Fargate profile is ACTIVE and without issues. what: the kind, for messages."""
    well = f"{len(parts)} are ACTIVE" if parts else "the environment has none"
    return concluded(name, _part_findings(name, what, parts), well)


def _part_findings(name: str, what: str, parts: Collection[Part]) -> Iterator[Check]:
    for part in parts:
        if part.status is None:
            found = f"{what} {part.name} no longer exists, but its stack still has it"
            yield Check(name, "missing", found, "Remove it from the file, deploy, put it back, and deploy again")
        elif part.status in ("CREATING", "UPDATING", "PENDING"):
            yield Check(name, "warning", f"{what} {part.name} is {part.status}", "Wait, and run this again")
        elif part.issues:
            fix = "Fix the reported issue; EKS checks again by itself (EKS guide, troubleshooting)"
            found = f"{what} {part.name} is {part.status}: {'; '.join(part.issues)}"
            yield Check(name, "missing" if part.status != "ACTIVE" else "warning", found, fix)
        elif part.status != "ACTIVE":
            found = f"{what} {part.name} is {part.status}, and EKS names no issue"
            yield Check(name, "missing", found, "See its events in EKS and CloudTrail, or replace it")


def check_access_entries(
    environment: Environment, cluster: str, entries: Collection[str], roles: Mapping[str, str]
) -> list[Check]:
    """Checks whether nodes and Fargate have access entries.

    entries: the principals' ARNs; roles: ARN -> type, of node groups and Fargate profiles, for which EKS creates
    entries. A missing entry is a warning, because the ConfigMap aws-auth, which is not read, may let them in too.
    """
    return concluded(
        "access-entries",
        _entry_findings(environment, cluster, entries, roles),
        f"nodes and Fargate are among the {len(entries)} access entries",
    )


def _entry_findings(
    environment: Environment, cluster: str, entries: Collection[str], roles: Mapping[str, str]
) -> Iterator[Check]:
    else_by = "unless the aws-auth ConfigMap lets it in"
    for arn, kind in roles.items():
        if arn not in entries:
            command = f"aws eks create-access-entry --region {environment.region} --cluster-name {shlex.quote(cluster)}"
            found = f"{arn} has no access entry of type {kind}: its nodes can't join, {else_by}"
            yield Check("access-entries", "warning", found, f"Create it: {command} --principal-arn {arn} --type {kind}")


def check_oidc_provider(provider_arn: str, audiences: Collection[str] | None) -> list[Check]:
    """Checks whether IAM has the OIDC provider of the cluster's issuer. audiences: None if it does not exist."""
    if audiences is None:
        fix = (
            "Deploy the platform stack, or create it: eksctl utils associate-iam-oidc-provider --approve --cluster NAME"
        )
        return [Check("oidc-provider", "missing", f"IAM has no {provider_arn}: no pod gets its role", fix)]
    if _OIDC_AUDIENCE not in audiences:
        command = "aws iam add-client-id-to-open-id-connect-provider"
        fix = f"{command} --open-id-connect-provider-arn {provider_arn} --client-id {_OIDC_AUDIENCE}"
        return [Check("oidc-provider", "missing", f"{provider_arn} lacks the audience {_OIDC_AUDIENCE}", fix)]
    return [Check("oidc-provider", "ok", f"IAM has {provider_arn.rpartition(':')[2]}")]


def check_virtual_clusters(
    environment: Environment, cluster: str, found: Mapping[str, VirtualClusterFacts]
) -> list[Check]:
    """Checks whether each virtual cluster accepts job runs in the namespace that the file sets. found: by name."""
    findings = (
        Check("virtual-clusters", "missing", f"{name} ({one.id}) {fault}", fix)
        for name, one in found.items()
        for fault, fix in _virtual_cluster_faults(
            environment, cluster, environment.virtual_clusters[name].namespace, one
        )
    )
    return concluded("virtual-clusters", findings, f"{', '.join(found) or 'none'}: RUNNING")


def _virtual_cluster_faults(
    environment: Environment, cluster: str, namespace: str, one: VirtualClusterFacts
) -> Iterator[tuple[str, str]]:
    replace = "Remove it from the file, deploy, put it back, and deploy again"
    if one.state is None:
        yield "no longer exists, but its stack still has it", replace
    elif one.state != "RUNNING":
        yield f"is {one.state}: it accepts no job runs", replace
    elif one.cluster != cluster:
        yield f"is on cluster {one.cluster}, the environment's is {cluster}", replace
    elif one.namespace != namespace:
        yield f"has the namespace {one.namespace}, the file has {namespace}", f"Deploy: {deploy(environment)}"


def check_namespaces(environment: Environment, there: Mapping[str, bool]) -> list[Check]:
    """Checks whether each namespace exists in the cluster."""
    findings = (
        Check(
            "namespaces",
            "missing",
            f"the cluster has no namespace {name}",
            f"Make it: kubectl create namespace {shlex.quote(name)}",
        )
        for name, is_there in there.items()
        if not is_there
    )
    return concluded("namespaces", findings, f"{', '.join(there) or 'none'} of {environment.name} exist")
