"""API discovery and the part of the OpenAPI documents that kubectl reads before it sends a manifest."""

from local.kubernetes.resources import CORE_GROUP, RESOURCE_TYPES, ResourceType
from local.kubernetes.status import JsonObject

VERSION = {"major": "1", "minor": "35", "gitVersion": "v1.35.0", "platform": "linux/amd64"}

_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
_FIELD_VALIDATION = {"name": "fieldValidation", "in": "query", "schema": {"type": "string", "uniqueItems": True}}


def discovery_document(path: str) -> JsonObject | None:
    """Returns the document at a discovery or OpenAPI path; None if the path is none of them."""
    return _DOCUMENTS.get(path)


def _documents() -> dict[str, JsonObject]:
    by_prefix: dict[str, list[ResourceType]] = {}
    for resource_type in RESOURCE_TYPES:
        by_prefix.setdefault(_prefix(resource_type), []).append(resource_type)
    documents: dict[str, JsonObject] = {
        "/version": dict(VERSION),
        "/api": {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": _groups()},
        "/openapi/v3": {"paths": {prefix: {"serverRelativeURL": f"/openapi/v3/{prefix}"} for prefix in by_prefix}},
    }
    for prefix, resource_types in by_prefix.items():
        documents[f"/{prefix}"] = _resource_list(resource_types)
        documents[f"/openapi/v3/{prefix}"] = _openapi(prefix, resource_types)
    return documents


def _prefix(resource_type: ResourceType) -> str:
    return f"{'apis' if resource_type.group else 'api'}/{resource_type.api_version}"


def _groups() -> list[JsonObject]:
    versions = {one.group: {"groupVersion": one.api_version, "version": one.version} for one in RESOURCE_TYPES}
    return [
        {"name": group, "versions": [version], "preferredVersion": version}
        for group, version in versions.items()
        if group != CORE_GROUP
    ]


def _resource_list(resource_types: list[ResourceType]) -> JsonObject:
    resources = [
        {
            "name": resource_type.plural,
            "singularName": resource_type.kind.lower(),
            "namespaced": resource_type.namespaced,
            "kind": resource_type.kind,
            "shortNames": list(resource_type.short_names),
            "verbs": _VERBS,
        }
        for resource_type in resource_types
    ]
    group_version = resource_types[0].api_version
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources}


def _openapi(prefix: str, resource_types: list[ResourceType]) -> JsonObject:
    paths = {f"/{prefix}/{_object_path(one)}": {"patch": _patch_operation(one)} for one in resource_types}
    return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": VERSION["gitVersion"]}, "paths": paths}


def _object_path(resource_type: ResourceType) -> str:
    return f"{'namespaces/{namespace}/' if resource_type.namespaced else ''}{resource_type.plural}/{{name}}"


def _patch_operation(resource_type: ResourceType) -> JsonObject:
    """kubectl looks here for `fieldValidation`: then the server validates and kubectl needs no schema."""
    kind = {"group": resource_type.group, "version": resource_type.version, "kind": resource_type.kind}
    return {"parameters": [_FIELD_VALIDATION], "x-kubernetes-group-version-kind": kind, "responses": {}}


_DOCUMENTS = _documents()
