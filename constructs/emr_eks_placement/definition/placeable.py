"""Refuses a definition whose pods would not land where its placement puts them, and names what the environment lacks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emr_eks_placement.common.errors import FieldPath, RuleError
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.facts.fargate import LARGEST, RESERVED_MEMORY_MIB
from emr_eks_placement.job.placement import Ec2, Fargate, Role
from emr_eks_placement.planning import CODES, Landing, Plan, PlannedPod, Problem, Refusal
from emr_eks_placement.pod_template.rules import TemplateRole
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.scheduling.nodes import candidates
from emr_eks_placement.scheduling.pod import PodShape


def check_zone(role: Role, target: Fargate | Ec2, capacity: Capacity) -> None:
    """Raises RuleError, with a path from ("placement", …), for a zone that the environment does not have."""
    if target.zone is not None and target.zone not in capacity.zones:
        raise RuleError(
            target.zone,
            f"the environment's zones are {', '.join(capacity.zones)}",
            "Name one of them or add it",
            path=("placement", role, "zone"),
        )


def check_placeable(pod: PlannedPod, target: Fargate | Ec2, capacity: Capacity) -> None:
    """Raises RuleError, with a path from ("placement", …) or ("job", …), unless the planned pod lands on its target."""
    role, landing = pod.role, pod.landing
    if isinstance(target, Fargate) and landing.compute == "ec2":
        raise _not_on_fargate(role, pod.shape, target)
    if isinstance(target, Ec2) and landing.compute == "fargate":
        raise RuleError(
            f"namespace {pod.shape.namespace}",
            f"Fargate profile {landing.on[0]} takes this pod, which should run on EC2",
            "Add a label to the profile's selector that this pod does not have",
            path=("placement", role),
        )
    if isinstance(target, Fargate):
        _check_profiles(role, target, landing, capacity)
    for problem in landing.problems:
        if problem.severity == "error":
            raise _as_rule(problem, pod, target, capacity)


def check_accepted(planned: Plan) -> None:
    """Raises RuleError, with a path from ("placement", …) or ("job", …), for a pod that the Kubernetes API refuses."""
    for problem in planned.problems:
        if isinstance(problem, Refusal) and problem.path:
            broken, path = problem.broken, ("job", problem.role, "pod_template", *problem.path)
            raise RuleError(broken.value, broken.rule, broken.fix, path=path)
        if isinstance(problem, Refusal):
            where = ("placement" if problem.role == "submitter" else "job", problem.role)
            raise RuleError(problem.value, f"{problem.what} ({problem.code})", problem.broken.fix, path=where)


def check_whole(planned: Plan) -> None:
    """Raises RuleError, with a path from ("job", …), for an error of the run as a whole, such as a quota it exceeds."""
    for problem in planned.problems:
        if problem.severity == "error":
            rule = f"{problem.what}. {CODES[problem.code].meaning.rstrip('.')} ({problem.code})"
            pods = f"{planned.of(problem.role).count} {problem.role}"
            raise RuleError(pods, rule, problem.fix, path=("job", problem.role))


def _not_on_fargate(role: Role, pod: PodShape, target: Fargate) -> RuleError:
    if target.zone:
        fix = f"Add {target.zone} to fargate.single_zones of the virtual cluster"
    else:
        fix = "Set fargate.any_zone of the virtual cluster"
    label = f"spark-node-placement={target.label_value}"
    rule = f"no Fargate profile takes pods of namespace {pod.namespace} with the label {label}"
    if target.zone:
        return RuleError(target.zone, rule, fix, path=("placement", role, "zone"))
    return RuleError(target.label_value, rule, fix, path=("placement", role))


def _check_profiles(role: Role, target: Fargate, landing: Landing, capacity: Capacity) -> None:
    """Checks that each profile that may take the pod runs it only in the target's zones."""
    wanted = {target.zone} if target.zone else set(capacity.zones)
    for name in landing.on:
        zones = capacity.fargate_profiles[name].zones
        if not set(zones) <= wanted:
            raise RuleError(
                target.label_value,
                f"Fargate profile {name} takes this pod too and runs it in {', '.join(zones)}",
                "Narrow that profile's selectors or zones",
                path=("placement", role),
            )


