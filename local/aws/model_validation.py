"""Requests checked against botocore's service models, as the service itself would check them.

botocore's own `ParamValidator` knows required and unknown members, types and minimum lengths; SDKs leave maximum lengths,
enums and patterns to the service, so those are checked here.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

_UNICODE_CLASS = re.compile(r"\\p\{[^}]*\}")


@cache
def service_model(service: str) -> ServiceModel:
    """botocore's model of a service, by its SDK name (`eks`, `emr-containers`).

    Not by a botocore session, which would read the user's AWS settings.
    """
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def input_shape(service: str, operation: str) -> StructureShape:
    """Returns the request shape of an operation."""
    shape = service_model(service).operation_model(operation).input_shape
    if shape is None:
        raise ValueError(f"{service} {operation} takes no input")
    return shape


def violations(service: str, operation: str, request: Mapping[str, Any]) -> list[str]:
    """Everything about a request that the service model forbids; empty for a valid one."""
    shape = input_shape(service, operation)
    report = ParamValidator().validate(dict(request), shape)
    if report.has_errors():
        return [line for line in report.generate_report().splitlines() if line]
    return list(_constraint_violations(shape, request, ""))


def _constraint_violations(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if value is None:
        return
    if isinstance(shape, StructureShape):
        for name, member in value.items():
            yield from _constraint_violations(shape.members[name], member, f"{path}.{name}" if path else name)
        return
    yield from _above_maximum(shape, value, path)
    if isinstance(shape, ListShape):
        for position, member in enumerate(value, 1):
            yield from _constraint_violations(shape.member, member, f"{path}.{position}.member")
    elif isinstance(shape, MapShape):
        for key, member in value.items():
            yield from _constraint_violations(shape.key, key, f"{path}.{key} (key)")
            yield from _constraint_violations(shape.value, member, f"{path}.{key}")
    elif isinstance(shape, StringShape):
        yield from _bad_text(shape, value, path)


def _above_maximum(shape: Shape, value: Any, path: str) -> Iterator[str]:
    maximum = shape.metadata.get("max")
    if maximum is None or isinstance(value, bool):
        return
    if isinstance(value, int | float):
        if value > maximum:
            yield _failed(value, path, f"value less than or equal to {maximum}")
    elif len(value) > maximum:
        yield _failed(value, path, f"length less than or equal to {maximum}")


def _bad_text(shape: StringShape, text: str, path: str) -> Iterator[str]:
    if shape.enum and text not in shape.enum:
        yield _failed(text, path, f"enum value set: [{', '.join(shape.enum)}]")
    pattern = shape.metadata.get("pattern")
    if pattern and not compiled_pattern(pattern).fullmatch(text):
        yield _failed(text, path, f"regular expression pattern: {pattern}")


@cache
def compiled_pattern(pattern: str) -> re.Pattern[str]:
    """Returns a service model's pattern for Python; its Unicode classes become `\\w`, which is a little wider."""
    return re.compile(_UNICODE_CLASS.sub(r"\\w", pattern))


def _failed(value: object, path: str, constraint: str) -> str:
    shown = str(value)
    if len(shown) > 100:
        shown = f"{shown[:100]}..."
    return f"Value '{shown}' at '{path}' failed to satisfy constraint: Member must satisfy {constraint}"


def summary(problems: list[str]) -> str:
    """Returns the problems of one request in the sentence AWS uses for them."""
    noun = "error" if len(problems) == 1 else "errors"
    return f"{len(problems)} validation {noun} detected: {'; '.join(problems)}"
