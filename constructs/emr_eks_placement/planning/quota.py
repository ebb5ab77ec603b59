"""A run that exceeds what its namespace may have."""

from collections.abc import Iterator, Mapping

from emr_eks_placement.placement import Role
from emr_eks_placement.planning.planned_pod import PlannedPod
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.scheduling.namespace_rules import NO_RULES, NamespaceRules


def problems_of_quota(pods: Mapping[Role, PlannedPod], capacity: Capacity) -> Iterator[Problem]:
    """Of the run as a whole, if it has the namespace to itself."""
    rules = capacity.namespace_rules.get(pods["driver"].shape.namespace, NO_RULES)
    if rules.pod_security == "restricted":
        yield Problem("POD_SECURITY_RESTRICTED", "submitter", "the namespace enforces restricted")
    least = _broken(pods, rules, {role: pod.count.least for role, pod in pods.items()})
    most = _broken(pods, rules, {role: pod.count.most or pod.count.least for role, pod in pods.items()})
    if least:
        yield Problem("QUOTA_EXCEEDED", "executors", f"the run has {least}")
    elif most:
        yield Problem("QUOTA_REACHED", "executors", f"at its largest the run has {most}")


def _broken(pods: Mapping[Role, PlannedPod], rules: NamespaceRules, counts: Mapping[Role, int]) -> str:
    """What of the quota that many pods exceed, in words; empty: nothing."""
    number = sum(counts.values())
    memory = sum(pods[role].shape.memory_mib * count for role, count in counts.items())
    broken = []
    if rules.pods is not None and number > rules.pods:
        broken.append(f"{number} pods, the namespace may have {rules.pods}")
    if rules.memory_mib is not None and memory > rules.memory_mib:
        broken.append(f"{memory} MiB of memory, the namespace may have {rules.memory_mib}")
    return " and ".join(broken)
