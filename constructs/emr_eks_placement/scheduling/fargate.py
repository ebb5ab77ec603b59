"""The EKS Fargate admission rule, the nodes of Fargate, and the size that it grants.

Sources: EKS guide, "Define which Pods use AWS Fargate when launched" (matching), "Fargate Pod configuration" (sizes).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from emr_eks_placement.common.wildcards import matches
from emr_eks_placement.facts import fargate, kubernetes
from emr_eks_placement.scheduling import affinity
from emr_eks_placement.scheduling.capacity import UNKNOWN_ZONE, FargateProfileCapacity, PodSelector
from emr_eks_placement.scheduling.node_labels import with_older_keys
from emr_eks_placement.scheduling.pod import MIB, PodShape


@dataclass(frozen=True, order=True)
class FargateSize:
    """A combination of vCPU and memory in GB that Fargate offers, and bills."""

    vcpus: float
    memory_gb: float

    def __str__(self) -> str:
        """Formats the size as in the pod annotation CapacityProvisioned: 2vCPU 9GB."""
        return f"{self.vcpus:g}vCPU {self.memory_gb:g}GB"


@cache
def _sizes() -> tuple[FargateSize, ...]:
    return tuple(FargateSize(vcpus, memory) for vcpus, memories in fargate.SIZES.items() for memory in memories)


def granted_size(cpu_millis: int, memory_mib: int) -> FargateSize | None:
    """Returns the smallest size for a pod's requests and Fargate's own 256 MiB; None if no size is enough
    (facts.fargate.LARGEST)."""
    needed_gb = (memory_mib + fargate.RESERVED_MEMORY_MIB) / 1024
    return next((s for s in _sizes() if s.vcpus * 1000 >= cpu_millis and s.memory_gb >= needed_gb), None)


def granted_sizes(pod: PodShape) -> tuple[FargateSize | None, FargateSize | None]:
    """Returns the sizes that Fargate grants for the pod's requests, and for the least possible ones if they are
    uncertain."""
    least_mib = -(-(pod.memory_bytes - pod.memory_slack_bytes) // MIB)
    return granted_size(pod.cpu_millis, pod.memory_mib), granted_size(pod.cpu_millis, least_mib)


def opts_out(pod: PodShape) -> bool:
    """Returns whether the pod's annotation keeps it off Fargate, whatever the profiles (EKS guide; documented for
    CoreDNS)."""
    return pod.annotations.get(kubernetes.COMPUTE_TYPE) == "ec2"


def selects(selector: PodSelector, namespace: str, labels: Mapping[str, str]) -> bool:
    """Returns whether the selector matches a pod of that namespace with these labels: all of its labels must match."""
    return matches(selector.namespace, namespace) and all(
        any(matches(key, pod_key) and matches(value, pod_value) for pod_key, pod_value in labels.items())
        for key, value in selector.labels.items()
    )


def matching_profiles(
    profiles: Mapping[str, FargateProfileCapacity], namespace: str, labels: Mapping[str, str]
) -> tuple[str, ...]:
    """Returns the names of the profiles that select the pod, in alphanumerical order."""
    return tuple(
        name
        for name, profile in sorted(profiles.items())
        if any(selects(selector, namespace, labels) for selector in profile.selectors)
    )


def possible_profiles(profiles: Mapping[str, FargateProfileCapacity], pod: PodShape) -> tuple[str, ...]:
    """Returns the names of the profiles of which EKS chooses one; several only while their names in EKS are unknown.

    EKS uses the profile that the pod's label eks.amazonaws.com/fargate-profile names, or else the first by name.
    """
    matching = matching_profiles(profiles, pod.namespace, pod.labels)
    asked = pod.labels.get(kubernetes.FARGATE_PROFILE)
    named = [name for name in matching if asked is not None and profiles[name].deployed_name == asked]
    if named:
        return (named[0],)
    if any(profiles[name].deployed_name is None for name in matching):
        return matching
    return tuple(sorted(matching, key=lambda name: profiles[name].deployed_name or "")[:1])


def node_labels(region: str, zone: str) -> dict[str, str]:
    """Returns the labels of a Fargate node in a zone, without its host name, which is unknown before the pod exists."""
    labels = {
        kubernetes.ARCHITECTURE: "amd64",
        kubernetes.OPERATING_SYSTEM: "linux",
        kubernetes.COMPUTE_TYPE: "fargate",
        kubernetes.REGION: region,
    }
    return with_older_keys(labels if zone == UNKNOWN_ZONE else {**labels, kubernetes.ZONE: zone})


def zones_of(pod: PodShape, region: str, zones: tuple[str, ...]) -> tuple[str, ...]:
    """Returns those of a profile's zones whose Fargate nodes match the pod's node selector and required node affinity."""
    return tuple(
        zone
        for zone in zones
        if pod.node_selector.items() <= (labels := node_labels(region, zone)).items()
        and affinity.matches(pod.node_affinity, labels)
    )


def unsatisfied_by_fargate(
    node_selector: Mapping[str, str], region: str, zones: tuple[str, ...]
) -> tuple[str, str] | None:
    """Returns the first entry of a node selector that no Fargate node of these zones has, so that the pod would stay
    Pending."""
    offered = {entry for zone in zones for entry in node_labels(region, zone).items()}
    return next((entry for entry in node_selector.items() if entry not in offered), None)
