"""The rules of a pod's spec about other pods: pod affinity and anti-affinity, topology spread, host ports.

Source: kubernetes/kubernetes,
pkg/scheduler/framework/plugins/{interpodaffinity,podtopologyspread,nodeports}/filtering.go.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emr_eks_placement.common.errors import FieldPath

_REQUIRED, _PREFERRED = (
    "requiredDuringSchedulingIgnoredDuringExecution",
    "preferredDuringSchedulingIgnoredDuringExecution",
)
_ANY_ADDRESS = "0.0.0.0"  # noqa: S104 what a port without an address means
_NAMESPACE_NAME = "kubernetes.io/metadata.name"  # the one label that every namespace has
# Labels that no two pods of a kind share, although a plan does not know their values.
_OWN_OF_EACH = ("spark-exec-id",)


@dataclass(frozen=True)
class Rule:
    """A required term of pod affinity or anti-affinity, or a hard spread constraint, of the pod of a manifest."""

    key: str
    term: Mapping[str, Any]
    path: FieldPath
    spread: bool = False

    def selects(self, own: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        """Returns whether the rule of its own pod counts a pod of the other manifest. Both may be the same, for two
        equal pods."""
        if not self._in_namespaces(own["metadata"].get("namespace"), other["metadata"].get("namespace")):
            return False
        labels, theirs = own["metadata"].get("labels") or {}, other["metadata"].get("labels") or {}
        for field, equal in (("matchLabelKeys", True), ("mismatchLabelKeys", False)):
            for key in self.term.get(field) or ():
                same = key not in _OWN_OF_EACH and labels.get(key) == theirs.get(key)
                if key in labels and same is not equal:
                    return False
        return selects(self.term.get("labelSelector"), theirs)

    def _in_namespaces(self, own: object, other: object) -> bool:
        names, selector = self.term.get("namespaces") or (), self.term.get("namespaceSelector")
        if self.spread or (not names and selector is None):
            return own == other
        return other in names or (selector is not None and selects(selector, {_NAMESPACE_NAME: str(other)}))


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Returns whether a LabelSelector matches: an empty one matches every pod, a missing one none (Kubernetes,
    LabelSelector)."""
    if selector is None:
        return False
    wanted = selector.get("matchLabels") or {}
    expressions = selector.get("matchExpressions") or ()
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _holds(expression, labels) for expression in expressions
    )


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = expression.get("key"), expression.get("values") or ()
    return {
        "In": key in labels and labels.get(str(key)) in values,
        "NotIn": key not in labels or labels.get(str(key)) not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }.get(str(expression.get("operator")), False)


def says_anything(spec: Mapping[str, Any]) -> bool:
    """Returns whether the spec may have a rule or a preference."""
    return bool(spec.get("affinity") or spec.get("topologySpreadConstraints"))


def required(spec: Mapping[str, Any], kind: str) -> tuple[Rule, ...]:
    """Returns the required terms of podAffinity or podAntiAffinity."""
    affinity = spec.get("affinity")
    if not affinity:
        return ()
    terms = (affinity.get(kind) or {}).get(_REQUIRED) or ()
    return tuple(
        Rule(str(term.get("topologyKey")), term, ("spec", "affinity", kind, _REQUIRED, index))
        for index, term in enumerate(terms)
    )


def forbidding_spread(spec: Mapping[str, Any]) -> tuple[Rule, ...]:
    """Returns the topology spread constraints under which a pod waits: DoNotSchedule, which is the default.

    A constraint without a labelSelector counts no pod, so that no pod waits.
    """
    return tuple(
        Rule(str(one.get("topologyKey")), one, ("spec", "topologySpreadConstraints", index), spread=True)
        for index, one in enumerate(spec.get("topologySpreadConstraints") or ())
        if one.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule" and one.get("labelSelector") is not None
    )


def preferred(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the fields with rules that the scheduler follows if possible."""
    affinity = spec.get("affinity") or {}
    kinds = [
        kind
        for kind in ("nodeAffinity", "podAffinity", "podAntiAffinity")
        if (affinity.get(kind) or {}).get(_PREFERRED)
    ]
    spread = any(
        one.get("whenUnsatisfiable") == "ScheduleAnyway" for one in spec.get("topologySpreadConstraints") or ()
    )
    return (*kinds, *(["topologySpreadConstraints"] if spread else []))


def share_a_port(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Returns whether pods of these specs use the same host port, so that no node takes both."""
    return any(
        port == another and (address == elsewhere or _ANY_ADDRESS in (address, elsewhere))
        for port, address in ports(one)
        for another, elsewhere in ports(other)
    )


def ports(spec: Mapping[str, Any]) -> Iterator[tuple[tuple[int, str], str]]:
    """Yields number and protocol, and address; with hostNetwork every port is the node's (Kubernetes API, defaults)."""
    containers: Sequence[Mapping[str, Any]] = [*(spec.get("containers") or ()), *_sidecars(spec)]
    for container in containers:
        for port in container.get("ports") or ():
            number = port.get("hostPort") or (port.get("containerPort") if spec.get("hostNetwork") else None)
            if number:
                yield (number, port.get("protocol") or "TCP"), port.get("hostIP") or _ANY_ADDRESS


def _sidecars(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in spec.get("initContainers") or () if one.get("restartPolicy") == "Always"]
