"""A template that the Kubernetes API refuses, and the same with one thing right."""

from dataclasses import dataclass, field
from typing import Any

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
ZONE = {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["us-east-1a"]}
SIDE: dict[str, Any] = {"name": "side", "image": "busybox"}
GPU = "nvidia.com/gpu"


@dataclass(frozen=True)
class Case:
    """A driver's template with one thing wrong, named in the plan's words, and the same with that thing right."""

    what: str
    wrong: dict[str, Any]
    right: dict[str, Any]
    version: str = "1.35"
    spark: dict[str, str] = field(default_factory=dict)


def spec(what: str, name: str, wrong: Any, right: Any, **more: Any) -> Case:
    return Case(what, {name: wrong, **more}, {name: right, **more})


def side(what: str, wrong: dict[str, Any], right: dict[str, Any], version: str = "1.35", **more: Any) -> Case:
    """Of a sidecar."""
    return Case(what, {"sidecars": [SIDE | wrong], **more}, {"sidecars": [SIDE | right], **more}, version)


def init(what: str, wrong: dict[str, Any], right: dict[str, Any], version: str = "1.35") -> Case:
    """Of an init container."""
    first = {"name": "first", "image": "busybox"}
    return Case(what, {"initContainers": [first | wrong]}, {"initContainers": [first | right]}, version)


def main(what: str, wrong: dict[str, Any], right: dict[str, Any]) -> Case:
    return Case(what, {"main": wrong}, {"main": right})


def resources(**amounts: dict[str, str]) -> dict[str, Any]:
    return {"resources": amounts}


def nodes(*terms: Any) -> dict[str, Any]:
    return {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": list(terms)}}}


def expression(**fields: Any) -> dict[str, Any]:
    return {"matchExpressions": [{**ZONE, **fields}]}


def beside(term: Any) -> dict[str, Any]:
    """Next to a term that nodes match."""
    return nodes(expression(), term)


def prefers(weight: int, **fields: Any) -> dict[str, Any]:
    return {"nodeAffinity": {PREFERRED: [{"weight": weight, "preference": expression(**fields)}]}}


def apart(**fields: Any) -> dict[str, Any]:
    return {"podAntiAffinity": {REQUIRED: [{"topologyKey": "kubernetes.io/hostname", "labelSelector": {}, **fields}]}}


def spread(*constraints: dict[str, Any]) -> list[dict[str, Any]]:
    usual = {"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway"}
    return [usual | one for one in constraints]


def volume(**source: Any) -> list[dict[str, Any]]:
    return [{"name": "data", **source}]


def mounts(*paths: str, name: str = "data") -> dict[str, Any]:
    return {"volumeMounts": [{"name": name, "mountPath": path} for path in paths]}


EMPTY = volume(emptyDir={})
PROBE = {"exec": {"command": ["true"]}}
TERM = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
APART = f"spec.affinity.podAntiAffinity.{REQUIRED}[0]"
