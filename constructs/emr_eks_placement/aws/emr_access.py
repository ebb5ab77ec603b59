"""Reads how EMR gets into a cluster, from EKS and the cluster's Kubernetes API."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import boto3
from yaml import YAMLError

from emr_eks_placement.aws.eks import access_entries, existing_cluster
from emr_eks_placement.aws.errors import aws_errors
from emr_eks_placement.aws.kubernetes import KubernetesApi, NotReadError, open_kubernetes_api
from emr_eks_placement.aws.session import client
from emr_eks_placement.aws.virtual_clusters import describe_virtual_cluster
from emr_eks_placement.checks.deployment.emr_access import EmrAccess, mapped_user
from emr_eks_placement.common.errors import InputError
from emr_eks_placement.facts.emr import KUBERNETES_USER, SERVICE_LINKED_ROLE

if TYPE_CHECKING:
    from types_boto3_eks import EKSClient
    from types_boto3_eks.type_defs import ClusterTypeDef

_AWS_AUTH = "/api/v1/namespaces/kube-system/configmaps/aws-auth"


def read_emr_access(session: boto3.Session, described: "ClusterTypeDef", namespaces: Iterable[str]) -> EmrAccess:
    """Returns EMR's access entry with its policies (eks:ListAccessEntries, ListAssociatedAccessPolicies).

    If these leave out a namespace, reads aws-auth from the Kubernetes API and asks it what EMR's user may do (an access
    review). Raises botocore's errors unchanged.
    """
    names = list(namespaces)
    eks: EKSClient = client(session, "eks")
    principal = _entry_of_emr(eks, described["name"])
    access = EmrAccess(_scopes(eks, described["name"], principal) if principal else None)
    if all(access.covers(name) for name in names):
        return access
    try:
        api = open_kubernetes_api(session, described)
        user = _user_of_emr(api)
        may_read = {name: api.allows(KUBERNETES_USER, "get", "namespaces", name) for name in names}
    except NotReadError as error:
        return EmrAccess(access.entry, not_read=str(error))
    return EmrAccess(access.entry, user, may_read)


def emr_access_in_words(session: boto3.Session, virtual_cluster: str, tell: Callable[[str], None]) -> str:
    """Returns a text such as `access entry: yes; mapped in aws-auth: no` for the EKS cluster of the virtual cluster
    with this id.

    A part that can't be read is `not read`, with the reason; raises nothing. Calls
    emr-containers:DescribeVirtualCluster, eks:DescribeCluster and ListAccessEntries, and reads aws-auth from the
    Kubernetes API.
    """
    try:
        cluster = describe_virtual_cluster(session, virtual_cluster).cluster
        with aws_errors(f"EKS cluster {cluster}"):
            eks: EKSClient = client(session, "eks")
            described = existing_cluster(eks, cluster)
    except InputError as error:
        tell(str(error))
        return _in_words(None, None)
    entry = mapped = None
    try:
        with aws_errors(f"EKS cluster {cluster}"):
            entry = _entry_of_emr(eks, cluster) is not None
    except InputError as error:
        tell(f"access entries were not read: {error}")
    try:
        with aws_errors(f"EKS cluster {cluster}"):
            mapped = _user_of_emr(open_kubernetes_api(session, described)) is not None
    except (InputError, NotReadError) as error:
        tell(f"aws-auth was not read: {error}")
    return _in_words(entry, mapped)


def _in_words(entry: bool | None, mapped: bool | None) -> str:
    words = {True: "yes", False: "no", None: "not read"}
    return f"access entry: {words[entry]}; mapped in aws-auth: {words[mapped]}"


def _user_of_emr(api: KubernetesApi) -> str | None:
    """Returns the user that aws-auth maps EMR's service-linked role to; None if it maps nobody. Raises NotReadError."""
    config_map = api.find(_AWS_AUTH)
    map_roles = config_map["data"]["mapRoles"].known_text() if config_map else None
    try:
        return mapped_user(map_roles or "")
    except YAMLError as error:
        raise NotReadError("mapRoles of aws-auth is not YAML") from error


def _entry_of_emr(eks: "EKSClient", cluster: str) -> str | None:
    """Returns the principal of EMR's access entry (eks:ListAccessEntries); None if EMR has none."""
    return next((arn for arn in access_entries(eks, cluster) if arn.rpartition("/")[2] == SERVICE_LINKED_ROLE), None)


def _scopes(eks: "EKSClient", cluster: str, principal_arn: str) -> set[str]:
    """Returns the namespaces of an access entry's policies; * for policies of the whole cluster."""
    pages = eks.get_paginator("list_associated_access_policies").paginate(
        clusterName=cluster, principalArn=principal_arn
    )
    scopes = [policy["accessScope"] for page in pages for policy in page["associatedAccessPolicies"]]
    return {name for scope in scopes for name in (["*"] if scope["type"] == "cluster" else scope["namespaces"])}
