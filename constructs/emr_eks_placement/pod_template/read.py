"""Reads a pod template as Spark and the Kubernetes API do: what they convert is converted, what they drop is dropped and
told.

Source: measured on Spark 3.5.8, whose Kubernetes client reads any YAML as a Pod (tests/spark/test_templates.py).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from emr_eks_placement.errors import FieldPath, RuleError
from emr_eks_placement.pod_template.check import check_main_container, check_values, refused_by_emr
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER, TemplateRole
from emr_eks_placement.pod_template.schema import UnknownFieldError, WrongTypeError, first_error

_BOOLEANS = ("true", "True", "TRUE", "false", "False", "FALSE")
_MOST_MENDED = 50  # fields; more tell that the file is no pod template


@dataclass(frozen=True)
class Fault:
    """What is wrong with a template that can be read.

    kind: it says to be something else than a Pod; dropped: a field that is lost without a word; refused: what EMR does
    not allow; container: none is Spark's.
    """

    kind: Literal["kind", "dropped", "refused", "container"]
    broken: RuleError


@dataclass(frozen=True)
class ReadTemplate:
    """A pod template as it counts, and its faults."""

    pod: Mapping[str, Any]
    faults: tuple[Fault, ...]


def read_template(data: Any, role: TemplateRole, kubernetes_version: str) -> ReadTemplate:
    """What of a template, given as the data of its YAML, counts.

    Raises RuleError, with the path in it, for what Spark or the Kubernetes API refuse: then no pod is made.
    """
    template = _without_nulls(_as_json_data(data))
    _check_spec(data, template)
    faults = []
    for field, value in (("apiVersion", "v1"), ("kind", "Pod")):
        if template.get(field) != value:
            rule = (
                f"a pod template has {field} {value}; Spark reads it as a Pod all the same, the Kubernetes API may not"
            )
            faults.append(Fault("kind", RuleError(template.get(field), rule, f"Write {value}", path=(field,))))
        template[field] = value
    template["spec"].setdefault("containers", [{"name": MAIN_CONTAINER[role]}])  # as Spark does
    faults += [Fault("dropped", broken) for broken in _mend(template, kubernetes_version)]
    check_values(template)
    faults += [Fault("refused", broken) for broken in refused_by_emr(template, role)]
    try:
        check_main_container(template, role)
    except RuleError as broken:
        faults.append(Fault("container", broken))
    return ReadTemplate(template, tuple(faults))


def _as_json_data(data: Any) -> Any:
    try:
        return json.loads(json.dumps(data, allow_nan=False, default=str))
    except (TypeError, ValueError, RecursionError) as error:
        rule = f"a pod template is JSON data: {error} (Kubernetes API)"
        raise RuleError("…", rule, "Correct the template") from None


def _without_nulls(part: Any) -> Any:
    """A field that is left empty counts as not there."""
    if isinstance(part, dict):
        return {key: _without_nulls(value) for key, value in part.items() if value is not None}
    return [_without_nulls(value) for value in part] if isinstance(part, list) else part


def _check_spec(data: Any, template: Any) -> None:
    """Without a spec, or with containers left empty, Spark fails before it makes a pod."""
    if not isinstance(template, dict) or not isinstance(template.get("spec"), dict):
        value = data.get("spec") if isinstance(data, dict) else data
        path: FieldPath = ("spec",) if isinstance(data, dict) else ()
        raise RuleError(value, "a pod template has a spec (Spark on Kubernetes)", "Add it", path=path)
    if "containers" in data["spec"] and "containers" not in template["spec"]:
        rule = "containers is a list, or not there (Spark on Kubernetes)"
        raise RuleError(None, rule, "Remove it, or name containers", path=("spec", "containers"))


def _mend(template: dict[str, Any], version: str) -> list[RuleError]:
    """Converts scalars as Spark's client does and drops the fields that no Pod has, which are returned."""
    dropped: list[RuleError] = []
    for _ in range(_MOST_MENDED):
        error = first_error(template, version)
        if error is None:
            return dropped
        parent: Any = template
        for part in error.path[:-1]:
            parent = parent[part]
        if isinstance(error, UnknownFieldError):
            dropped.append(error)
            del parent[error.path[-1]]
        elif isinstance(error, WrongTypeError) and (converted := _converted(error)) is not None:
            parent[error.path[-1]] = converted
        else:
            raise error
    raise RuleError("…", "a pod template is a Pod, and of this little is", "Correct the template")


def _converted(error: WrongTypeError) -> object | None:
    """The scalar in the type that is expected, None where it has no such form."""
    value = error.value
    if isinstance(value, bool | int | float) and "string" in error.expected:
        return json.dumps(value)
    if isinstance(value, str) and "integer" in error.expected and re.fullmatch(r"\s*-?[0-9]+\s*", value, re.ASCII):
        return int(value)
    if isinstance(value, str) and "boolean" in error.expected and value in _BOOLEANS:
        return value.lower() == "true"
    return None
