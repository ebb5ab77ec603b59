"""What Kubernetes lets the pods of a namespace have together, and each container alone."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Strict, model_validator

from emr_eks_placement.errors import RuleError
from emr_eks_placement.facts.quantities import memory_mib
from emr_eks_placement.model import Model, between


def _memory(example: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if memory_mib(text) < 1 or text.endswith("m"):
            raise RuleError(
                text, "must be an amount of memory above 0 (Kubernetes Quantity)", f"Write for example {example}"
            )
        return text

    return check


class Quota(Model):
    """What the pods of a virtual cluster may take together, and one container alone. None without it.

    There is none on CPU: EMR's logging sidecar requests no CPU, which a quota on CPU would refuse or a default would
    mend, and that default makes of a Fargate pod with exactly 4 vCPU one with 8.
    """

    pods: Annotated[int, Strict(), between(1, 1_000_000, "pods", "product limit")] | None = None
    """How many pods it may have at a time (ResourceQuota pods): each run has a job submitter, a driver and executors."""
    memory: Annotated[str, AfterValidator(_memory("800Gi"))] | None = None
    """What its pods may request together (ResourceQuota requests.memory)."""
    container_memory: Annotated[str, AfterValidator(_memory("64Gi"))] | None = None
    """What one container may have (LimitRange), and the memory limit of those that say none."""

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
