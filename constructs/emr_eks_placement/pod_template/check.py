"""Checks a pod template as strictly as EMR, Kubernetes and Spark together: an ignored field would silently lose a
placement."""

from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.common.errors import FieldPath, RuleError
from emr_eks_placement.pod_template import rules
from emr_eks_placement.pod_template.rules import TemplateRole
from emr_eks_placement.pod_template.schema import first_error

_GUIDE = "(EMR on EKS guide, pod templates)"


def check_template(template: Mapping[str, Any], role: TemplateRole, kubernetes_version: str) -> None:
    """Raises RuleError, with the path in the template, for the first error. A plan checks the values."""
    _check_nothing_empty(template, ())
    _check_kind(template)
    _check_schema(template, kubernetes_version)
    refused = list(refused_by_emr(template, role))
    spec = template.get("spec")
    if not spec and not refused:
        raise RuleError(spec, "a pod template has a spec with containers (Kubernetes)", "Add it", path=("spec",))
    for broken in refused[:1]:
        raise broken


def refused_by_emr(template: Mapping[str, Any], role: TemplateRole) -> Iterator[RuleError]:
    """Yields everything in the template that EMR on EKS does not allow."""
    spec = template.get("spec") or {}
    yield from _not_allowed(template, rules.POD_FIELDS, ())
    yield from _not_allowed(spec, rules.SPEC_FIELDS, ("spec",))
    for index, volume in enumerate(spec.get("volumes") or []):
        if volume.get("name") in rules.RESERVED_VOLUMES:
            yield _reserved(volume["name"], "volume name", ("spec", "volumes", index, "name"))
    for index, container in enumerate(spec.get("containers") or []):
        if container.get("name") == rules.MAIN_CONTAINER[role]:
            yield from _refused_of_main_container(container, ("spec", "containers", index))


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
    broken = first_error(template, version)
    if broken is not None:
        raise broken


def _not_allowed(part: Mapping[str, Any], allowed: frozenset[str], path: FieldPath) -> Iterator[RuleError]:
    for field, value in part.items():
        if field not in allowed:
            rule = f"EMR allows only {', '.join(sorted(allowed))} here {_GUIDE}"
            yield RuleError(value, rule, "Remove it", path=(*path, field))


def _reserved(value: str, what: str, path: FieldPath) -> RuleError:
    return RuleError(value, f"EMR reserves this {what} {_GUIDE}", "Choose another", path=path)


def _refused_of_main_container(container: Mapping[str, Any], path: FieldPath) -> Iterator[RuleError]:
    yield from _not_allowed(container, rules.MAIN_CONTAINER_FIELDS, path)
    for number, mount in enumerate(container.get("volumeMounts") or []):
        if (mount.get("mountPath") or "").rstrip("/") in rules.RESERVED_MOUNT_PATHS:
            yield _reserved(mount["mountPath"], "path", (*path, "volumeMounts", number, "mountPath"))
    for number, variable in enumerate(container.get("env") or []):
        if variable.get("name") in rules.RESERVED_ENVIRONMENT_VARIABLES:
            yield _reserved(variable["name"], "variable", (*path, "env", number, "name"))
