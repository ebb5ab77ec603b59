"""EKS: Fargate profiles, add-ons, access entries, Pod Identity associations."""

import json
from typing import Any

from local.aws.cloudformation.properties import api_request, run
from local.aws.eks_fargate import FargateProfiles
from local.aws.ministack import state
from local.aws.ministack.resource_types import Attributes, Created, Properties, ResourceType, generated_name
from local.aws.ministack.services import eks_operation, raise_for_error

_POD_IDENTITY_SERVICE = "pods.eks.amazonaws.com"


def _call(operation: str, *arguments: Any) -> Any:
    """Run one of MiniStack's EKS operations; its answer's only member, or None for an empty answer."""
    text = raise_for_error(eks_operation(operation)(*arguments), operation)
    return next(iter(json.loads(text or "{}").values()), None)


def _fargate_profile(profiles: FargateProfiles) -> ResourceType:
    def create(logical_id: str, properties: Properties, stack_name: str) -> Created:
        name = properties.get("FargateProfileName") or generated_name(stack_name, logical_id, 63)
        request = api_request("eks", "CreateFargateProfile", properties, fargateProfileName=name)
        profile = run(profiles.create_profile, request)["fargateProfile"]
        return f"{profile['clusterName']}|{name}", {"Arn": profile["fargateProfileArn"]}

    def delete(physical_id: str, _properties: Properties) -> None:
        cluster, name = physical_id.split("|")
        if state.cluster(cluster):
            run(profiles.delete_profile, {"clusterName": cluster, "fargateProfileName": name})

    return ResourceType(
        "AWS::EKS::FargateProfile",
        create,
        delete,
    )


def _addon_request(operation: str, properties: Properties) -> dict[str, Any]:
    settings = {name: value for name, value in properties.items() if name not in {"PreserveOnDelete", "Tags"}}
    if operation == "CreateAddon":
        settings["Tags"] = properties.get("Tags", [])
    return api_request("eks", operation, settings)


def _create_addon(_logical_id: str, properties: Properties, _stack_name: str) -> Created:
    request = _addon_request("CreateAddon", properties)
    addon = _call("CreateAddon", request["clusterName"], request)
    return f"{request['clusterName']}|{request['addonName']}", {"Arn": addon["addonArn"]}


def _update_addon(physical_id: str, properties: Properties) -> Attributes:
    request = _addon_request("UpdateAddon", properties)
    _call("UpdateAddon", *physical_id.split("|"), request)
    return {}


def _delete_addon(physical_id: str, _properties: Properties) -> None:
    cluster, name = physical_id.split("|")
    if state.cluster(cluster):
        _call("DeleteAddon", cluster, name)


def _access_entry_request(operation: str, properties: Properties) -> dict[str, Any]:
    left_out = {"AccessPolicies"} if operation == "CreateAccessEntry" else {"AccessPolicies", "Tags", "Type"}
    request = api_request("eks", operation, {name: value for name, value in properties.items() if name not in left_out})
    cluster = state.cluster(request["clusterName"])
    if not cluster:
        raise ValueError(f"No cluster found for name: {request['clusterName']}.")
    if cluster.get("accessConfig", {}).get("authenticationMode", "CONFIG_MAP") == "CONFIG_MAP":
        raise ValueError(
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation."
        )
    if "/aws-service-role/" in request["principalArn"] or ":role/AWSServiceRoleFor" in request["principalArn"]:
        raise ValueError("The specified principalArn is invalid: invalid principal.")
    return request


def _create_access_entry(_logical_id: str, properties: Properties, _stack_name: str) -> Created:
    request = _access_entry_request("CreateAccessEntry", properties)
    cluster, principal = request["clusterName"], request["principalArn"]
    policies = _access_policies(properties)
    entry = _call("CreateAccessEntry", cluster, request)
    for policy in policies:
        _call("AssociateAccessPolicy", cluster, principal, policy)
    return f"{principal}|{cluster}", {"AccessEntryArn": entry["accessEntryArn"]}


def _access_policies(properties: Properties) -> list[dict[str, Any]]:
    owner = {"clusterName": properties["ClusterName"], "principalArn": properties["PrincipalArn"]}
    return [
        api_request("eks", "AssociateAccessPolicy", policy, **owner)
        for policy in properties.get("AccessPolicies") or []
    ]


def _update_access_entry(physical_id: str, properties: Properties) -> Attributes:
    principal, cluster = physical_id.split("|")
    request = _access_entry_request("UpdateAccessEntry", properties)
    wanted = _access_policies(properties)
    _call("UpdateAccessEntry", cluster, principal, request)
    listing = json.loads(eks_operation("ListAssociatedAccessPolicies")(cluster, principal, {})[2])
    for policy in listing["associatedAccessPolicies"]:
        _call("DisassociateAccessPolicy", cluster, principal, policy["policyArn"])
    for policy in wanted:
        _call("AssociateAccessPolicy", cluster, principal, policy)
    return {}


def _delete_access_entry(physical_id: str, _properties: Properties) -> None:
    principal, cluster = physical_id.split("|")
    if state.cluster(cluster):
        _call("DeleteAccessEntry", cluster, principal)


def _refuse_role_without_pod_identity_trust(role_arn: str) -> None:
    role = state.role(role_arn)
    if not role or not state.trusts_service(role, _POD_IDENTITY_SERVICE):
        raise ValueError(f"Role {role_arn} does not exist or does not trust {_POD_IDENTITY_SERVICE}")


def _create_pod_identity(_logical_id: str, properties: Properties, _stack_name: str) -> Created:
    request = api_request("eks", "CreatePodIdentityAssociation", properties)
    _refuse_role_without_pod_identity_trust(request["roleArn"])
    made = _call("CreatePodIdentityAssociation", request["clusterName"], request)
    return made["associationArn"], {"AssociationArn": made["associationArn"], "AssociationId": made["associationId"]}


def _update_pod_identity(arn: str, properties: Properties) -> Attributes:
    _refuse_role_without_pod_identity_trust(properties["RoleArn"])
    body = {"roleArn": properties["RoleArn"]}
    _call("UpdatePodIdentityAssociation", properties["ClusterName"], arn.rsplit("/", 1)[-1], body)
    return {}


def _delete_pod_identity(arn: str, properties: Properties) -> None:
    if state.cluster(properties["ClusterName"]):
        _call("DeletePodIdentityAssociation", properties["ClusterName"], arn.rsplit("/", 1)[-1])


def resource_types(profiles: FargateProfiles) -> list[ResourceType]:
    """Returns the EKS types MiniStack lacks."""
    return [
        _fargate_profile(profiles),
        ResourceType(
            "AWS::EKS::Addon",
            _create_addon,
            _delete_addon,
            update=_update_addon,
        ),
        ResourceType(
            "AWS::EKS::AccessEntry",
            _create_access_entry,
            _delete_access_entry,
            update=_update_access_entry,
        ),
        ResourceType(
            "AWS::EKS::PodIdentityAssociation",
            _create_pod_identity,
            _delete_pod_identity,
            update=_update_pod_identity,
        ),
    ]
