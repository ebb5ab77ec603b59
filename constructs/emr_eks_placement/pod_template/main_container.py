"""Spark's container in a pod template. EMR adds it, so a template need not have one.

Source: spark.kubernetes.{driver,executor}.internalPodTemplateFile, seen in the configuration that EMR 6.8.0 writes,
whose pod has Spark's container and EMR's sidecar; EMR on EKS guide, pod templates: the container is named only to
change it.
"""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER, TemplateRole

# Other names for Spark's container that are no typos: those of open-source Spark, of
# its operator and of the AWS guide.
_MEANT_FOR_SPARK = frozenset(
    {"driver", "executor", "executors", "spark", "spark-container", "spark-driver", "spark-executor"}
)
_LIKE = 0.85  # of difflib's ratio: one or two letters of these long names


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
