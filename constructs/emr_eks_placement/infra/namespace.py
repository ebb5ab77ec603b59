"""The Kubernetes side of a virtual cluster: its namespace, and what EMR may do in it."""

from typing import Any

from emr_eks_placement.environment import Quota
from emr_eks_placement.facts import kubernetes

# Kubernetes resources by API groups, and what EMR does with them (EMR on EKS guide, manual steps of cluster access).
_CHANGE = ["get", "list", "watch", "describe", "create", "edit", "delete", "annotate", "patch", "label"]
_CHANGE_MANY = [*_CHANGE, "deletecollection"]
_RULES: tuple[tuple[list[str], list[str], list[str]], ...] = (
    ([""], ["namespaces"], ["get"]),
    ([""], ["serviceaccounts", "services", "configmaps", "events", "pods", "pods/log"], _CHANGE_MANY),
    ([""], ["secrets"], ["create", "patch", "delete", "watch"]),
    (["apps"], ["statefulsets", "deployments"], _CHANGE),
    (["batch"], ["jobs"], _CHANGE),
    (["extensions", "networking.k8s.io"], ["ingresses"], _CHANGE),
    (["rbac.authorization.k8s.io"], ["roles", "rolebindings"], _CHANGE_MANY),
    (["", "apps", "batch", "extensions"], ["persistentvolumeclaims"], _CHANGE_MANY),
)
_EMR = "emr-containers"
_QUOTA_NAME = "virtual-cluster"


def namespace_manifest(namespace: str, pod_security: str, quota: Quota) -> list[dict[str, Any]]:
    """The namespace with its quota, and a role in it for the Kubernetes user emr-containers.

    EMR makes its own way in when a virtual cluster is created: an access entry for its service-linked role, with the
    rights of whoever creates it. Whether CloudFormation's handler passes those rights on is not documented. If it does
    not, creation ends with "Unauthorized to perform read namespace", and mapping the service-linked role to this user
    lets EMR in: `eksctl create iamidentitymapping --cluster NAME --username emr-containers
    --arn arn:aws:iam::ACCOUNT:role/AWSServiceRoleForAmazonEMRContainers`. Until somebody does, nobody is this user.
    The aws-auth ConfigMap itself is left alone: EKS keeps its nodes in it, and the CDK's handler would overwrite them.
    """
    return [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": namespace, "labels": {kubernetes.POD_SECURITY: pod_security}},
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {"name": _EMR, "namespace": namespace},
            "rules": [{"apiGroups": groups, "resources": kinds, "verbs": verbs} for groups, kinds, verbs in _RULES],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": _EMR, "namespace": namespace},
            "subjects": [{"kind": "User", "name": _EMR, "apiGroup": "rbac.authorization.k8s.io"}],
            "roleRef": {"kind": "Role", "name": _EMR, "apiGroup": "rbac.authorization.k8s.io"},
        },
        *_quota_manifest(namespace, quota),
    ]


def _quota_manifest(namespace: str, quota: Quota) -> list[dict[str, Any]]:
    """What the namespace's pods may take together, and a container alone.

    With a quota on memory, Kubernetes refuses a container that requests none; with a largest limit, it takes that for
    the limit of a container that says none, and for its request too. A default request of 0 keeps both from changing
    what such a container counts (Kubernetes, resource quotas; defaults of LimitRange).
    """
    manifests = []
    hard = {"pods": quota.pods and str(quota.pods), "requests.memory": quota.memory}
    if any(hard.values()):
        spec: dict[str, Any] = {"hard": {resource: amount for resource, amount in hard.items() if amount}}
        manifests.append(_object("ResourceQuota", namespace, spec))
    if quota.memory or quota.container_memory:
        limit: dict[str, Any] = {"type": "Container", "defaultRequest": {"memory": "0"}}
        if quota.container_memory:
            limit |= {kind: {"memory": quota.container_memory} for kind in ("max", "default")}
        manifests.append(_object("LimitRange", namespace, {"limits": [limit]}))
    return manifests


def _object(kind: str, namespace: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": _QUOTA_NAME, "namespace": namespace},
        "spec": spec,
    }
