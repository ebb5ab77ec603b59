"""Maps EMR's service-linked role to a Kubernetes user in a cluster's ConfigMap aws-auth, and keeps all other entries.

A change is based on the ConfigMap as it was read. The API server refuses it if someone else, such as EKS with another
node group, changed the ConfigMap since; it is then read again. The mapping remains when the resource is deleted: others
may use it, and without a Role for its user it gives no access.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from .answer import Made, answer
from .map_roles import UnreadableError, with_mapping

_NAMESPACE, _NAME = "kube-system", "aws-auth"
_TRIES = 6
_FIRST_PAUSE = 0.5  # seconds; doubled at each attempt
_LONGEST_CALL = 300  # seconds; kubectl tries three times when the API server does not answer

Kubectl = Callable[[str, Mapping[str, Any]], str]
"""Carries out a request of the CDK's kubectl handler, by the kind of its custom resource. Raises KubectlError."""


class KubectlError(Exception):
    """The message of kubectl when it failed."""


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Handles CloudFormation's requests. ResourceProperties: ClusterName, KubectlHandler (a function's ARN), RoleArn,
    Username."""
    answer(event, lambda: _act(event))


def _act(event: Mapping[str, Any]) -> Made:
    properties = event["ResourceProperties"]
    cluster = properties["ClusterName"]
    if event["RequestType"] != "Delete":
        add_mapping(_kubectl(properties["KubectlHandler"]), cluster, properties["RoleArn"], properties["Username"])
    return Made(f"{cluster}/{_NAME}/{properties['RoleArn']}")


def add_mapping(kubectl: Kubectl, cluster: str, role_arn: str, username: str) -> None:
    """Adds the mapping, and the ConfigMap if the cluster has none. Does nothing if the mapping exists.

    Raises KubectlError; UnreadableError, with the command to run, if the mapping can't be added to mapRoles.
    """
    for attempt in range(_TRIES):
        try:
            _add_mapping(kubectl, cluster, role_arn, username)
        except KubectlError as error:
            if "the object has been modified" not in str(error) or attempt == _TRIES - 1:
                raise
            time.sleep(_FIRST_PAUSE * 2**attempt)
        else:
            return


def _add_mapping(kubectl: Kubectl, cluster: str, role_arn: str, username: str) -> None:
    if _created(kubectl, cluster, with_mapping("", role_arn, username)):
        return
    found = json.loads(
        kubectl(
            "KubernetesObjectValue",
            {
                "ClusterName": cluster,
                "ObjectType": "configmap",
                "ObjectName": _NAME,
                "ObjectNamespace": _NAMESPACE,
                "JsonPath": "@",
                "TimeoutSeconds": "30",
            },
        )
    )
    before = (found.get("data") or {}).get("mapRoles") or ""
    try:
        after = with_mapping(before, role_arn, username)
    except UnreadableError as error:
        command = f"eksctl create iamidentitymapping --cluster {cluster} --arn {role_arn} --username {username}"
        raise UnreadableError(f"{error}. Add the mapping yourself, then deploy again: {command}") from None
    if after != before:
        version = found["metadata"]["resourceVersion"]  # with it, the API refuses the patch after another change
        patch = json.dumps({"metadata": {"resourceVersion": version}, "data": {"mapRoles": after}})
        kubectl(
            "KubernetesPatch",
            {
                "ClusterName": cluster,
                "ResourceName": f"configmap/{_NAME}",
                "ResourceNamespace": _NAMESPACE,
                "ApplyPatchJson": patch,
                "RestorePatchJson": "{}",
                "PatchType": "merge",
            },
        )


def _created(kubectl: Kubectl, cluster: str, map_roles: str) -> bool:
    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": _NAME, "namespace": _NAMESPACE},
        "data": {"mapRoles": map_roles},
    }
    try:
        kubectl("KubernetesResource", {"ClusterName": cluster, "Manifest": json.dumps([manifest])})
    except KubectlError as error:
        if "AlreadyExists" in str(error):
            return False
        raise
    return True


def _kubectl(function: str) -> Kubectl:
    """Runs kubectl with the CDK's function, which has kubectl, the cluster's access entry and a network interface in
    its VPC."""
    import boto3  # part of Lambda's runtime
    from botocore.config import Config

    client = boto3.client("lambda", config=Config(read_timeout=_LONGEST_CALL, retries={"max_attempts": 0}))

    def call(kind: str, properties: Mapping[str, Any]) -> str:
        # The names in the handler's requests (aws-cdk-lib, custom-resource-handlers/dist/aws-eks-v2/kubectl-handler).
        request = {
            "RequestType": "Create",
            "ResourceType": f"Custom::AWSCDK-EKS-{kind}",
            "ResourceProperties": dict(properties),
        }
        reply = client.invoke(FunctionName=function, Payload=json.dumps(request).encode())
        payload = json.loads(reply["Payload"].read() or b"null") or {}
        if reply.get("FunctionError"):
            raise KubectlError(payload.get("errorMessage", "the kubectl handler failed"))
        return str(payload.get("Data", {}).get("Value", ""))

    return call
