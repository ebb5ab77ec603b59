"""The Kubernetes API's own schema of a Pod, by version (kubernetes-validate)."""

import difflib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import kubernetes_validate
from kubernetes_validate.utils import all_versions

from emr_eks_placement.errors import RuleError

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}


class UnknownFieldError(RuleError):
    """A field that no Pod has; `path` ends with it."""


class WrongTypeError(RuleError):
    """A value of another type than the field's, which is one of `expected` (JSON Schema's names)."""

    expected: tuple[str, ...] = ()


def as_json_data(template: Any) -> Any:
    """The template as Kubernetes reads it, where every key is text: YAML's `1: a` is `"1": a`. Raises RuleError."""
    try:
        return json.loads(json.dumps(template, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise RuleError(
            "…", f"a pod template is JSON data: {error} (Kubernetes API)", "Write dates and the like in quotes"
        ) from None


def first_error(template: Mapping[str, Any], kubernetes_version: str) -> RuleError | None:
    """The first way in which the template breaks the Pod schema, an UnknownFieldError for a field it does not know.

    A version that is newer or older than all known schemas is checked against the nearest.
    """
    version = _nearest(kubernetes_version)
    error = _error(json.dumps(template), version)
    return None if error is None else _as_rule(error, f"(Kubernetes {version} Pod schema)")


def _nearest(version: str) -> str:
    """As known to kubernetes-validate: the newest that is not newer, else the oldest."""

    def number(text: str) -> tuple[int, ...]:
        return tuple(int(part) for part in text.split(".")[:2])

    known = [".".join(one.split(".")[:2]) for one in all_versions()]
    return max((one for one in known if number(one) <= number(version)), key=number, default=known[0])


@lru_cache(maxsize=256)  # the schemas are read anew each time, and placements share templates
def _error(template: str, version: str) -> Any:
    """The first error of a template, as JSON, against the Pod schema of a Kubernetes version; None without one."""
    try:
        kubernetes_validate.validate(json.loads(template), version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return error
    return None


def _as_rule(error: Any, source: str) -> RuleError:
    path, given = tuple(error.absolute_path), error.instance
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        field = next(name for name in given if name not in known)
        close = difflib.get_close_matches(field, known, 1)
        return UnknownFieldError(
            given[field],
            f"unknown field, which Spark would drop without a word {source}",
            f"Did you mean {close[0]}?" if close else "Remove it",
            path=(*path, field),
        )
    if error.validator == "required":
        field = next(name for name in error.validator_value if name not in given)
        return RuleError(None, f"required {source}", "Add it", path=(*path, field))
    if error.validator == "type":
        kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
        expected = " or ".join(_KINDS.get(kind, kind) for kind in kinds if kind != "null")
        mend = "Put it in quotes" if "string" in kinds and not isinstance(given, (dict, list)) else "Correct the value"
        wrong = WrongTypeError(given, f"must be {expected} {source}", mend, path=path)
        wrong.expected = tuple(kinds)
        return wrong
    return RuleError(given, f"{' '.join(error.message.split())[:200]} {source}", "Correct the value", path=path)
