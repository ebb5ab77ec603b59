"""Converts CloudFormation properties to requests of the service's API, by botocore's service model."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from local.aws.errors import ApiError
from local.aws.model_validation import input_shape, summary, violations


def api_request(service: str, operation: str, properties: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """Returns the API request for a resource's properties, with further (API) members; members of value None are left
    out.

    Raises `ValueError` with what the service model forbids.
    """
    shape = input_shape(service, operation)
    request: dict[str, Any] = {**_converted(shape, dict(properties)), **members}
    request = {name: value for name, value in request.items() if value is not None}
    problems = violations(service, operation, request)
    if problems:
        raise ValueError(f"{operation}: {summary(problems)}")
    return request


def _converted(shape: Shape | None, value: Any) -> Any:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        names = {name: name[:1].lower() + name[1:] for name in value}
        return {names[name]: _converted(shape.members.get(names[name]), member) for name, member in value.items()}
    if isinstance(shape, MapShape):
        entries = {entry["Key"]: entry["Value"] for entry in value} if isinstance(value, list) else value
        return {key: _converted(shape.value, member) for key, member in entries.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_converted(shape.member, member) for member in value]
    return _scalar(shape, value)


def _scalar(shape: Shape | None, value: Any) -> Any:
    """Converts a scalar: a template may contain numbers and booleans as text."""
    if shape is None or not isinstance(value, str):
        return value
    if shape.type_name == "boolean":
        return {"true": True, "false": False}.get(value.lower(), value)
    if shape.type_name in {"integer", "long"} and value.lstrip("-").isdigit():
        return int(value)
    return value


def tag_map(properties: Mapping[str, Any]) -> dict[str, str]:
    """Returns a resource's `Tags`, a list of Key and Value or a map, as a map."""
    tags = properties.get("Tags") or {}
    return {tag["Key"]: tag["Value"] for tag in tags} if isinstance(tags, list) else dict(tags)


def run(operation: Callable[[dict[str, Any]], Mapping[str, Any]], request: dict[str, Any]) -> Mapping[str, Any]:
    """Call one of our API operations for a stack; its `ApiError` becomes the stack event's text."""
    try:
        return operation(request)
    except ApiError as error:
        raise ValueError(f"{error.message} (Service: {error.code}, Status Code: {error.status})") from error
