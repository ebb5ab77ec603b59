"""The EKS Fargate admission rule, and the size that Fargate grants.

Sources: EKS guide, "Define which Pods use AWS Fargate when launched" (matching), "Fargate Pod configuration" (sizes).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from emr_eks_placement.environment.fargate import FargateProfile, FargateSelector
from emr_eks_placement.facts import kubernetes

# Added by Fargate to every pod's memory request for the Kubernetes components on its node.
RESERVED_MEMORY_MIB = 256

# vCPU -> (lowest, highest, step) of memory in GB.
_MEMORY_GB: dict[float, tuple[float, int, float]] = {
    0.25: (0.5, 2, 0.5),
    0.5: (1, 4, 1),
    1: (2, 8, 1),
    2: (4, 16, 1),
    4: (8, 30, 1),
    8: (16, 60, 4),
    16: (32, 120, 8),
}
_NO_SUCH_SIZE = {(0.25, 1.5)}


@dataclass(frozen=True, order=True)
class FargateSize:
    """A combination of vCPU and memory in GB that Fargate offers, and bills."""

    vcpus: float
    memory_gb: float

    def __str__(self) -> str:
        """As in the pod annotation CapacityProvisioned: 2vCPU 9GB."""
        return f"{self.vcpus:g}vCPU {self.memory_gb:g}GB"


@cache
def _sizes() -> tuple[FargateSize, ...]:
    sizes = []
    for vcpus, (lowest, highest, step) in _MEMORY_GB.items():
        steps = int((highest - lowest) / step) + 1
        sizes += [FargateSize(vcpus, lowest + step * i) for i in range(steps)]
    return tuple(size for size in sizes if (size.vcpus, size.memory_gb) not in _NO_SUCH_SIZE)


def granted_size(cpu_millis: int, memory_mib: int) -> FargateSize | None:
    """The smallest size that holds a pod's requests and Fargate's own 256 MiB; None if none does (16 vCPU, 120 GB)."""
    needed_gb = (memory_mib + RESERVED_MEMORY_MIB) / 1024
    return next((s for s in _sizes() if s.vcpus * 1000 >= cpu_millis and s.memory_gb >= needed_gb), None)


def selects(selector: FargateSelector, namespace: str, labels: Mapping[str, str]) -> bool:
    """Whether the selector takes a pod of that namespace with these labels: all of its labels must match."""
    return _matches(selector.namespace, namespace) and all(
        any(_matches(key, pod_key) and _matches(value, pod_value) for pod_key, pod_value in labels.items())
        for key, value in selector.labels.items()
    )


def matching_profiles(
    profiles: Mapping[str, FargateProfile], namespace: str, labels: Mapping[str, str]
) -> tuple[str, ...]:
    """The names of the profiles that take the pod, the one that EKS chooses first (alphanumerical order)."""
    return tuple(
        name
        for name, profile in sorted(profiles.items())
        if any(selects(selector, namespace, labels) for selector in profile.selectors)
    )


def unsatisfied_by_fargate(
    node_selector: Mapping[str, str], region: str, zones: tuple[str, ...]
) -> tuple[str, str] | None:
    """The first entry of a node selector that no Fargate node of these zones has: the pod would stay Pending for ever."""
    offered = {
        kubernetes.ARCHITECTURE: ("amd64",),
        kubernetes.OPERATING_SYSTEM: ("linux",),
        kubernetes.COMPUTE_TYPE: ("fargate",),
        kubernetes.REGION: (region,),
        kubernetes.ZONE: zones,
    }
    return next((entry for entry in node_selector.items() if entry[1] not in offered.get(entry[0], ())), None)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(mark, re.escape(mark)) for mark in text), re.DOTALL)


def _matches(pattern: str, text: str) -> bool:
    return _pattern(pattern).fullmatch(text) is not None
