"""AWS's data about the handlers of its resource types and about its actions, as cfn-lint ships it.

Schemas of the CloudFormation registry: the permissions that each handler of a type asks for. Service Authorization
Reference: the kinds of resources that an action can be limited to.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import cfnlint  # type: ignore[import-untyped]
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

Handler = Literal["create", "read", "update", "delete"]


@cache
def permissions(type_name: str, region: str) -> Mapping[str, frozenset[str]]:
    """By handler, the actions that it may call; those of tagging are called to change a resource."""
    schema: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, type_name).schema
    asked = {name: frozenset(handler["permissions"]) for name, handler in schema["handlers"].items()}
    tagging = schema.get("tagging", {}).get("permissions", ())
    return {**asked, "update": asked.get("update", frozenset()).union(tagging)}


def resource_kinds(action: str) -> tuple[str, ...] | None:
    """The kinds of resources of an action; empty: it can be limited to none; None: IAM has no such action."""
    service, _, name = action.partition(":")
    known = _authorization_reference().get(service, {}).get("Actions", {}).get(name.lower())
    return None if known is None else tuple(known.get("Resources", ()))


@cache
def _authorization_reference() -> Mapping[str, Any]:
    file = Path(cfnlint.__file__).parent / "data/AdditionalSpecs/Policies.json"
    services: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return services
