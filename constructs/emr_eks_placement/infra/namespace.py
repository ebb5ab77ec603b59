"""The Kubernetes side of a virtual cluster: its namespace, and EMR's permissions in it."""

from typing import Any

from emr_eks_placement.environment import Quota
from emr_eks_placement.environment.namespace_limits import quota_objects
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.facts.emr import KUBERNETES_USER

# Kubernetes resources by API groups, and EMR's actions on them (EMR on EKS guide, manual steps of cluster access).
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


def namespace_manifest(namespace: str, pod_security: str, quota: Quota) -> list[dict[str, Any]]:
    """Returns the namespace with its quota, and a Role in it for the Kubernetes user emr-containers.

    EMR needs the Role if its service-linked role is mapped to the user in aws-auth (EmrIdentityMapping). Without the
    mapping nobody is this user, and with an access entry EMR uses that.
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
            "metadata": {"name": KUBERNETES_USER, "namespace": namespace},
            "rules": [{"apiGroups": groups, "resources": kinds, "verbs": verbs} for groups, kinds, verbs in _RULES],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": KUBERNETES_USER, "namespace": namespace},
            "subjects": [{"kind": "User", "name": KUBERNETES_USER, "apiGroup": "rbac.authorization.k8s.io"}],
            "roleRef": {"kind": "Role", "name": KUBERNETES_USER, "apiGroup": "rbac.authorization.k8s.io"},
        },
        *quota_objects(namespace, quota),
    ]
