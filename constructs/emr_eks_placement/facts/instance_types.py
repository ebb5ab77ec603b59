"""EC2 instance types: size, architecture and what is left of a node for pods."""

import difflib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from emr_eks_placement.errors import RuleError

_EVICTION_MIB = 100  # kubelet's default evictionHard memory.available


@dataclass(frozen=True)
class InstanceType:
    """vCPU, memory in MiB and highest pod count (AWS VPC CNI, no prefix delegation) of one instance type."""

    name: str
    vcpus: int
    memory_mib: int
    architecture: str
    max_pods: int

    @property
    def kubernetes_architecture(self) -> str:
        """The value of the node label kubernetes.io/arch."""
        return "amd64" if self.architecture == "x86_64" else self.architecture

    @property
    def allocatable_cpu_millis(self) -> int:
        """CPU left for pods: EKS's kubelet reserves 6 % of the first core, 1 %, 0.5 %, 0.5 %, then 0.25 % each.

        Source: kubeReserved in awslabs/amazon-eks-ami (nodeadm).
        """
        reserved = 0.0
        for core in range(self.vcpus):
            reserved += 60 if core == 0 else 10 if core == 1 else 5 if core < 4 else 2.5
        return self.vcpus * 1000 - int(reserved)

    @property
    def allocatable_memory_mib(self) -> int:
        """Upper bound of the memory left for pods: EKS reserves 255 MiB + 11 MiB a pod, the kubelet evicts at 100 MiB.

        The kernel and firmware keep a little more, which EC2 does not publish: what does not fit here fits nowhere.
        Source: kubeReserved in awslabs/amazon-eks-ami (nodeadm).
        """
        return self.memory_mib - (255 + 11 * self.max_pods) - _EVICTION_MIB


@cache
def _rows() -> dict[str, tuple[int, int, str, int]]:
    rows: dict[str, tuple[int, int, str, int]] = json.loads(
        files("emr_eks_placement.facts").joinpath("data/instance_types.json").read_text(encoding="utf-8")
    )
    return rows


def instance_types() -> tuple[InstanceType, ...]:
    """Every instance type that EC2 has."""
    return tuple(InstanceType(name, *row) for name, row in _rows().items())


def instance_type(name: str) -> InstanceType:
    """The instance type of that name. Raises RuleError when EC2 has none."""
    row = _rows().get(name)
    if row is None:
        close = difflib.get_close_matches(name, _rows(), 3)
        raise RuleError(
            name,
            "EC2 has no such instance type (EC2 DescribeInstanceTypes)",
            f"Did you mean {' or '.join(close)}?" if close else "Write for example m6i.2xlarge",
        )
    return InstanceType(name, *row)
