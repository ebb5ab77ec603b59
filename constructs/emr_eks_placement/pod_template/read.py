"""Reads a pod template as Spark and the Kubernetes API do: what they convert is converted, what they drop is dropped and
told.

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

_MOST_MISSING = 50  # fields; more mean that the file is no pod template


@dataclass(frozen=True)
class Fault:
    """What is wrong with a template that can be read.

    kind: it says to be something else than a Pod; dropped: a field that is lost without a word; refused: what EMR does
    not allow; container: it is a sidecar, and has nearly the name of Spark's.
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

    Raises RuleError, with the path in it, for what Spark's client does not read: then no pod is made. What the API
    refuses of what it reads is left in.
    """
    converted = as_spark_reads(data, kubernetes_version)
    template = converted.pod
    faults = []
    if (kind := template.get("kind", "Pod")) != "Pod":
        rule = f"Spark makes a Pod of it that still says {kind}, which the Kubernetes API does not take for a Pod"
        faults.append(Fault("kind", RuleError(kind, rule, "Write Pod", path=("kind",))))
    template |= {"apiVersion": "v1", "kind": "Pod"}  # without a kind, and with any apiVersion, as Spark does
    template["spec"]["containers"] = template["spec"].get("containers") or [
        {"name": MAIN_CONTAINER[role]}
    ]  # as Spark does
    faults += [Fault("dropped", broken) for broken in converted.dropped]
    _set_missing(template, kubernetes_version)
    faults += [Fault("refused", broken) for broken in refused_by_emr(template, role)]
    faults += [Fault("container", broken) for broken in misnamed(template, role)]
    return ReadTemplate(template, tuple(faults))


def as_spark_reads(data: Any, kubernetes_version: str) -> Converted:
    """The pod that Spark's Kubernetes client makes of a template's data, before anybody checks it.

    Raises RuleError, with the path in it, where Spark makes none.
    """
    _check_spec(data)
    return convert(data, pod_schema(kubernetes_version))


def _check_spec(data: Any) -> None:
    """Without a spec, or with containers left empty, Spark fails before it makes a pod."""
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
    """Sets what is required to the value that the API takes for missing. Raises RuleError for what else is no Pod."""
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
