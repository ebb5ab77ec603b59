"""Reads a pod template as Spark and the Kubernetes API do: converts what they convert, and drops and reports what they
drop.

Source: measured on Spark 3.5.8, whose Kubernetes client reads any YAML as a Pod (tests/spark/test_templates.py).
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from emr_eks_placement.common.errors import FieldPath, RuleError
from emr_eks_placement.pod_template.check import refused_by_emr
from emr_eks_placement.pod_template.convert import Converted, convert
from emr_eks_placement.pod_template.main_container import misnamed
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER, TemplateRole
from emr_eks_placement.pod_template.schema import RequiredFieldError, first_error, pod_schema

_MOST_MISSING = 50  # fields; with more, the file is no pod template


@dataclass(frozen=True)
class Fault:
    """An error in a readable template.

    kind: it names a kind other than Pod; dropped: a field that is silently lost; refused: what EMR does not allow;
    container: a sidecar with almost the name of Spark's container.
    """

    kind: Literal["kind", "dropped", "refused", "container"]
    broken: RuleError


@dataclass(frozen=True)
class ReadTemplate:
    """The effective content of a pod template, and its faults."""

    pod: Mapping[str, Any]
    faults: tuple[Fault, ...]


def read_template(data: Any, role: TemplateRole, kubernetes_version: str) -> ReadTemplate:
    """Returns the effective content of a template from the data of its YAML.

    Raises RuleError, with the path in it, for data that Spark's client can't read, so that it creates no pod. Values
    that only the API refuses remain.
    """
    converted = as_spark_reads(data, kubernetes_version)
    template = converted.pod
    faults = []
    if (kind := template.get("kind", "Pod")) != "Pod":
        rule = f"Spark sends it as a Pod with kind {kind}, which the Kubernetes API does not accept as a Pod"
        faults.append(Fault("kind", RuleError(kind, rule, "Write Pod", path=("kind",))))
    template |= {"apiVersion": "v1", "kind": "Pod"}  # without a kind, and with any apiVersion, as Spark does
    # As Spark does.
    template["spec"]["containers"] = template["spec"].get("containers") or [{"name": MAIN_CONTAINER[role]}]
    faults += [Fault("dropped", broken) for broken in converted.dropped]
    _set_missing(template, kubernetes_version)
    faults += [Fault("refused", broken) for broken in refused_by_emr(template, role)]
    faults += [Fault("container", broken) for broken in misnamed(template, role)]
    return ReadTemplate(template, tuple(faults))


def as_spark_reads(data: Any, kubernetes_version: str) -> Converted:
    """Returns the pod that Spark's Kubernetes client creates from a template's data, before any check.

    Raises RuleError, with the path in it, if Spark creates none.
    """
    _check_spec(data)
    return convert(data, pod_schema(kubernetes_version))


def _check_spec(data: Any) -> None:
    """Raises an error without a spec, or with empty containers: Spark then fails before it creates a pod."""
    if not isinstance(data, Mapping) or not isinstance(data.get("spec"), Mapping):
        value = data.get("spec") if isinstance(data, Mapping) else data
        path: FieldPath = ("spec",) if isinstance(data, Mapping) else ()
        raise RuleError(value, "a pod template has a spec (Spark on Kubernetes)", "Add it", path=path)
    spec = data["spec"]
    if "containers" in spec and spec["containers"] is None:
        rule = "containers is a list, or not there (Spark on Kubernetes)"
        raise RuleError(None, rule, "Remove it, or name containers", path=("spec", "containers"))
    if isinstance(spec.get("containers"), list) and spec["containers"][:1] == [None]:
        rule = "the first container is not left empty (Spark on Kubernetes)"
        raise RuleError(None, rule, "Remove it, or name it", path=("spec", "containers", 0))


def _set_missing(template: dict[str, Any], version: str) -> None:
    """Sets missing required fields to the value that the API reads as missing. Raises RuleError for other data that is
    no Pod."""
    for _ in range(_MOST_MISSING):
        error = first_error(template, version)
        if error is None:
            return
        if not isinstance(error, RequiredFieldError):
            raise error
        parent: Any = template
        for part in error.path[:-1]:
            parent = parent[part]
        parent[error.path[-1]] = copy.deepcopy(error.missing)
    raise RuleError("…", "a pod template is a Pod, and too much of this one is missing", "Correct the template")
