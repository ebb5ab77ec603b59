"""Limits of the pods of a namespace together, and of each container."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, Strict, model_validator

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.common.model import Model, between
from emr_eks_placement.facts.quantities import memory_mib

OBJECTS_NAME = "virtual-cluster"  # the names of the quota's objects in Kubernetes


def _memory(example: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if memory_mib(text) < 1 or text.endswith("m"):
            raise RuleError(
                text, "must be an amount of memory above 0 (Kubernetes Quantity)", f"Write for example {example}"
            )
        return text

    return check


class Quota(Model):
    """What the pods of a virtual cluster may take together, and one container alone. By default there are no bounds.

    Containers that request no CPU or memory, as EMR's logging sidecar requests no CPU, count as 0.
    """

    pods: Annotated[int, Strict(), between(1, 1_000_000, "pods", "product limit")] | None = None
    """How many pods it may have at a time (ResourceQuota pods): each run has a job submitter, a driver and executors."""
    cpu: Annotated[int, Strict(), between(1, 1_000_000, "vCPU", "product limit")] | None = None
    """How many vCPU its pods may request together (ResourceQuota requests.cpu)."""
    memory: Annotated[str, AfterValidator(_memory("800Gi"))] | None = None
    """How much memory its pods may request together (ResourceQuota requests.memory)."""
    container_memory: Annotated[str, AfterValidator(_memory("64Gi"))] | None = None
    """The maximum memory of a container (LimitRange), and the memory limit of those that set none."""

    @model_validator(mode="after")
    def _check_container_fits(self) -> "Quota":
        if self.memory and self.container_memory and memory_mib(self.container_memory) > memory_mib(self.memory):
            raise RuleError(
                self.container_memory,
                f"one container would be allowed more than all pods together, {self.memory} (Kubernetes ResourceQuota)",
                "Lower it, or raise memory",
                path=("container_memory",),
            )
        return self


def quota_objects(namespace: str, quota: Quota) -> list[dict[str, Any]]:
    """Returns the ResourceQuota and the LimitRange of a namespace.

    With a quota on CPU or memory, Kubernetes refuses a container that requests none. With a maximum limit, Kubernetes
    uses it as the limit and the request of a container that sets no limit. A default request of 0 prevents both from
    changing what such a container counts (Kubernetes, resource quotas; defaults of LimitRange).
    """
    objects = []
    bounds = {"pods": quota.pods, "requests.cpu": quota.cpu, "requests.memory": quota.memory}
    hard = {resource: str(amount) for resource, amount in bounds.items() if amount}
    if hard:
        objects.append(_object("ResourceQuota", namespace, {"hard": hard}))
    requested = {"cpu": quota.cpu, "memory": quota.memory or quota.container_memory}
    free = {resource: "0" for resource, amount in requested.items() if amount}
    if free:
        limit: dict[str, Any] = {"type": "Container", "defaultRequest": free}
        if quota.container_memory:
            limit |= {kind: {"memory": quota.container_memory} for kind in ("max", "default")}
        objects.append(_object("LimitRange", namespace, {"limits": [limit]}))
    return objects


def _object(kind: str, namespace: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": OBJECTS_NAME, "namespace": namespace}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": spec}
