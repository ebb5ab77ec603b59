"""Fixes with names of the cluster: its labels, profiles, zones, groups and sizes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from emr_eks_placement.common.wildcards import is_pattern, matches
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.facts.emr import BUILT_IN_LABELS
from emr_eks_placement.facts.instance_types import InstanceType, instance_types
from emr_eks_placement.job.placement import Role, Toleration
from emr_eks_placement.planning.planned_pod import PlannedPod
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.capacity import Capacity, NodeGroupCapacity, PodSelector
from emr_eks_placement.scheduling.fargate import possible_profiles, selects
from emr_eks_placement.scheduling.nodes import candidates, surely_fits
from emr_eks_placement.scheduling.pod import PodShape

Pods = Mapping[Role, PlannedPod]

_LABEL_PROPERTY: Mapping[Role, str] = {
    "submitter": "jobsubmitter.label.",
    "driver": "spark.kubernetes.driver.label.",
    "executors": "spark.kubernetes.executor.label.",
}


def with_fixes(problems: Iterable[Problem], pods: Pods, capacity: Capacity) -> Iterator[Problem]:
    """Yields the problems, each with a fix for this cluster if there is one."""
    for problem in problems:
        derive = _FIXES.get(problem.code)
        fix = derive(problem, pods, capacity) if derive and not problem.own_fix else ""
        yield replace(problem, own_fix=fix) if fix else problem


def label_property(role: Role, key: str) -> str:
    """Returns the property that labels pods of a role: of Spark, or of the classification emr-job-submitter."""
    return f"{_LABEL_PROPERTY[role]}{key}"


def selectors_of(pod: PlannedPod, capacity: Capacity, profile: str) -> Iterator[PodSelector]:
    """Yields the selectors of the profile that take the pod."""
    for selector in capacity.fargate_profiles[profile].selectors:
        if selects(selector, pod.shape.namespace, pod.shape.labels):
            yield selector


def _submitter_on_ec2(_problem: Problem, pods: Pods, capacity: Capacity) -> str:
    """Returns the labels of the driver's or executors' profile, if the submitter can have them."""
    submitter = pods["submitter"]
    for pod in (pods["driver"], pods["executors"]):
        for selector in (one for name in pod.landing.on for one in selectors_of(pod, capacity, name)):
            labels = _to_set(selector, pod)
            taken = {**submitter.shape.labels, **labels}
            built_in = any(key.startswith(BUILT_IN_LABELS) for key in labels)
            if not built_in and selects(selector, submitter.shape.namespace, taken):
                settings = " and ".join(f"{label_property('submitter', key)}={value}" for key, value in labels.items())
                return f"Keep an EC2 node, or set {settings} in the classification emr-job-submitter"
    return "Keep an EC2 node, or add a selector to a Fargate profile that takes the job submitter too"


def _to_set(selector: PodSelector, pod: PlannedPod) -> dict[str, str]:
    """Returns the selector's labels; for a pattern, the pod's value."""
    found: dict[str, str] = {}
    for key, value in selector.labels.items():
        carried = [
            (one, other) for one, other in pod.shape.labels.items() if matches(key, one) and matches(value, other)
        ]
        found.update(carried[:1] if is_pattern(key) or is_pattern(value) else [(key, value)])
    return found


def _not_a_fargate_label(problem: Problem, pods: Pods, capacity: Capacity) -> str:
    pod = pods[problem.role]
    key = str(problem.path[-1])
    others = [
        role
        for role, other in pods.items()
        if role not in (problem.role, "submitter") and key in other.shape.node_selector
    ]
    remove = f"Remove the node selector {key} for the {problem.role}"
    if problem.role != "submitter" and others:
        remove += " (spark.kubernetes.node.selector.* holds for driver and executors alike)"
    return f"{remove}, or place the pod on EC2: {_off_fargate(pod, capacity)}"


def _off_fargate(pod: PlannedPod, capacity: Capacity) -> str:
    """Returns how to keep a pod off the profiles that take it."""
    labels = [
        f"{key}={value}"
        for name in pod.landing.on
        for selector in selectors_of(pod, capacity, name)
        for key, value in _to_set(selector, pod).items()
        if not key.startswith(BUILT_IN_LABELS)
    ]
    profile = " and ".join(pod.landing.on)
    if labels:
        return f"remove its label {labels[0]}, which profile {profile} selects"
    return f"profile {profile} takes it by its namespace or by labels of its own, so narrow that profile's selectors"


def _zone(problem: Problem, pods: Pods, capacity: Capacity) -> str:
    pod, zone = pods[problem.role], str(problem.value)
    own = sorted({one for name in pod.landing.on for one in capacity.fargate_profiles[name].zones})
    there = [
        f"profile {name} ({', '.join(f'{label_property(problem.role, k)}={v}' for k, v in selector.labels.items())})"
        for name, profile in capacity.fargate_profiles.items()
        if zone in profile.zones and name not in pod.landing.on
        for selector in profile.selectors
        if matches(selector.namespace, pod.shape.namespace) and selector.labels
    ]
    stay = f"name a zone of the profile: {', '.join(own)}" if own else "remove the zone"
    return f"Use {' or '.join(there[:2])}, or {stay}" if there else stay[:1].upper() + stay[1:]


def _spot(problem: Problem, pods: Pods, _capacity: Capacity) -> str:
    nodes = pods[problem.role].landing.nodes
    steady = [name for name, some in nodes.items() if all(node.capacity_type == "on-demand" for node in some)]
    if not steady:
        return ""
    of_pool = all(kubernetes.POOL_CAPACITY_TYPE in node.labels for name in steady for node in nodes[name])
    selector = f"{kubernetes.POOL_CAPACITY_TYPE}=on-demand" if of_pool else f"{kubernetes.CAPACITY_TYPE}=ON_DEMAND"
    return f"Ask for On-Demand nodes, which {' and '.join(steady)} have: a node selector {selector}; or taint the Spot nodes"


def _no_node_group(problem: Problem, pods: Pods, capacity: Capacity) -> str:
    """Returns what the nearest group lacks: a toleration, an existing label, or size."""
    pod = pods[problem.role].shape
    tolerant = candidates(
        replace(pod, tolerations=(*pod.tolerations, Toleration(operator="Exists"))), capacity.groups_and_pools
    ).names
    if tolerant:
        group = capacity.groups_and_pools[tolerant[0]]
        taints = ", ".join(f"{one.key}={one.value}:{one.effect}" for one in group.taints)
        return f"Tolerate {taints} to use {tolerant[0]}: tolerations take a pod template"
    unselected = candidates(replace(pod, node_selector={}, node_affinity=()), capacity.groups_and_pools).names
    if unselected:
        return _selector_to_correct(pod, unselected, capacity)
    sized = candidates(
        replace(pod, cpu_millis=0, memory_bytes=0, storage_bytes=0, devices=()), capacity.node_groups
    ).names
    for name in sized:
        larger = _smallest_that_fits(problem.role, pods, capacity.node_groups[name])
        if larger:
            return f"Add instance type {larger} to {name} or a group like it, or ask for less"
    return ""


def _may_not_fit(problem: Problem, pods: Pods, capacity: Capacity) -> str:
    """Returns how much less memory certainly fits, or an instance type of the same families that certainly has room."""
    pod = pods[problem.role]
    name, node = max(
        ((name, node) for name, nodes in pod.landing.nodes.items() for node in nodes),
        key=lambda one: one[1].sure_room.memory_bytes,
    )
    less = pod.shape.memory_mib - node.sure_room.memory_mib
    lower = f"Lower memory or overhead by {less} MiB" if less > 0 else "Lower memory or overhead"
    group = capacity.node_groups.get(name)
    larger = _smallest_that_fits(problem.role, pods, group) if group else ""
    return f"{lower}, or use {larger} in {name}" if larger else f"{lower}, or use a larger instance type"


def _selector_to_correct(pod: PodShape, names: Sequence[str], capacity: Capacity) -> str:
    """Returns, of the groups that match the pod except for its selector, the one that lacks the fewest entries."""

    def lacking(name: str) -> list[str]:
        nodes = capacity.groups_and_pools[name].nodes
        each = [
            [key for key, value in pod.node_selector.items() if node.labels.get(key, "") != value] for node in nodes
        ]
        return min(each, key=len)

    nearest = min(names, key=lambda name: len(lacking(name)))
    wrong = lacking(nearest)
    if not wrong or len(wrong) == len(pod.node_selector) > 1:
        return f"Correct the node selector or affinity: without it {' or '.join(names[:3])} can take the pod"
    entries = ", ".join(f"{key}={pod.node_selector[key]}" for key in wrong)
    return f"Correct the node selector {entries}: without it {nearest} can take the pod"


def _smallest_that_fits(role: Role, pods: Pods, group: NodeGroupCapacity) -> str:
    """Returns the smallest instance type of a group's families that certainly fits."""
    families = {machine.name.partition(".")[0] for machine in group.machines}
    of_family = [one for one in instance_types() if one.name.partition(".")[0] in families and ".metal" not in one.name]

    def order(machine: InstanceType) -> tuple[int, int]:
        return machine.vcpus, machine.memory_mib

    for machine in sorted(of_family, key=order):
        found = candidates(pods[role].shape, {"group": replace(group, machines=(machine,))}).nodes
        if found and all(surely_fits(pods[role].shape, node) for node in found["group"]):
            return machine.name
    return ""


