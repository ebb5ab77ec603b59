"""Where one kind of pod lands: by the Fargate admission rule, then the scheduler, with the reasons of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from emr_eks_placement.facts import kubernetes
from emr_eks_placement.planning import on_ec2, on_fargate
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.capacity import Capacity, Node, zones_of
from emr_eks_placement.scheduling.fargate import FargateSize, granted_sizes, opts_out, possible_profiles
from emr_eks_placement.scheduling.fargate import zones_of as fargate_zones_of
from emr_eks_placement.scheduling.nodes import candidates
from emr_eks_placement.scheduling.pod import Pod

Compute = Literal["fargate", "ec2"]


@dataclass(frozen=True)
class Landing:
    """Where a kind of pod lands.

    on: the names of the Fargate profile or of the node groups and pools, among which the scheduler chooses by room;
    several profiles if it is unknown which one EKS chooses. zones: where; empty: nowhere. size: what Fargate grants for
    the documented requests, or for the least possible ones if only those fit. nodes: of each node group and pool, the
    nodes that can take the pod. reasons: in words, in the order in which they decide. refused: whether the Kubernetes
    API refuses the pod, so that it needs no node.
    """

    compute: Compute
    on: tuple[str, ...]
    zones: tuple[str, ...]
    size: FargateSize | None
    reasons: tuple[str, ...]
    problems: tuple[Problem, ...]
    nodes: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)
    refused: bool = False

    @property
    def pending(self) -> bool:
        """Whether the pod does not start, because it stays Pending or the API refuses it."""
        return any(problem.severity == "error" for problem in self.problems)


def land(pod: Pod, capacity: Capacity, refused: tuple[Problem, ...] = ()) -> Landing:
    """Returns where the pod lands in a cluster of that capacity. refused: the API's earlier refusal."""
    landing = _land(pod, capacity)
    if refused:
        is_refused = any(problem.severity == "error" for problem in refused)
        landing = replace(landing, problems=(*landing.problems, *refused), refused=is_refused)
    return replace(landing, zones=()) if landing.compute == "fargate" and landing.pending else landing


def _land(pod: Pod, capacity: Capacity) -> Landing:
    if opts_out(pod.shape):
        return _on_ec2(pod, capacity, f"its annotation {kubernetes.COMPUTE_TYPE}=ec2 keeps it off Fargate")
    names = possible_profiles(capacity.fargate_profiles, pod.shape)
    if not names:
        return _on_ec2(pod, capacity, "no Fargate profile selects it")
    return _on_fargate(pod, capacity, names)


def _on_fargate(pod: Pod, capacity: Capacity, names: tuple[str, ...]) -> Landing:
    shape = pod.shape
    documented, least = granted_sizes(shape)
    size = documented or least
    profiles = {name: capacity.fargate_profiles[name] for name in names}
    problems = (
        *on_fargate.problems_of_profiles(pod, capacity, profiles),
        *on_fargate.problems_of_pod(pod),
    )
    reasons = [f"Fargate profile {' or '.join(names)} selects its namespace and labels"]
    if documented:
        reasons.append(
            f"{shape.cpu_millis / 1000:g} vCPU and {shape.memory_mib} MiB, with Fargate's 256 MiB, are granted {documented}"
        )
    zones = {zone for profile in profiles.values() for zone in fargate_zones_of(shape, capacity.region, profile.zones)}
    return Landing("fargate", names, tuple(sorted(zones)), size, tuple(reasons), problems)


def _on_ec2(pod: Pod, capacity: Capacity, reason: str) -> Landing:
    found = candidates(pod.shape, capacity.groups_and_pools)
    refused = tuple(f"not {refusal.name}: {refusal.reason}" for refusal in found.refusals)
    problems = (
        *on_ec2.problems_of_groups(pod, found, capacity),
        *on_ec2.problems_of_pod(pod, found, capacity),
    )
    return Landing(
        "ec2", found.names, tuple(sorted(zones_of(found.nodes))), None, (reason, *refused), problems, found.nodes
    )
