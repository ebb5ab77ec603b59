"""Checks whether EMR gets into the namespaces of its virtual clusters: by its access entry, or by aws-auth and a Role."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import yaml

from emr_eks_placement.checks import Check
from emr_eks_placement.checks.deployment.findings import bring_together, concluded
from emr_eks_placement.environment import Environment
from emr_eks_placement.facts.emr import KUBERNETES_USER, SERVICE_LINKED_ROLE

_NAME = "emr-access"
# EMR's message when it does not get in (CreateVirtualCluster, awslabs/data-on-eks issue 206).
_REFUSAL = "Unauthorized to perform read namespace on"


@dataclass(frozen=True)
class EmrAccess:
    """How EMR gets into a cluster's namespaces.

    entry: the namespaces of its access entry's policies, * for all; None if EMR has no access entry. user: the user
    that aws-auth maps its role to; None if none. may_read: by namespace, whether the user emr-containers may get it, by
    the Kubernetes API. not_read: why user and may_read were not read; empty if they were.
    """

    entry: Collection[str] | None
    user: str | None = None
    may_read: Mapping[str, bool] | None = None
    not_read: str = ""

    def covers(self, namespace: str) -> bool:
        """Returns whether the access entry covers the namespace."""
        return self.entry is not None and bool({"*", namespace} & set(self.entry))


def mapped_user(map_roles: str) -> str | None:
    """Returns the user that mapRoles maps EMR's service-linked role to; None if it maps none. Raises YAMLError."""
    entries = yaml.safe_load(map_roles)
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and str(entry.get("rolearn", "")).rpartition("/")[2] == SERVICE_LINKED_ROLE:
            return str(entry.get("username"))
    return None


def check_emr_access(environment: Environment, cluster: str, access: EmrAccess) -> list[Check]:
    """Checks whether EMR may read the namespace of each virtual cluster, and how."""
    names = sorted({one.namespace for one in environment.virtual_clusters.values()})
    ways = {name: "its access entry" if access.covers(name) else "aws-auth" for name in names}
    well = ", ".join(f"{name} (by {way})" for name, way in ways.items()) or "no namespace"
    findings = (found for name in names for found in _finding(environment, cluster, name, access))
    return concluded(_NAME, findings, f"EMR reads {well}")


def _finding(environment: Environment, cluster: str, namespace: str, access: EmrAccess) -> Iterator[Check]:
    if access.covers(namespace):
        return
    entry = "no access entry" if access.entry is None else f"an access entry for {_listed(access.entry)} only"
    if access.not_read:
        found = f"EMR has {entry}; whether aws-auth lets it into {namespace} is unknown: {access.not_read}"
        yield Check(_NAME, "not checked", found, "Allow the caller to read it (docs/live-cluster.md)")
        return
    found = f"EMR has {entry}, and aws-auth does not let it into {namespace} ({_REFUSAL} ({namespace}))"
    if access.user != KUBERNETES_USER:
        mapped = f"{SERVICE_LINKED_ROLE} is mapped to {access.user or 'nobody'}, not to {KUBERNETES_USER}"
        yield Check(_NAME, "missing", f"{found}: {mapped}", _map(environment, cluster, namespace, access))
    elif not (access.may_read or {}).get(namespace):
        role = f"no Role lets the user {KUBERNETES_USER} get the namespace"
        yield Check(_NAME, "missing", f"{found}: {role}", _bind(environment, cluster, namespace))


def _map(environment: Environment, cluster: str, namespace: str, access: EmrAccess) -> str:
    if access.user is not None:
        return f"Correct the user in aws-auth: kubectl edit configmap aws-auth -n kube-system ({KUBERNETES_USER})"
    if environment.cluster.emr_enters_by != "cloudformation":
        return f"Map it again: {_eksctl(environment, cluster, namespace)}"
    return f"Set cluster.emr_access to aws-auth and deploy, or map it: {_eksctl(environment, cluster, namespace)}"


def _bind(environment: Environment, cluster: str, namespace: str) -> str:
    given = {one.namespace for one in environment.virtual_clusters.values() if one.existing_namespace}
    command = _eksctl(environment, cluster, namespace)
    if namespace in given:
        return f"Create the Role and its RoleBinding, which an existing namespace must have: {command}"
    return bring_together(environment, f"create the Role and its RoleBinding again: {command}")


def _eksctl(environment: Environment, cluster: str, namespace: str) -> str:
    """Returns the command that creates mapping, Role and RoleBinding (EMR on EKS guide, enable cluster access)."""
    return (
        f"eksctl create iamidentitymapping --region {environment.region} --cluster {cluster} --namespace {namespace} "
        "--service-name emr-containers"
    )


def _listed(namespaces: Collection[str]) -> str:
    return ", ".join(sorted(namespaces)) or "no namespace"
