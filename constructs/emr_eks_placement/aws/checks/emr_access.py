"""What lets EMR into a cluster, as EKS and the cluster's Kubernetes API say."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import boto3
from yaml import YAMLError

from emr_eks_placement.aws.checks import read_deployment as read
from emr_eks_placement.aws.kubernetes import KubernetesApi, NotReadError, open_kubernetes_api
from emr_eks_placement.aws.session import client
from emr_eks_placement.checks.deployment.emr_access import EmrAccess, mapped_user
from emr_eks_placement.facts.emr import KUBERNETES_USER, SERVICE_LINKED_ROLE

if TYPE_CHECKING:
    from types_boto3_eks import EKSClient
    from types_boto3_eks.type_defs import ClusterTypeDef

_AWS_AUTH = "/api/v1/namespaces/kube-system/configmaps/aws-auth"


def read_emr_access(session: boto3.Session, described: "ClusterTypeDef", namespaces: Iterable[str]) -> EmrAccess:
    """EMR's access entry with its policies (eks:ListAccessEntries, ListAssociatedAccessPolicies).

    Where that leaves out a namespace, the Kubernetes API is asked for aws-auth, and by an access review what the user of
    EMR's may do. Raises botocore's errors as they come.
    """
    names = list(namespaces)
    cluster = described["name"]
    principal = entry_of_emr(session, cluster)
    access = EmrAccess(_scopes(session, cluster, principal) if principal else None)
    if all(access.covers(name) for name in names):
        return access
    try:
        api = open_kubernetes_api(session, described)
        user = user_of_emr(api)
        may_read = {name: api.allows(KUBERNETES_USER, "get", "namespaces", name) for name in names}
    except NotReadError as error:
        return EmrAccess(access.entry, not_read=str(error))
    return EmrAccess(access.entry, user, may_read)


def user_of_emr(api: KubernetesApi) -> str | None:
    """Whom aws-auth maps EMR's service-linked role to; None: nobody. Raises NotReadError."""
    config_map = api.find(_AWS_AUTH)
    map_roles = config_map["data"]["mapRoles"].known_text() if config_map else None
    try:
        return mapped_user(map_roles or "")
    except YAMLError as error:
        raise NotReadError("mapRoles of aws-auth is not YAML") from error


def entry_of_emr(session: boto3.Session, cluster: str) -> str | None:
    """The principal of EMR's access entry (eks:ListAccessEntries); None: there is none."""
    entries = read.access_entries(session, cluster)
    return next((arn for arn in entries if arn.rpartition("/")[2] == SERVICE_LINKED_ROLE), None)


def _scopes(session: boto3.Session, cluster: str, principal_arn: str) -> set[str]:
    """The namespaces of an access entry's policies; * for those of the whole cluster."""
    eks: EKSClient = client(session, "eks")
    pages = eks.get_paginator("list_associated_access_policies").paginate(
        clusterName=cluster, principalArn=principal_arn
    )
    scopes = [policy["accessScope"] for page in pages for policy in page["associatedAccessPolicies"]]
    return {name for scope in scopes for name in (["*"] if scope["type"] == "cluster" else scope["namespaces"])}
