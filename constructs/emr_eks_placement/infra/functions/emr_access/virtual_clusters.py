"""Creates, tags and deletes virtual clusters with the function's own rights, from which EMR derives its access to a
namespace.

CloudFormation may send a request twice, may delete a resource after an unanswered request, and rolls a replacement back
with an update to the previous properties. The function therefore looks for an existing virtual cluster before it
creates one. A tag shows which resource of which stack created a virtual cluster; others do not count, because they are
deleted with their own resource.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from .answer import Made, answer

if TYPE_CHECKING:
    from types_boto3_emr_containers import EMRContainersClient
    from types_boto3_emr_containers.type_defs import VirtualClusterTypeDef

OWNER_TAG = "emr-eks-placement:resource"
_LONGEST_TAG = 256  # characters (botocore, emr-containers TagMap)
_ID = re.compile("[0-9a-z]{1,64}")  # botocore, emr-containers ResourceIdString; no id of a failed creation matches it
# Seconds between attempts while the rights of a new role may not be in effect (IAM guide, eventual consistency).
_PAUSES = (2, 4, 8, 16)
_TERMINATION_PAUSE = 5  # seconds
_TIME_TO_ANSWER = 60_000  # milliseconds of the function's time to keep for the answer
_FIXES = {
    "Unauthorized to perform read namespace": "Check that the namespace exists and that the cluster's authentication mode is "
    "API_AND_CONFIG_MAP, or set cluster.emr_access to aws-auth",
    "already exists in the given namespace": "Choose another namespace, or delete the virtual cluster that has this one",
    "AccessDenied": "Check the service control policies and permissions boundaries of the function's role",
}


class RefusedError(Exception):
    """EMR's refusal, with the fix."""


@dataclass(frozen=True)
class _Wanted:
    """A virtual cluster as a request describes it."""

    name: str
    cluster: str
    namespace: str
    owner: str
    tags: Mapping[str, str]


def handler(event: Mapping[str, Any], context: Any) -> None:
    """Handles CloudFormation's requests. ResourceProperties are those of AWS::EMRContainers::VirtualCluster; Tags is a
    mapping."""
    answer(event, lambda: _act(event, context.get_remaining_time_in_millis))


def _act(event: Mapping[str, Any], remaining: Callable[[], int]) -> Made:
    emr: EMRContainersClient = boto3.client("emr-containers", config=Config(retries={"mode": "standard"}))
    wanted = _wanted(event)
    try:
        if event["RequestType"] == "Delete":
            _delete(emr, event["PhysicalResourceId"], wanted, remaining)
            return Made(event["PhysicalResourceId"])
        return _make(emr, event, wanted)
    except ClientError as error:
        raise RefusedError(_with_fix(error)) from None


def _wanted(event: Mapping[str, Any]) -> _Wanted:
    properties = event["ResourceProperties"]
    provider = properties["ContainerProvider"]
    stack = event["StackId"].partition(":stack/")[2]
    return _Wanted(
        name=properties["Name"],
        cluster=provider["Id"],
        namespace=provider["Info"]["EksInfo"]["Namespace"],
        owner=f"{stack}/{event['LogicalResourceId']}"[-_LONGEST_TAG:],
        tags=properties.get("Tags") or {},
    )


def _make(emr: "EMRContainersClient", event: Mapping[str, Any], wanted: _Wanted) -> Made:
    """Creates the virtual cluster, also for an update: a different physical id means a replacement, and CloudFormation
    then deletes the old one."""
    found = _find(emr, wanted)
    if not found:
        return _create(emr, wanted, event["RequestId"])
    before = event.get("OldResourceProperties", {}).get("Tags") or {}
    gone = [key for key in before if key not in wanted.tags]
    if gone:
        emr.untag_resource(resourceArn=found["arn"], tagKeys=gone)
    if wanted.tags:
        emr.tag_resource(resourceArn=found["arn"], tags=wanted.tags)
    return Made(found["id"], {"Arn": found["arn"]})


def _find(emr: "EMRContainersClient", wanted: _Wanted) -> "VirtualClusterTypeDef | None":
    """Returns the existing virtual cluster of this resource."""
    pages = emr.get_paginator("list_virtual_clusters").paginate(
        containerProviderId=wanted.cluster, containerProviderType="EKS", states=["RUNNING", "ARRESTED"]
    )
    for page in pages:
        for listed in page["virtualClusters"]:
            namespace = listed["containerProvider"].get("info", {}).get("eksInfo", {}).get("namespace")
            if (listed["name"], namespace) == (wanted.name, wanted.namespace):
                found = emr.describe_virtual_cluster(id=listed["id"])["virtualCluster"]
                if found.get("tags", {}).get(OWNER_TAG) == wanted.owner:
                    return found
    return None


def _create(emr: "EMRContainersClient", wanted: _Wanted, request_id: str) -> Made:
    for pause in (*_PAUSES, None):
        try:
            made = emr.create_virtual_cluster(
                name=wanted.name,
                containerProvider={
                    "id": wanted.cluster,
                    "type": "EKS",
                    "info": {"eksInfo": {"namespace": wanted.namespace}},
                },
                clientToken=request_id,
                tags={**wanted.tags, OWNER_TAG: wanted.owner},
            )
        except ClientError as error:
            if pause is None or not re.search("AccessDenied|[Uu]nauthorized", str(error)):
                raise
            time.sleep(pause)
        else:
            break
    return Made(made["id"], {"Arn": made["arn"]})


def _delete(emr: "EMRContainersClient", physical_id: str, wanted: _Wanted, remaining: Callable[[], int]) -> None:
    """Waits for the deletion. Raises RefusedError if job runs prevent it for longer than the function may run."""
    id_: str | None = physical_id
    if not _ID.fullmatch(physical_id):  # a creation that failed or was not answered
        found = _find(emr, wanted)
        id_ = found["id"] if found else None
    if id_ and _state(emr, id_) in ("RUNNING", "ARRESTED"):
        emr.delete_virtual_cluster(id=id_)
    while id_ and (state := _state(emr, id_)) not in (None, "TERMINATED"):
        if remaining() < _TIME_TO_ANSWER:
            raise RefusedError(f"Virtual cluster {id_} is still {state}. Cancel its job runs, then delete it again")
        time.sleep(_TERMINATION_PAUSE)


def _state(emr: "EMRContainersClient", id_: str) -> str | None:
    try:
        return emr.describe_virtual_cluster(id=id_)["virtualCluster"]["state"]
    except emr.exceptions.ResourceNotFoundException:
        return None


def _with_fix(error: ClientError) -> str:
    said = f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    fix = next((fix for sign, fix in _FIXES.items() if sign in said), "")
    return f"{said}. {fix}".removesuffix(". ")
