"""The properties of a pod that decide where it lands."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emr_eks_placement.facts.quantities import cpu_millis, memory_bytes, parse_quantity
from emr_eks_placement.job.placement import Role, Toleration
from emr_eks_placement.scheduling.affinity import required_terms

_SIZED = ("cpu", "memory", "ephemeral-storage")
MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class PodShape:
    """The properties of a pod that schedulers read.

    node_affinity: the required terms. CPU in thousandths of a core, memory and ephemeral storage in bytes: requests of
    the whole pod. memory_slack_bytes: how much less memory it may request, if that is uncertain. devices: other
    requested resources, in order, such as ("nvidia.com/gpu", 1).
    """

    namespace: str
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    node_selector: dict[str, str] = field(default_factory=dict)
    node_affinity: tuple[Mapping[str, Any], ...] = ()
    tolerations: tuple[Toleration, ...] = ()
    cpu_millis: int
    memory_bytes: int
    memory_slack_bytes: int = 0
    storage_bytes: int = 0
    devices: tuple[tuple[str, int], ...] = ()

    @property
    def memory_mib(self) -> int:
        """The memory in MiB, rounded up."""
        return -(-self.memory_bytes // MIB)

    @property
    def storage_mib(self) -> int:
        """The ephemeral storage in MiB, rounded up."""
        return -(-self.storage_bytes // MIB)


@dataclass(frozen=True)
class Pod:
    """A kind of pod of a run: its manifest, and its shape after the API has added the namespace's defaults."""

    role: Role
    manifest: Mapping[str, Any]
    shape: PodShape

    @property
    def spec(self) -> Mapping[str, Any]:
        """The spec of its manifest."""
        spec: Mapping[str, Any] = self.manifest["spec"]
        return spec


def pod_of_manifest(manifest: Mapping[str, Any], least: Mapping[str, Any] | None = None) -> PodShape:
    """Returns the shape of a Kubernetes Pod. least: its spec with the least memory that it may request.

    Its requests are the larger of all containers that run together and any init container with the sidecars that
    started before it; a container with only a limit requests the same amount (Kubernetes, sidecar containers).
    """
    metadata, spec = manifest["metadata"], manifest["spec"]
    init = [(one, _requests(one)) for one in spec.get("initContainers") or ()]
    running = [_requests(one) for one in spec.get("containers") or ()]
    asked = {*(resource for requests in running for resource in requests), *(key for _, one in init for key in one)}
    memory = _requested(init, running, "memory", memory_bytes)
    return PodShape(
        namespace=metadata.get("namespace", "default"),
        labels=dict(metadata.get("labels") or {}),
        annotations=dict(metadata.get("annotations") or {}),
        node_selector=dict(spec.get("nodeSelector") or {}),
        node_affinity=required_terms(spec),
        tolerations=tolerations_of(spec),
        cpu_millis=_requested(init, running, "cpu", cpu_millis),
        memory_bytes=memory,
        memory_slack_bytes=0 if least is None else max(0, memory - _requested_memory(least)),
        storage_bytes=_requested(init, running, "ephemeral-storage", memory_bytes),
        devices=tuple((name, _requested(init, running, name, _count)) for name in sorted(asked.difference(_SIZED))),
    )


def _requested_memory(spec: Mapping[str, Any]) -> int:
    init = [(one, _requests(one)) for one in spec.get("initContainers") or ()]
    running = [_requests(one) for one in spec.get("containers") or ()]
    return _requested(init, running, "memory", memory_bytes)


def tolerations_of(spec: Mapping[str, Any]) -> tuple[Toleration, ...]:
    """Returns the tolerations of a pod's spec."""
    return tuple(Toleration.of_kubernetes(toleration) for toleration in spec.get("tolerations") or [])


def _count(amount: Any) -> int:
    return math.ceil(parse_quantity(amount))


def _requests(container: Mapping[str, Any]) -> dict[str, Any]:
    resources = container.get("resources") or {}
    return {**(resources.get("limits") or {}), **(resources.get("requests") or {})}


def _requested(
    init: list[tuple[Mapping[str, Any], dict[str, Any]]],
    running: list[dict[str, Any]],
    resource: str,
    amount: Callable[[Any], int],
) -> int:
    most = sidecars = 0
    for container, requests in init:
        own = amount(requests[resource]) if resource in requests else 0
        most = max(most, sidecars + own)
        if container.get("restartPolicy") == "Always":
            sidecars += own
    return max(most, sidecars + sum([amount(requests[resource]) for requests in running if resource in requests]))