def _zone_key(problem: Problem, _pods: Pods, _capacity: Capacity) -> str:
    return f"Write the key {kubernetes.ZONE} instead of {problem.path[-1]}" if problem.path else ""


def _across_zones(_problem: Problem, pods: Pods, capacity: Capacity) -> str:
    executors = pods["executors"]
    if executors.landing.compute == "ec2":
        return f"For one zone, add a node selector {kubernetes.ZONE}={executors.landing.zones[0]}"
    single = [
        f"{label_property('executors', key)}={value} (profile {name})"
        for name, profile in capacity.fargate_profiles.items()
        if len(profile.zones) == 1
        for selector in profile.selectors
        if matches(selector.namespace, executors.shape.namespace)
        for key, value in selector.labels.items()
        if possible_profiles({name: profile}, replace(executors.shape, labels={**executors.shape.labels, key: value}))
    ]
    if single:
        return f"For one zone, set {' or '.join(single[:2])}"
    return "For one zone, add a Fargate profile with one zone's subnets and a label of its own"


_FIXES: Mapping[str, Callable[[Problem, Pods, Capacity], str]] = {
    "SUBMITTER_ON_EC2": _submitter_on_ec2,
    "FARGATE_NODE_SELECTOR": _not_a_fargate_label,
    "FARGATE_ZONE": _zone,
    "EC2_MAY_NOT_FIT": _may_not_fit,
    "EC2_SPOT": _spot,
    "EC2_NO_NODE_GROUP": _no_node_group,
    "EXECUTORS_ACROSS_ZONES": _across_zones,
    "ZONE_KEY": _zone_key,
}
