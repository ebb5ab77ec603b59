"""Where one kind of pod lands: the Fargate admission rule, then the scheduler, each with its reasons."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from emr_eks_placement.facts import kubernetes
from emr_eks_placement.placement import Role
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.scheduling.fargate import FargateSize, granted_size, matching_profiles, unsatisfied_by_fargate
from emr_eks_placement.scheduling.nodes import candidates, zones_of
from emr_eks_placement.scheduling.pod import PodShape, pod_of_manifest

Compute = Literal["fargate", "ec2"]


@dataclass(frozen=True)
class Landing:
    """Where a kind of pod lands.

    on: the names of the Fargate profile or of the node groups, of which the scheduler chooses by room; empty and
    `zones` empty: nowhere. size: what Fargate grants. reasons: in words, in the order in which they decide.
    """

    compute: Compute
    on: tuple[str, ...]
    zones: tuple[str, ...]
    size: FargateSize | None
    reasons: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def pending(self) -> bool:
        """Whether the pod stays Pending."""
        return any(problem.severity == "error" for problem in self.problems)


def land(role: Role, manifest: Mapping[str, Any], capacity: Capacity) -> Landing:
    """Where the pod of that manifest lands in a cluster of that capacity."""
    pod = pod_of_manifest(manifest)
    if (manifest["metadata"].get("annotations") or {}).get(kubernetes.COMPUTE_TYPE) == "ec2":
        return _on_ec2(role, pod, capacity, f"its annotation {kubernetes.COMPUTE_TYPE}=ec2 keeps it off Fargate")
    names = matching_profiles(capacity.profiles(), pod.namespace, pod.labels)
    if not names:
        return _on_ec2(role, pod, capacity, "no Fargate profile selects it")
    return _on_fargate(role, pod, manifest["spec"], capacity, names)


def _on_fargate(
    role: Role, pod: PodShape, spec: Mapping[str, Any], capacity: Capacity, names: tuple[str, ...]
) -> Landing:
    asked = pod.labels.get(kubernetes.FARGATE_PROFILE)
    name = asked if asked in names else names[0]
    profile = capacity.profiles()[name]
    offered = profile.zones or capacity.zones
    zone = pod.node_selector.get(kubernetes.ZONE)
    size = granted_size(pod.cpu_millis, pod.memory_mib)
    problems = [Problem(code, role, what) for code, what in _unfit_for_fargate(pod, spec, capacity, offered)]
    if size is None:
        what = f"it requests {pod.cpu_millis / 1000:g} vCPU and {pod.memory_mib} MiB"
        problems.append(Problem("FARGATE_TOO_LARGE", role, what))
    if len(names) > 1 and asked not in names:
        problems.append(Problem("FARGATE_PROFILES", role, f"{', '.join(names)} select it"))
    reasons = [f"Fargate profile {name} selects its namespace and labels"]
    if size:
        reasons.append(
            f"{pod.cpu_millis / 1000:g} vCPU and {pod.memory_mib} MiB, with Fargate's 256 MiB, are granted {size}"
        )
    zones = (zone,) if zone in offered else offered
    return Landing("fargate", (name,), tuple(map(str, zones)), size, tuple(reasons), tuple(problems))


def _unfit_for_fargate(
    pod: PodShape, spec: Mapping[str, Any], capacity: Capacity, zones: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    unsatisfied = unsatisfied_by_fargate(pod.node_selector, capacity.region, zones)
    if unsatisfied:
        yield "FARGATE_NODE_SELECTOR", f"it asks for {'='.join(unsatisfied)}"
    if pod.node_affinity:
        yield "FARGATE_AFFINITY", "it has a required node affinity"
    for field in ("schedulerName", "nodeName"):
        if spec.get(field):
            yield "FARGATE_SCHEDULER", f"{field} is {spec[field]}"
    yield from _unsupported_by_fargate(spec)


def _unsupported_by_fargate(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for volume in spec.get("volumes") or []:
        if "hostPath" in volume:
            yield "FARGATE_UNSUPPORTED", f"volume {volume['name']} is a hostPath"
    for container in spec.get("containers") or []:
        for amounts in (container.get("resources") or {}).values():
            for resource in amounts if isinstance(amounts, dict) else ():
                if resource.endswith("/gpu"):
                    yield "FARGATE_UNSUPPORTED", f"container {container.get('name')} asks for {resource}"


def _on_ec2(role: Role, pod: PodShape, capacity: Capacity, reason: str) -> Landing:
    found = candidates(pod, capacity.node_groups, capacity.zones)
    zones = {zone for name in found.node_groups for zone in zones_of(pod, capacity.node_groups[name], capacity.zones)}
    refused = tuple(f"not {refusal.node_group}: {refusal.reason}" for refusal in found.refusals)
    problems: tuple[Problem, ...] = ()
    if not found.node_groups:
        why = "; ".join(f"{refusal.node_group}: {refusal.reason}" for refusal in found.refusals)
        problems = (Problem("EC2_NO_NODE_GROUP", role, why or "there are no node groups"),)
    return Landing("ec2", found.node_groups, tuple(sorted(zones)), None, (reason, *refused), problems)
