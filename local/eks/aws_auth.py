"""Maps IAM roles to Kubernetes users, by the ConfigMap aws-auth."""

from collections.abc import Iterator
from typing import Any

import yaml

from local.kubernetes import RecordingKubernetesApi
from local.kubernetes.rbac import may


def role_may_read(api: RecordingKubernetesApi, namespace: str, role_arn: str) -> bool:
    """Returns whether a user that the role is mapped to may get the namespace."""
    roles, bindings = (api.objects(kind, namespace) for kind in ("roles", "rolebindings"))
    return any(may(roles, bindings, user, "get", "", "namespaces") for user in _users_of(api, role_arn))


def _users_of(api: RecordingKubernetesApi, role_arn: str) -> Iterator[str]:
    for config_map in api.objects("configmaps", "kube-system"):
        if config_map["metadata"]["name"] == "aws-auth":
            mapped: list[dict[str, Any]] = yaml.safe_load(config_map.get("data", {}).get("mapRoles", "")) or []
            yield from (one["username"] for one in mapped if one["rolearn"] == role_arn)
