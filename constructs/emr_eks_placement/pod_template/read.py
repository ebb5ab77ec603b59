"""Reads a pod template as Spark and the Kubernetes API do: converts what they convert, and drops and reports what they
drop.

Source: measured on Spark 3.5.8, whose Kubernetes client reads any YAML as a Pod (tests/spark/test_templates.py).
Spark's container, which EMR adds, so that a template need not have one:
spark.kubernetes.{driver,executor}.internalPodTemplateFile, seen in the configuration that EMR 6.8.0 writes, whose pod has
Spark's container and EMR's sidecar; EMR on EKS guide, pod templates: the container is named only to change it.
"""

import copy
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from emr_eks_placement.common.errors import FieldPath, RuleError
from emr_eks_placement.pod_template.check import refused_by_emr
from emr_eks_placement.pod_template.convert import Converted, convert
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER, TemplateRole
from emr_eks_placement.pod_template.schema import RequiredFieldError, first_error, pod_schema

_MOST_MISSING = 50  # fields; with more, the file is no pod template
# Other names for Spark's container that are no typos: those of open-source Spark, of
# its operator and of the AWS guide.
_MEANT_FOR_SPARK = frozenset(
    {"driver", "executor", "executors", "spark", "spark-container", "spark-driver", "spark-executor"}
)
_LIKE = 0.85  # of difflib's ratio: one or two letters of these long names


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


def with_main_container(template: Mapping[str, Any], role: TemplateRole) -> Mapping[str, Any]:
    """Returns the template with Spark's container; if no container has its name, adds it after the others.

    Open-source Spark would use the first container instead. A template without a spec, or whose containers are no list
    of mappings, is returned unchanged.
    """
    spec = template.get("spec")
    containers = spec.get("containers", []) if isinstance(spec, dict) else None
    if not isinstance(containers, list) or not all(isinstance(container, dict) for container in containers):
        return template
    if any(container.get("name") == MAIN_CONTAINER[role] for container in containers):
        return template
    return {**template, "spec": {**(spec or {}), "containers": [*containers, {"name": MAIN_CONTAINER[role]}]}}


def misnamed(template: Mapping[str, Any], role: TemplateRole) -> Iterator[RuleError]:
    """Yields containers with a name similar to Spark's, in a template without one of exactly that name."""
    main = MAIN_CONTAINER[role]
    names = [container.get("name") for container in (template.get("spec") or {}).get("containers") or []]
    if main in names:
        return
    for index, name in enumerate(names):
        if isinstance(name, str) and _looks_like_spark_s(name):
            yield RuleError(
                name,
                f"Spark's container is called {main}; EMR adds it itself and keeps this one as a sidecar "
                "(EMR on EKS guide, pod templates)",
                f"Name it {main}, or remove it",
                path=("spec", "containers", index, "name"),
            )


def _looks_like_spark_s(name: str) -> bool:
    return name in _MEANT_FOR_SPARK or bool(difflib.get_close_matches(name, MAIN_CONTAINER.values(), 1, _LIKE))
