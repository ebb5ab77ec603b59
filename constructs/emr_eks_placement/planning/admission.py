"""Pods that the Kubernetes API refuses in a namespace, by its limits and its Pod Security Standard."""

from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.facts.quantities import memory_mib
from emr_eks_placement.placement import Role
from emr_eks_placement.planning.pod_security import forbidden_by_baseline
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.scheduling.namespace_rules import NO_RULES
from emr_eks_placement.scheduling.pod import PodShape


def problems_of_admission(role: Role, pod: PodShape, spec: Mapping[str, Any], capacity: Capacity) -> Iterator[Problem]:
    """Of one kind of pod: that the API refuses it, wherever it would land."""
    rules = capacity.namespace_rules.get(pod.namespace, NO_RULES)
    if rules.container_memory_mib is not None:
        for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
            memory = _memory_mib(container)
            if memory > rules.container_memory_mib:
                most = f"the namespace allows a container {rules.container_memory_mib} MiB"
                what = f"container {container.get('name')} has {memory} MiB of memory, {most}"
                yield Problem("QUOTA_CONTAINER_MEMORY", role, what)
    if rules.pod_security != "privileged":
        for what, path, value in forbidden_by_baseline(spec, pod.annotations):
            yield Problem("POD_SECURITY", role, what, path, value)


def _memory_mib(container: Mapping[str, Any]) -> int:
    resources = container.get("resources") or {}
    return max(memory_mib((resources.get(kind) or {}).get("memory", 0)) for kind in ("requests", "limits"))
