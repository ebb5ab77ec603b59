"""Checks a pod template against the Kubernetes API's own schema of a Pod, by version."""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from emr_eks_placement.common.errors import FieldPath, RuleError
from emr_eks_placement.facts import pod_schemas

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "quantity": "a quantity such as 500m or 2Gi",
    "integer or string": "a whole number or text",
}


_NO_MERGE = "Write out the merged content: Spark reads YAML 1.2, in which << is a key like any other"


@dataclass(frozen=True)
class PodSchema:
    """The schema of a Pod and of its parts. `source`: its name."""

    pod: Mapping[str, Any]
    parts: Mapping[str, Any]
    source: str

    def resolve(self, schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
        """Returns the referenced schema and its kind: a JSON Schema type, a quantity, or an integer or string."""
        while "$ref" in schema:
            schema = self.parts[schema["$ref"].rpartition("/")[2]]
        kinds = [kind for one in schema.get("oneOf", [schema]) for kind in _kinds(one)]
        return schema, "quantity" if "number" in kinds else "integer or string" if len(kinds) > 1 else "".join(kinds)


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    kinds = schema.get("type", [])
    return [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"]


class UnknownFieldError(RuleError):
    """A field that no Pod has; `path` ends with it."""


class WrongTypeError(RuleError):
    """A value of another type than the field's."""


class RequiredFieldError(RuleError):
    """A missing required field; `missing` is the value that counts as not set."""

    missing: object = None


_MISSING: Mapping[str, object] = {"string": "", "integer": 0, "boolean": False, "array": [], "object": {}}


def as_json_data(template: Any) -> Any:
    """Returns the template as Kubernetes reads it, with every key as text: YAML's `1: a` is `"1": a`. Raises RuleError."""
    try:
        return json.loads(json.dumps(template, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise RuleError(
            "…", f"a pod template is JSON data: {error} (Kubernetes API)", "Write dates and the like in quotes"
        ) from None


def first_error(template: Mapping[str, Any], kubernetes_version: str) -> RuleError | None:
    """Returns the first violation of the Pod schema; an UnknownFieldError for an unknown field.

    A version that is newer or older than all known schemas is checked against the nearest.
    """
    version = _nearest(kubernetes_version)
    error = _error(json.dumps(template), version)
    return None if error is None else _as_rule(error, _source(version))


def pod_schema(kubernetes_version: str) -> PodSchema:
    """Returns the Pod schema of a version, or of the nearest known one."""
    version = _nearest(kubernetes_version)
    schema = pod_schemas.schema_of(version)
    return PodSchema(schema, schema["$defs"], _source(version))


def _source(version: str) -> str:
    return f"(Kubernetes {version} Pod schema)"


def _nearest(version: str) -> str:
    """Returns the newest known version that is not newer, or the oldest."""

    def number(text: str) -> tuple[int, ...]:
        return tuple(int(part) for part in text.split(".")[:2])

    known = pod_schemas.versions()
    return next((one for one in reversed(known) if number(one) <= number(version)), known[0])


@cache
def _validator(version: str) -> Draft202012Validator:
    return Draft202012Validator(pod_schemas.schema_of(version))


@lru_cache(maxsize=256)  # placements share templates
def _error(template: str, version: str) -> ValidationError | None:
    """Returns the first error of a template, as JSON, against the Pod schema of a known version; None without one."""
    return next(_validator(version).iter_errors(json.loads(template)), None)


def unknown_field(field: str, value: Any, known: Mapping[str, Any], path: FieldPath, source: str) -> UnknownFieldError:
    """Returns the error of a field that the part at `path` does not have."""
    close = difflib.get_close_matches(field, known, 1)
    return UnknownFieldError(
        value,
        f"unknown field, which Spark would silently drop {source}",
        _NO_MERGE if field == "<<" else f"Did you mean {close[0]}?" if close else "Remove it",
        path=(*path, field),
    )


def wrong_type(value: Any, kinds: Sequence[str], path: FieldPath, source: str) -> WrongTypeError:
    """Returns the error of a value that has none of these types (JSON Schema's names, and those of
    `PodSchema.resolve`)."""
    expected = " or ".join(_KINDS.get(kind, kind) for kind in kinds if kind != "null")
    fix = "Put it in quotes" if "string" in kinds and not isinstance(value, (dict, list)) else "Correct the value"
    return WrongTypeError(value, f"must be {expected} {source}", _NO_MERGE if path[-1:] == ("<<",) else fix, path=path)


def _as_rule(error: ValidationError, source: str) -> RuleError:
    path, given = tuple(error.absolute_path), error.instance
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        field = next(name for name in given if name not in known)
        return unknown_field(field, given[field], known, path, source)
    if error.validator == "required":
        field = next(name for name in error.validator_value if name not in given)
        required = RequiredFieldError(None, f"required {source}", "Add it", path=(*path, field))
        kind = error.schema.get("properties", {}).get(field, {}).get("type", "object")
        required.missing = _MISSING[kind if isinstance(kind, str) else kind[0]]
        return required
    if error.validator == "type":
        kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
        return wrong_type(given, kinds, path, source)
    return RuleError(given, f"{' '.join(error.message.split())[:200]} {source}", "Correct the value", path=path)
