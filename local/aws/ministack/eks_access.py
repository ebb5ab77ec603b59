"""Access entries that MiniStack does not create: of nodes and Fargate, of EKS Auto Mode's nodes, and EMR's own."""

import contextlib
from collections.abc import Iterator
from typing import Any

from local.aws.ministack import names
from local.aws.ministack.services import raise_for_error

_TYPE = "EC2"
_JOB_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEMRJobPolicy"


@contextlib.contextmanager
def auto_mode_access_entries() -> Iterator[None]:
    """Allows access entries of this type, with access policies like those of type STANDARD."""
    original = names.eks._associate_access_policy

    def associate(cluster: str, principal: str, body: dict[str, Any]) -> Any:
        entry = names.eks._access_entries.get(names.eks._ae_key(cluster, principal))
        if not entry or entry["type"] != _TYPE:
            return original(cluster, principal, body)
        entry["type"] = "STANDARD"
        try:
            return original(cluster, principal, body)
        finally:
            entry["type"] = _TYPE

    types = (*names.eks._VALID_ACCESS_ENTRY_TYPES, _TYPE)
    with (
        names.replaced_attribute(names.eks, "_VALID_ACCESS_ENTRY_TYPES", types),
        names.replaced_attribute(names.eks, "_associate_access_policy", associate),
    ):
        yield


@contextlib.contextmanager
def node_group_access_entries() -> Iterator[None]:
    """Creates and removes the access entries of managed node groups' roles, as EKS does."""
    create, delete = names.eks._create_nodegroup, names.eks._delete_nodegroup

    def created(cluster: str, body: dict[str, Any]) -> Any:
        response = create(cluster, body)
        if response[0] < 400:
            let_nodes_in(cluster, body["nodeRole"], "EC2_LINUX")
        return response

    def deleted(cluster: str, name: str) -> Any:
        group = names.eks._nodegroups.get(f"{cluster}/{name}")
        response = delete(cluster, name)
        left = {one["nodeRole"] for one in names.eks._nodegroups.values() if one["clusterName"] == cluster}
        if group and group["nodeRole"] not in left:
            let_nodes_out(cluster, group["nodeRole"], "EC2_LINUX")
        return response

    with (
        names.replaced_attribute(names.eks, "_create_nodegroup", created),
        names.replaced_attribute(names.eks, "_delete_nodegroup", deleted),
    ):
        yield


def let_nodes_in(cluster: str, role: str, kind: str) -> None:
    """Creates the access entry of a role of nodes, as EKS does, if the cluster takes access entries and has none for
    it.

    Source: EKS guide, Create access entries (only self-managed nodes need one created by hand).
    """
    mode = names.eks._clusters[cluster].get("accessConfig", {}).get("authenticationMode", "CONFIG_MAP")
    if mode != "CONFIG_MAP" and names.eks._ae_key(cluster, role) not in names.eks._access_entries:
        body = {"principalArn": role, "type": kind}
        raise_for_error(names.eks._create_access_entry(cluster, body), "CreateAccessEntry")


def let_nodes_out(cluster: str, role: str, kind: str) -> None:
    """Removes the access entry after the last node group or Fargate profile of the role, as EKS does with the role in
    aws-auth."""
    entry = names.eks._access_entries.get(names.eks._ae_key(cluster, role))
    if entry and entry["type"] == kind:
        raise_for_error(names.eks._delete_access_entry(cluster, role), "DeleteAccessEntry")


def associate_job_policy(cluster: str, principal: str, namespace: str) -> None:
    """Adds a namespace to EMR's own access entry with the policy of its jobs."""
    if names.eks._ae_key(cluster, principal) not in names.eks._access_entries:
        raise_for_error(names.eks._create_access_entry(cluster, {"principalArn": principal}), "CreateAccessEntry")
    _associate(cluster, principal, [*_namespaces_of(cluster, principal), namespace])


def disassociate_job_policy(cluster: str, principal: str, namespace: str) -> None:
    """Removes the namespace from the access entry, and the entry with its last one."""
    if names.eks._ae_key(cluster, principal) not in names.eks._access_entries:
        return
    left = [one for one in _namespaces_of(cluster, principal) if one != namespace]
    if left:
        _associate(cluster, principal, left)
    else:
        raise_for_error(names.eks._delete_access_entry(cluster, principal), "DeleteAccessEntry")


def _namespaces_of(cluster: str, principal: str) -> list[str]:
    policy = names.eks._access_policies.get(names.eks._ap_key(cluster, principal, _JOB_POLICY))
    return list(policy["accessScope"]["namespaces"]) if policy else []


def _associate(cluster: str, principal: str, namespaces: list[str]) -> None:
    scope = {"type": "namespace", "namespaces": list(dict.fromkeys(namespaces))}
    body = {"policyArn": _JOB_POLICY, "accessScope": scope}
    raise_for_error(names.eks._associate_access_policy(cluster, principal, body), "AssociateAccessPolicy")
