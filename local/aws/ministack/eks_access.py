"""Access entries that MiniStack does not make: of EKS Auto Mode's nodes, of type EC2 with an access policy, and EMR's own."""

import contextlib
from collections.abc import Iterator
from typing import Any

from local.aws.ministack import names
from local.aws.ministack.services import raise_for_error

_TYPE = "EC2"
_JOB_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEMRJobPolicy"


@contextlib.contextmanager
def auto_mode_access_entries() -> Iterator[None]:
    """Lets access entries be of this type, and have access policies as those of type STANDARD do."""
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


def associate_job_policy(cluster: str, principal: str, namespace: str) -> None:
    """EMR's own access entry with the policy of its jobs, for one namespace more."""
    if names.eks._ae_key(cluster, principal) not in names.eks._access_entries:
        raise_for_error(names.eks._create_access_entry(cluster, {"principalArn": principal}), "CreateAccessEntry")
    _associate(cluster, principal, [*_namespaces_of(cluster, principal), namespace])


def disassociate_job_policy(cluster: str, principal: str, namespace: str) -> None:
    """The access entry without the namespace; it goes with its last one."""
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
