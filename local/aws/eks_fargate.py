"""EKS Fargate profiles: the API operations MiniStack lacks."""

import secrets
import time
from collections.abc import Mapping
from typing import Any

from emr_eks_placement.facts.fargate import DEFAULT_PROFILE_QUOTA, MOST_LABELS, MOST_SELECTORS
from local.aws.errors import ApiError, invalid_parameter, not_found
from local.aws.ministack import eks_access, state
from local.aws.ministack.services import Response, error_response, json_response
from local.aws.rest_json import Request, RestJsonService, page

_ENTRY_TYPE = "FARGATE_LINUX"
POD_EXECUTION_SERVICE = "eks-fargate-pods.amazonaws.com"


class FargateProfiles:
    """All Fargate profiles of the account. A profile is ACTIVE at once and deleted at once."""

    def __init__(self) -> None:
        self._profiles: dict[tuple[str, str], dict[str, Any]] = {}
        self.api = RestJsonService(
            "eks",
            {
                "CreateFargateProfile": self.create_profile,
                "DescribeFargateProfile": self.describe_profile,
                "ListFargateProfiles": self.list_profiles,
                "DeleteFargateProfile": self.delete_profile,
            },
            "InvalidParameterException",
        )

    def route(self, method: str, path: str, body: bytes, query: Mapping[str, list[str]]) -> Response | None:
        """Answer a Fargate-profile request; None for any other EKS request."""
        found = self.api.operation_for(method, path)
        if not found or not self.api.implements(found[0]):
            return None
        try:
            return json_response(self.api.call(method, path, body, query))
        except ApiError as error:
            return error_response(error)

    def create_profile(self, request: Request) -> Mapping[str, Any]:
        """CreateFargateProfile."""
        cluster, name = request["clusterName"], request["fargateProfileName"]
        if not state.cluster(cluster):
            raise not_found(f"No cluster found for name: {cluster}.")
        if (cluster, name) in self._profiles:
            raise ApiError("ResourceInUseException", f"Fargate Profile already exists with name {name}", 409)
        if len(self.of_cluster(cluster)) >= DEFAULT_PROFILE_QUOTA:
            raise ApiError(
                "ResourceLimitExceededException", f"Cluster {cluster} has {DEFAULT_PROFILE_QUOTA} Fargate Profiles"
            )
        _refuse_bad_selectors(request.get("selectors", []))
        _refuse_unusable_subnets(request.get("subnets", []))
        _refuse_unusable_role(request["podExecutionRoleArn"])
        profile = {
            "fargateProfileName": name,
            "fargateProfileArn": f"arn:aws:eks:{state.region()}:{state.account_id()}:fargateprofile/"
            f"{cluster}/{name}/{secrets.token_hex(4)}",
            "clusterName": cluster,
            "createdAt": int(time.time()),
            "podExecutionRoleArn": request["podExecutionRoleArn"],
            "subnets": request.get("subnets") or _private_subnets(cluster),
            "selectors": request["selectors"],
            "status": "ACTIVE",
            "tags": request.get("tags", {}),
            "health": {"issues": []},
        }
        self._profiles[cluster, name] = profile
        eks_access.let_nodes_in(cluster, request["podExecutionRoleArn"], _ENTRY_TYPE)
        return {"fargateProfile": profile}

    def describe_profile(self, request: Request) -> Mapping[str, Any]:
        """DescribeFargateProfile."""
        return {"fargateProfile": self._get(request)}

    def list_profiles(self, request: Request) -> Mapping[str, Any]:
        """ListFargateProfiles."""
        if not state.cluster(request["clusterName"]):
            raise not_found(f"No cluster found for name: {request['clusterName']}.")
        names, more = page(self.of_cluster(request["clusterName"]), request)
        return {"fargateProfileNames": names, **more}

    def delete_profile(self, request: Request) -> Mapping[str, Any]:
        """DeleteFargateProfile."""
        profile, cluster = self._get(request), request["clusterName"]
        del self._profiles[cluster, request["fargateProfileName"]]
        role = profile["podExecutionRoleArn"]
        if role not in {one["podExecutionRoleArn"] for one in self._profiles.values() if one["clusterName"] == cluster}:
            eks_access.let_nodes_out(cluster, role, _ENTRY_TYPE)
        return {"fargateProfile": {**profile, "status": "DELETING"}}

    def _get(self, request: Request) -> dict[str, Any]:
        found = self._profiles.get((request["clusterName"], request["fargateProfileName"]))
        if not found:
            raise not_found(f"No Fargate Profile found with name: {request['fargateProfileName']}.")
        return found

    def of_cluster(self, cluster: str) -> list[str]:
        """Returns the names of a cluster's profiles."""
        return [name for owner, name in self._profiles if owner == cluster]


def _refuse_bad_selectors(selectors: list[dict[str, Any]]) -> None:
    if not 1 <= len(selectors) <= MOST_SELECTORS:
        raise invalid_parameter(f"1 to {MOST_SELECTORS} selectors are required, not {len(selectors)}")
    for selector in selectors:
        if not selector.get("namespace"):
            raise invalid_parameter("every selector needs a namespace")
        if len(selector.get("labels", {})) > MOST_LABELS:
            raise invalid_parameter(f"a selector has at most {MOST_LABELS} labels")


def _refuse_unusable_subnets(subnets: list[str]) -> None:
    for subnet in subnets:
        if not state.subnet(subnet):
            raise invalid_parameter(f"The subnet ID '{subnet}' does not exist")
        if state.is_public_subnet(subnet):
            raise invalid_parameter(f"Subnet {subnet} provided in Fargate Profile is not a private subnet")


def _refuse_unusable_role(role_arn: str) -> None:
    role = state.role(role_arn)
    if not role:
        raise invalid_parameter(f"role {role_arn} does not exist")
    if not state.trusts_service(role, POD_EXECUTION_SERVICE):
        raise invalid_parameter(f"Misconfigured PodExecutionRole Trust Policy; it must trust {POD_EXECUTION_SERVICE}")


def _private_subnets(cluster: str) -> list[str]:
    """Returns the private subnets of the cluster, for a profile without subnets."""
    record = state.cluster(cluster) or {}
    subnets = record.get("resourcesVpcConfig", {}).get("subnetIds", [])
    return [subnet for subnet in subnets if not state.is_public_subnet(subnet)]
