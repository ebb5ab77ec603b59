"""Pods that the Kubernetes API refuses in any cluster."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from emr_eks_placement.common.errors import FieldPath, RuleError, dotted, shown
from emr_eks_placement.emr.placeholders import placeholders_in
from emr_eks_placement.facts import emr, kubernetes
from emr_eks_placement.facts.quantities import parse_quantity
from emr_eks_placement.job.placement import Role, Toleration
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.planning.selectors import code_of_selector
from emr_eks_placement.pod_template.api import refused_by_api
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER, SPARK_ROLE
from emr_eks_placement.spark.configuration import SparkConfiguration

_LISTS_OF_NAMED = ("containers", "initContainers", "volumes")


@dataclass(frozen=True)
class Refusal(Problem):
    """A problem with the broken rule. Its path is that in the pod template, empty for values from elsewhere."""

    broken: RuleError = field(kw_only=True, compare=False)

    @property
    def is_open(self) -> bool:
        """Whether the value is a placeholder, whose real value may be right."""
        return bool(placeholders_in(" ".join(map(str, (self.broken.value, *self.broken.path)))))


def problems_of_api(
    role: Role,
    pod: Mapping[str, Any],
    template: Mapping[str, Any] | None,
    spark: SparkConfiguration,
    kubernetes_version: str,
) -> Iterator[Refusal]:
    """Yields what the API refuses of the pod, as a manifest. template: the part that comes from the pod template."""
    yield from _problems_of_labels(role, pod, template)
    if role == "submitter":
        with_image = {container["name"] for container in pod["spec"]["containers"]}
        limit = ""
    else:
        with_image = {MAIN_CONTAINER[role], emr.LOGGING_SIDECAR}
        limit = f"spark.kubernetes.{SPARK_ROLE[role]}.limit.cores"
        if role == "executors":  # Spark writes its own value over the template's
            pod = {**pod, "spec": {key: value for key, value in pod["spec"].items() if key != "hostname"}}
    for broken in refused_by_api(pod, kubernetes_version, with_image=with_image):
        path, name = path_in_template(broken.path, pod, template), _named(broken.path, pod)
        if (
            limit
            and limit in spark.properties
            and broken.path == ("spec", "containers", 0, "resources", "limits", "cpu")
        ):
            path, name = (), limit
        what = f"{name} = {shown(broken.value, longest=40)}: {broken.rule}"
        yield Refusal("API_REFUSED", role, what, path, broken.value, f"{broken.fix} ({name})", broken=broken)


def readable(pod: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the pod without unreadable tolerations and amounts, for which the API refuses it."""
    spec = dict(pod["spec"])
    for kind in ("initContainers", "containers"):
        if spec.get(kind):
            spec[kind] = [_readable_container(container) for container in spec[kind]]
    if spec.get("tolerations"):
        spec["tolerations"] = [one for one in spec["tolerations"] if _is_read(Toleration.of_kubernetes, one)]
    return {**pod, "spec": spec}


def _readable_container(container: Mapping[str, Any]) -> dict[str, Any]:
    resources = {
        kind: {name: amount for name, amount in (amounts or {}).items() if _is_read(parse_quantity, amount)}
        for kind, amounts in (container.get("resources") or {}).items()
        if kind in ("requests", "limits")
    }
    return {**container, "resources": resources}


def _is_read(read: Callable[[Any], object], value: Any) -> bool:
    try:
        read(value)
    except (RuleError, ValidationError):
        return False
    return True


def _problems_of_labels(role: Role, pod: Mapping[str, Any], template: Mapping[str, Any] | None) -> Iterator[Refusal]:
    """Yields problems of labels and node selector, except for quoted zones, which have a separate code."""
    for place in (("metadata", "labels"), ("spec", "nodeSelector")):
        labels = pod[place[0]].get(place[1]) or {}
        for key, broken in _refused_labels(labels):
            if code_of_selector(key, labels[key]) is None:
                what = f"{dotted(place)} has {key}={labels[key]}: {broken.rule}"
                path = path_in_template((*place, key), pod, template)
                yield Refusal("LABEL_REFUSED", role, what, path, labels[key], broken=broken.below(*place))


def _refused_labels(labels: Mapping[str, str]) -> Iterator[tuple[str, RuleError]]:
    for key, value in labels.items():
        try:
            kubernetes.check_label_key(key)
            kubernetes.check_label_value(value)
        except RuleError as broken:
            yield key, broken.below(key)


def path_in_template(path: FieldPath, pod: Mapping[str, Any], template: Mapping[str, Any] | None) -> FieldPath:
    """Returns the path in the pod template of a path in the pod; empty if Spark, EMR or a property set the value."""
    if path[:2] == ("spec", "containers") and len(path) > 2:
        index = _index_in_template(int(path[2]), pod, template or {})
        path_there: FieldPath = (*path[:2], -1 if index is None else index, *path[3:])
    else:
        path_there = path
    here, there = _at(path, pod), _at(path_there, template)
    return path_there if here == there and _at(path_there[:-1], template) is not None else ()


def _index_in_template(index: int, pod: Mapping[str, Any], template: Mapping[str, Any]) -> int | None:
    """Returns the index in the template. Spark moves its own container to the front; the order of those with its name
    is kept."""
    names = [container.get("name") for container in pod["spec"]["containers"]]
    earlier = names[:index].count(names[index])
    written = (template.get("spec") or {}).get("containers") or ()
    same = [number for number, container in enumerate(written) if container.get("name") == names[index]]
    return same[earlier] if earlier < len(same) else None


def _at(path: FieldPath, part: Any) -> Any:
    for key in path:
        if isinstance(part, list) and isinstance(key, int):
            part = part[key] if 0 <= key < len(part) else None
        else:
            part = part.get(key) if isinstance(part, Mapping) else None
    return part


def _named(path: FieldPath, pod: Mapping[str, Any]) -> str:
    """Returns the path with containers and volumes by name."""
    if len(path) < 3 or path[1] not in _LISTS_OF_NAMED:
        return dotted(path)
    name = (_at(path[:3], pod) or {}).get("name")
    start = f"spec.{path[1]}[{name}]" if name else dotted(path[:3])
    rest = dotted(path[3:])
    return f"{start}.{rest}" if rest else start