def _zones_without_the_selector(pod: PodShape, target: Fargate | Ec2, capacity: Capacity) -> tuple[str, ...]:
    """Returns the zones where the pod fits without its zone; empty if it asks for no zone, or fits nowhere."""
    if not target.zone:
        return ()
    selector = {key: value for key, value in pod.node_selector.items() if key != kubernetes.ZONE}
    found = candidates(replace(pod, node_selector=selector), capacity.groups_and_pools)
    return tuple(sorted({node.zone for nodes in found.nodes.values() for node in nodes}))


def _as_rule(problem: Problem, pod: PlannedPod, target: Fargate | Ec2, capacity: Capacity) -> RuleError:
    """Converts a problem to an error in an environment file's terms. Every field of a pod comes from the placement,
    from its template or from the job."""
    role, shape = pod.role, pod.shape
    requests = f"{shape.cpu_millis / 1000:g} vCPU and {shape.memory_mib} MiB"
    where = ("placement" if role == "submitter" else "job", role)
    if problem.code == "EC2_NO_NODE_GROUP":
        rule = f"no node group takes the {role} pod: {problem.what} (Kubernetes scheduler)"
        elsewhere = _zones_without_the_selector(shape, target, capacity)
        if elsewhere:
            fix = f"Use a zone where it fits ({', '.join(elsewhere)}), or add such a node group in {target.zone}"
            return RuleError(target.zone, rule, fix, path=("placement", role, "zone"))
        fix = problem.own_fix or "Add such a node group, or change what the placement or the job asks for"
        return RuleError(requests, rule, fix, path=("placement", role))
    meaning = CODES[problem.code].meaning.rstrip(".")
    if isinstance(target, Ec2) and problem.path[-1:] and problem.path[-1] in target.node_labels:
        path = ("placement", role, "node_labels", problem.path[-1])
        return RuleError(problem.value, f"{problem.what}. {meaning} (Kubernetes scheduler)", problem.fix, path=path)
    if problem.path and role != "submitter":
        rule = f"{problem.what}. {meaning} ({'EKS guide, Fargate' if isinstance(target, Fargate) else 'Kubernetes'})"
        place = "Remove it from the pod template, or place the pod accordingly"
        fix = problem.fix if problem.code == "POD_SECURITY" else place
        return RuleError(problem.value, rule, fix, path=("job", role, "pod_template", *problem.path))
    if problem.code == "FARGATE_TOO_LARGE":
        rule = (
            f"the {role} pod with overhead, sidecars and Fargate's own {RESERVED_MEMORY_MIB} MiB exceeds the largest Fargate "
            f"pod, {LARGEST} (EKS guide, Fargate pod configuration)"
        )
        return RuleError(requests, rule, problem.fix, path=where)
    return RuleError(requests, f"{problem.what}. {meaning} ({problem.code})", problem.fix, path=where)


def check_base_template(role: TemplateRole, template: Mapping[str, Any], target: Fargate | Ec2) -> None:
    """Raises RuleError, with a path from ("job", role, "pod_template"), for a field that moves the pod.

    template: as `build_template` returns it.
    """
    spec, metadata = template["spec"], template.get("metadata", {})
    fields: list[tuple[FieldPath, object, str]] = [
        (
            ("spec", "nodeName"),
            spec.get("nodeName"),
            "nodeName puts the pod on that node, whatever its placement (Kubernetes)",
        ),
        (
            ("metadata", "labels", kubernetes.FARGATE_PROFILE),
            metadata.get("labels", {}).get(kubernetes.FARGATE_PROFILE),
            "this label chooses a Fargate profile, whatever the pod's placement (EKS guide, Fargate profile)",
        ),
    ]
    if isinstance(target, Fargate) and metadata.get("annotations", {}).get(kubernetes.COMPUTE_TYPE) == "ec2":
        rule = "this annotation keeps the pod off Fargate, where its placement puts it (EKS guide, Fargate)"
        fields.append((("metadata", "annotations", kubernetes.COMPUTE_TYPE), "ec2", rule))
    for path, value, rule in fields:
        if value is not None:
            fix = "Remove it, or place the pod accordingly"
            raise RuleError(value, rule, fix, path=("job", role, "pod_template", *path))
