"""EKS clusters: the parts of a cluster's record that MiniStack does not fill in."""

import base64
import secrets
from collections.abc import Callable
from typing import Any

from local.aws.errors import ApiError
from local.aws.ministack import services, state

KubernetesApiOf = Callable[[str], tuple[str, bytes]]


class ClusterLifecycle:
    """Completes new cluster records.

    `api_of(cluster)` gives the endpoint of a cluster's Kubernetes API and the certificate authority of it, as PEM;
    `fargate_profiles_of(cluster)` names the profiles that keep a cluster from being deleted.
    """

    def __init__(self, api_of: KubernetesApiOf, fargate_profiles_of: Callable[[str], list[str]]) -> None:
        self._fargate_profiles_of = fargate_profiles_of
        self._api_of = api_of

    def finish(self, cluster: dict[str, Any]) -> None:
        """Make a new cluster ACTIVE, with its network, its security group and its OIDC issuer."""
        network = cluster["resourcesVpcConfig"]
        network["vpcId"] = _vpc_of(network.get("subnetIds", []))
        network["clusterSecurityGroupId"] = services.create_security_group(
            network["vpcId"], f"eks-cluster-sg-{cluster['name']}", "EKS created security group of the cluster"
        )
        issuer_id = secrets.token_hex(16).upper()
        cluster["identity"] = {"oidc": {"issuer": f"https://oidc.eks.{state.region()}.amazonaws.com/id/{issuer_id}"}}
        endpoint, ca_pem = self._api_of(cluster["name"])
        cluster["endpoint"] = endpoint
        cluster["certificateAuthority"] = {"data": base64.b64encode(ca_pem).decode()}
        cluster["status"] = "ACTIVE"

    def refuse_to_delete_in_use(self, cluster: dict[str, Any]) -> None:
        """Raise while the cluster has node groups or Fargate profiles."""
        name = cluster["name"]
        if state.node_groups_of(name):
            raise ApiError("ResourceInUseException", f"Cluster has nodegroups attached: {name}", 409)
        if self._fargate_profiles_of(name):
            raise ApiError("ResourceInUseException", f"Cluster has Fargate profiles attached: {name}", 409)

    def clean_up(self, cluster: dict[str, Any]) -> None:
        """Removes what EKS created for the cluster."""
        services.delete_security_group(cluster["resourcesVpcConfig"]["clusterSecurityGroupId"])


def _vpc_of(subnet_ids: list[str]) -> str:
    if not subnet_ids:
        return ""
    subnet = state.subnet(subnet_ids[0])
    if not subnet:
        raise ValueError(f"The subnet ID '{subnet_ids[0]}' does not exist")
    return str(subnet["VpcId"])
