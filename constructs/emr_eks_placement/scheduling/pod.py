"""What of a pod decides where it lands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emr_eks_placement.facts.quantities import cpu_millis, memory_mib
from emr_eks_placement.placement import Toleration
from emr_eks_placement.scheduling.affinity import required_terms


@dataclass(frozen=True, kw_only=True)
class PodShape:
    """What schedulers read of a pod.

    node_affinity: the required terms; CPU in thousandths of a core, memory in MiB, both requests of the whole pod.
    """

    namespace: str
    labels: dict[str, str] = field(default_factory=dict)
    node_selector: dict[str, str] = field(default_factory=dict)
    node_affinity: tuple[Mapping[str, Any], ...] = ()
    tolerations: tuple[Toleration, ...] = ()
    cpu_millis: int
    memory_mib: int


def pod_of_manifest(manifest: Mapping[str, Any]) -> PodShape:
    """The shape of a Kubernetes Pod.

    Its requests are the larger of all containers that run together and any init container; a container that has only
    a limit requests as much (Kubernetes, init containers).
    """
    metadata, spec = manifest["metadata"], manifest["spec"]
    return PodShape(
        namespace=metadata.get("namespace", "default"),
        labels=dict(metadata.get("labels") or {}),
        node_selector=dict(spec.get("nodeSelector") or {}),
        node_affinity=required_terms(spec),
        tolerations=tolerations_of(spec),
        cpu_millis=_requested(spec, "cpu", cpu_millis),
        memory_mib=_requested(spec, "memory", memory_mib),
    )


def tolerations_of(spec: Mapping[str, Any]) -> tuple[Toleration, ...]:
    """The tolerations of a pod's spec."""
    return tuple(Toleration.of_kubernetes(toleration) for toleration in spec.get("tolerations") or [])


def _requested(spec: Mapping[str, Any], resource: str, amount: Callable[[Any], int]) -> int:
    def asked(container: Mapping[str, Any]) -> int:
        resources = container.get("resources") or {}
        return amount({**(resources.get("limits") or {}), **(resources.get("requests") or {})}.get(resource, 0))

    init = spec.get("initContainers") or []
    together = [*(spec.get("containers") or []), *(one for one in init if one.get("restartPolicy") == "Always")]
    return max([sum(map(asked, together)), *map(asked, init)])
