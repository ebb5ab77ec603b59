"""How EMR on EKS gets into a cluster, as far as it can be seen: its access entry, and the ConfigMap aws-auth."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from emr_eks_placement.aws.checks.emr_access import entry_of_emr, user_of_emr
from emr_eks_placement.aws.errors import aws_errors
from emr_eks_placement.aws.kubernetes import NotReadError, open_kubernetes_api
from emr_eks_placement.aws.session import client
from emr_eks_placement.aws.virtual_clusters import describe_virtual_cluster
from emr_eks_placement.common.errors import InputError

if TYPE_CHECKING:
    from types_boto3_eks import EKSClient


@dataclass(frozen=True)
class EmrAccess:
    """Whether EMR's service-linked role has an access entry, and whether aws-auth maps it; None where that was not read.

    not_read: why.
    """

    access_entry: bool | None
    aws_auth: bool | None
    not_read: tuple[str, ...] = ()


def read_emr_access(session: boto3.Session, virtual_cluster: str) -> EmrAccess:
    """Of the EKS cluster of a virtual cluster, by its id. What can't be read is told, and raises nothing.

    Calls emr-containers:DescribeVirtualCluster, eks:DescribeCluster and ListAccessEntries, and gets aws-auth from the
    Kubernetes API.
    """
    entry = mapped = None
    not_read = []
    try:
        cluster = describe_virtual_cluster(session, virtual_cluster).cluster
    except InputError as error:
        return EmrAccess(None, None, (str(error),))
    try:
        with aws_errors(f"EKS cluster {cluster}"):
            entry = entry_of_emr(session, cluster) is not None
    except InputError as error:
        not_read.append(f"access entries were not read: {error}")
    try:
        mapped = _is_mapped(session, cluster)
    except (InputError, NotReadError) as error:
        not_read.append(f"aws-auth was not read: {error}")
    return EmrAccess(entry, mapped, tuple(not_read))


def _is_mapped(session: boto3.Session, cluster: str) -> bool:
    with aws_errors(f"EKS cluster {cluster}"):
        eks: EKSClient = client(session, "eks")
        api = open_kubernetes_api(session, eks.describe_cluster(name=cluster)["cluster"])
    return user_of_emr(api) is not None
