"""HTTP requests of rest-json services to operations and back, guided by botocore's service model."""

import json
import re
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any

from botocore.model import ListShape, Shape

from local.aws.errors import ApiError
from local.aws.model_validation import input_shape, service_model, summary, violations

Request = dict[str, Any]
Operation = Callable[[Request], Mapping[str, Any]]


class RestJsonService:
    """The implemented operations of one service, found by HTTP method and path.

    Every request is validated against the service model; what the model forbids raises an `ApiError` with
    `refusal_code`, the code the service uses for it.
    """

    def __init__(self, service: str, operations: dict[str, Operation], refusal_code: str) -> None:
        self._service = service
        self.operations = operations
        self._refusal_code = refusal_code
        self._routes = [
            (http["method"], _path_pattern(http["requestUri"]), name)
            for name in service_model(service).operation_names
            for http in [service_model(service).operation_model(name).http]
        ]

    def operation_for(self, method: str, path: str) -> tuple[str, dict[str, str]] | None:
        """Returns the operation of a request and the values in its path, or None for a path of no operation."""
        for route_method, pattern, name in self._routes:
            found = pattern.fullmatch(path) if route_method == method else None
            if found:
                return name, {label: urllib.parse.unquote(value) for label, value in found.groupdict().items()}
        return None

    def implements(self, operation: str) -> bool:
        """Returns whether the operation is emulated."""
        return operation in self.operations

    def call(self, method: str, path: str, body: bytes, query: Mapping[str, list[str]]) -> Mapping[str, Any]:
        """Run the operation of an HTTP request; errors are `ApiError`s."""
        found = self.operation_for(method, path)
        if not found:
            raise ApiError("UnknownOperationException", f"{self._service} has no operation {method} {path}", 404)
        operation, labels = found
        if operation not in self.operations:
            raise ApiError("InternalServerException", f"the local AWS does not emulate {operation}", 501)
        return self.run(operation, self._request(operation, labels, body, query))

    def run(self, operation: str, request: Request) -> Mapping[str, Any]:
        """Run an operation after the model's checks."""
        problems = violations(self._service, operation, request)
        if problems:
            raise ApiError(self._refusal_code, summary(problems))
        return self.operations[operation](request)

    def _request(
        self, operation: str, labels: Mapping[str, str], body: bytes, query: Mapping[str, list[str]]
    ) -> Request:
        try:
            request: Request = json.loads(body) if body else {}
        except ValueError as error:
            raise ApiError("SerializationException", f"the body is not JSON: {error}") from error
        for name, member in input_shape(self._service, operation).members.items():
            wire_name = member.serialization.get("name", name)
            match member.serialization.get("location"):
                case "uri":
                    request[name] = labels[wire_name]
                case "querystring" if wire_name in query:
                    request[name] = _from_query(member, query[wire_name])
        return request


def _path_pattern(request_uri: str) -> re.Pattern[str]:
    """Returns the pattern of a path. Labels are one path segment, except ARNs, which contain slashes."""
    path = re.escape(request_uri.split("?")[0])
    path = re.sub(r"\\\{(\w+Arn)\\\}", r"(?P<\1>.+)", path)
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", path))


def _from_query(shape: Shape, values: list[str]) -> Any:
    if isinstance(shape, ListShape):
        return list(values)
    value = values[0]
    if shape.type_name in {"integer", "long"}:
        return int(value) if value.lstrip("-").isdigit() else value
    if shape.type_name == "boolean":
        return {"true": True, "false": False}.get(value, value)
    return value


def page(items: list[Any], request: Mapping[str, Any], default_size: int = 100) -> tuple[list[Any], dict[str, str]]:
    """One page of a listing and the members (`nextToken`) that say whether there is more.

    The token is the position of the next item: listings are in order of creation.
    """
    token = request.get("nextToken")
    if token is not None and not token.isdigit():
        raise ApiError("ValidationException", f"the nextToken {token!r} is not valid")
    start = int(token or 0)
    end = start + (request.get("maxResults") or default_size)
    return items[start:end], {"nextToken": str(end)} if end < len(items) else {}
