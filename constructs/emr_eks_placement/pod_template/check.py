"""Checks a pod template as strictly as EMR, Kubernetes and Spark do: what they ignore would silently lose a placement."""

import difflib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import kubernetes_validate
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from emr_eks_placement.errors import FieldPath, RuleError
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.facts.quantities import parse_quantity
from emr_eks_placement.placement import Toleration
from emr_eks_placement.pod_template import rules
from emr_eks_placement.pod_template.rules import TemplateRole

_GUIDE = "(EMR on EKS guide, pod templates)"
_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}


def check_template(template: Mapping[str, Any], role: TemplateRole, kubernetes_version: str) -> None:
    """Raises RuleError, with the path in the template, for the first thing that is wrong."""
    _check_nothing_empty(template, ())
    _check_kind(template)
    _check_schema(template, kubernetes_version)
    _check_fields(template, rules.POD_FIELDS, ())
    spec = template.get("spec")
    if not spec:
        raise RuleError(spec, "a pod template has a spec with containers (Kubernetes)", "Add it", path=("spec",))
    _check_fields(spec, rules.SPEC_FIELDS, ("spec",))
    _check_labels(template)
    _check_quantities(spec)
    _check_tolerations(spec.get("tolerations") or [])
    _check_reserved(spec)
    _check_main_container(spec["containers"], role)


def _check_kind(template: Mapping[str, Any]) -> None:
    for field, expected in (("apiVersion", "v1"), ("kind", "Pod")):
        if template.get(field) != expected:
            raise RuleError(
                template.get(field),
                f"a pod template has {field} {expected} (Kubernetes)",
                f"Write {expected}",
                path=(field,),
            )


def _check_nothing_empty(part: Any, path: FieldPath) -> None:
    if part is None:
        raise RuleError(
            None, "a field of a pod template is not left empty (Kubernetes API)", "Give a value or remove it", path=path
        )
    entries = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in entries:
        _check_nothing_empty(value, (*path, key))


def _check_schema(template: Mapping[str, Any], version: str) -> None:
    error = _schema_error(json.dumps(template), version)
    if error is not None:
        raise _broken_schema(error, f"(Kubernetes {version} Pod schema)")


@lru_cache(maxsize=256)  # the schemas are read anew each time, and placements share templates
def _schema_error(template: str, version: str) -> Any:
    try:
        kubernetes_validate.validate(json.loads(template), version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return error
    return None


def _broken_schema(error: Any, source: str) -> RuleError:
    path, given = tuple(error.absolute_path), error.instance
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        field = next(name for name in given if name not in known)
        close = difflib.get_close_matches(field, known, 1)
        return RuleError(
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
        return RuleError(given, f"must be {expected} {source}", mend, path=path)
    return RuleError(given, f"{' '.join(error.message.split())[:200]} {source}", "Correct the value", path=path)


def _check_quantities(spec: Mapping[str, Any]) -> None:
    for kind in ("containers", "initContainers"):
        for index, container in enumerate(spec.get(kind, [])):
            for amounts in ("requests", "limits"):
                for resource, amount in container.get("resources", {}).get(amounts, {}).items():
                    try:
                        parse_quantity(amount)
                    except RuleError as broken:
                        raise broken.below("spec", kind, index, "resources", amounts, resource) from None


def _check_fields(part: Mapping[str, Any], allowed: frozenset[str], path: FieldPath) -> None:
    for field, value in part.items():
        if field not in allowed:
            raise RuleError(
                value, f"EMR allows only {', '.join(sorted(allowed))} here {_GUIDE}", "Remove it", path=(*path, field)
            )


def _check_labels(template: Mapping[str, Any]) -> None:
    places: tuple[tuple[FieldPath, Mapping[str, str]], ...] = (
        (("metadata", "labels"), (template.get("metadata") or {}).get("labels") or {}),
        (("spec", "nodeSelector"), template["spec"].get("nodeSelector") or {}),
    )
    for path, labels in places:
        try:
            kubernetes.check_labels(dict(labels))
        except RuleError as broken:
            raise broken.below(*path) from None


def _check_tolerations(tolerations: list[dict[str, Any]]) -> None:
    for index, toleration in enumerate(tolerations):
        try:
            Toleration.of_kubernetes(toleration)
        except ValidationError as error:
            broken = _as_rule(error.errors()[0])
            path = ("tolerationSeconds" if part == "toleration_seconds" else part for part in broken.path)
            raise RuleError(
                broken.value, broken.rule, broken.mend, path=("spec", "tolerations", index, *path)
            ) from None


def _as_rule(details: ErrorDetails) -> RuleError:
    cause = details.get("ctx", {}).get("error")
    if isinstance(cause, RuleError):
        return cause.below(*details["loc"])
    expected = details.get("ctx", {}).get("expected", details["msg"])
    return RuleError(
        details["input"], f"must be {expected} (Kubernetes tolerations)", "Write one of these", path=details["loc"]
    )


def _check_reserved(spec: Mapping[str, Any]) -> None:
    for index, volume in enumerate(spec.get("volumes") or []):
        if volume["name"] in rules.RESERVED_VOLUMES:
            path = ("spec", "volumes", index, "name")
            raise RuleError(
                volume["name"], f"EMR keeps this volume name for itself {_GUIDE}", "Rename the volume", path=path
            )


def _check_main_container(containers: list[dict[str, Any]], role: TemplateRole) -> None:
    main = rules.MAIN_CONTAINER[role]
    index = next((i for i, container in enumerate(containers) if container.get("name") == main), None)
    if index is None:
        raise RuleError(
            [container.get("name") for container in containers],
            f"Spark's container is called {main}; without one of this name Spark takes over the first container {_GUIDE}",
            f"Add a container with name {main}",
            path=("spec", "containers"),
        )
    container, path = containers[index], ("spec", "containers", index)
    _check_fields(container, rules.MAIN_CONTAINER_FIELDS, path)
    for number, mount in enumerate(container.get("volumeMounts") or []):
        if mount["mountPath"].rstrip("/") in rules.RESERVED_MOUNT_PATHS:
            raise RuleError(
                mount["mountPath"],
                f"EMR keeps this path for itself {_GUIDE}",
                "Mount somewhere else",
                path=(*path, "volumeMounts", number, "mountPath"),
            )
    for number, variable in enumerate(container.get("env") or []):
        if variable["name"] in rules.RESERVED_ENVIRONMENT_VARIABLES:
            raise RuleError(
                variable["name"],
                f"EMR keeps this variable for itself {_GUIDE}",
                "Rename it",
                path=(*path, "env", number, "name"),
            )
