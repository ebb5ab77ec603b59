"""The containers of a planned or an observed pod, and their requests."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts import emr
from emr_eks_placement.facts.quantities import cpu_millis, memory_mib
from emr_eks_placement.observation.difference import Difference
from emr_eks_placement.planning import PlannedPod


@dataclass(frozen=True)
class Container:
    """A container with its requests and limits: CPU in thousandths of a core, memory in MiB, None without one.

    is_sidecar: whether it is an init container that keeps running (Kubernetes, sidecar containers).
    """

    name: str
    cpu_millis: int | None = None
    memory_mib: int | None = None
    cpu_limit_millis: int | None = None
    memory_limit_mib: int | None = None
    is_sidecar: bool = False

    @property
    def requests(self) -> str:
        """Its requests in words, such as 800m CPU, 512Mi, or nothing."""
        cpu = None if self.cpu_millis is None else f"{self.cpu_millis}m CPU"
        memory = None if self.memory_mib is None else f"{self.memory_mib}Mi"
        return ", ".join(part for part in (cpu, memory) if part) or "nothing"


def containers_of(spec: Field) -> tuple[Container, ...]:
    """Returns all containers of a pod that run together, without init containers that end before the others start.

    Raises RuleError, with the path, for malformed data.
    """
    sidecars = [one for one in spec["initContainers"].items() if one["restartPolicy"].value == "Always"]
    return tuple(_container(one, is_sidecar=one in sidecars) for one in (*sidecars, *spec["containers"].items()))


def _container(container: Field, *, is_sidecar: bool) -> Container:
    """Reads a container. A container with only a limit requests the same amount (Kubernetes, resource management)."""
    limits = container["resources"]["limits"]
    cpu, memory = _amount(limits["cpu"], cpu_millis), _amount(limits["memory"], memory_mib)
    requests = container["resources"]["requests"]
    return Container(
        container["name"].text(""),
        cpu if (asked := _amount(requests["cpu"], cpu_millis)) is None else asked,
        memory if (asked := _amount(requests["memory"], memory_mib)) is None else asked,
        cpu,
        memory,
        is_sidecar,
    )


def _amount(amount: Field, read: Callable[[str | int | float], int]) -> int | None:
    if not isinstance(amount.value, str | int | float):
        return None
    try:
        return read(amount.value)
    except RuleError:
        return None


def container_differences(
    planned: PlannedPod, manifest: Mapping[str, Any], observed: tuple[Container, ...]
) -> Iterator[Difference]:
    """Yields the missing and the unplanned containers, and requests that differ from the planned pod's manifest.

    EMR's logging sidecar may have the observed or the documented memory: the plan considers both.
    """
    wanted = {one.name: one for one in containers_of(Field(manifest)["spec"])}
    there = {one.name: one for one in observed}
    for name in (name for name in wanted if name not in there):
        yield Difference("containers", "warning", f"container {name} is planned and missing", planned.role)
    for name in (name for name in there if name not in wanted):
        asks = f"container {name}, which requests {there[name].requests}, is not planned"
        yield Difference("containers", "warning", asks, planned.role)
    for name, one in wanted.items():
        if name in there and not _agrees(one, there[name], planned):
            what = f"container {name} requests {there[name].requests}, not {one.requests}"
            yield Difference("requests", "warning", what, planned.role)


def _agrees(planned: Container, observed: Container, pod: PlannedPod) -> bool:
    memory = {planned.memory_mib}
    if planned.name == emr.LOGGING_SIDECAR and pod.shape.memory_slack_bytes:
        memory.add(memory_mib(emr.LOGGING_SIDECAR_MEMORY_SEEN))
    return planned.cpu_millis == observed.cpu_millis and observed.memory_mib in memory
