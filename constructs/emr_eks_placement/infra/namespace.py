"""The Kubernetes side of a virtual cluster: its namespace, and what EMR may do in it."""

from typing import Any

from emr_eks_placement.environment import Quota
from emr_eks_placement.environment.namespace_limits import quota_objects
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
        *quota_objects(namespace, quota),
    ]
