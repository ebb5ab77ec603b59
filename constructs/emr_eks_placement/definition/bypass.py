"""Refuses a base template that would send its pod past the placement, or to a Fargate node that can't run it."""

from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.errors import FieldPath, RuleError
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.placement import Ec2, Fargate
from emr_eks_placement.pod_template.rules import TemplateRole

_FARGATE = "(EKS guide, Fargate)"


def check_not_bypassed(role: TemplateRole, template: Mapping[str, Any], target: Fargate | Ec2) -> None:
    """Raises RuleError, with a path from ("job", role, "pod_template"), for the first field that does so.

    template: as build_template returns it.
    """
    fields = [*_past_any_placement(template), *(_not_on_fargate(template) if isinstance(target, Fargate) else ())]
    for path, value, rule in fields:
        raise RuleError(
            value, rule, "Remove it, or place the pod accordingly", path=("job", role, "pod_template", *path)
        )


def _past_any_placement(template: Mapping[str, Any]) -> Iterator[tuple[FieldPath, object, str]]:
    spec, labels = template["spec"], template.get("metadata", {}).get("labels", {})
    if "nodeName" in spec:
        rule = "nodeName puts the pod on that node, whatever its placement (Kubernetes)"
        yield ("spec", "nodeName"), spec["nodeName"], rule
    if kubernetes.FARGATE_PROFILE in labels:
        rule = "this label chooses a Fargate profile, whatever the pod's placement (EKS guide, Fargate profile)"
        yield ("metadata", "labels", kubernetes.FARGATE_PROFILE), labels[kubernetes.FARGATE_PROFILE], rule


def _not_on_fargate(template: Mapping[str, Any]) -> Iterator[tuple[FieldPath, object, str]]:
    spec, annotations = template["spec"], template.get("metadata", {}).get("annotations", {})
    if annotations.get(kubernetes.COMPUTE_TYPE) == "ec2":
        rule = f"this annotation keeps the pod off Fargate, where its placement puts it {_FARGATE}"
        yield ("metadata", "annotations", kubernetes.COMPUTE_TYPE), "ec2", rule
    if "schedulerName" in spec:
        yield ("spec", "schedulerName"), spec["schedulerName"], f"Fargate has a scheduler of its own {_FARGATE}"
    if spec.get("affinity", {}).get("nodeAffinity"):
        rule = f"Fargate meets no affinity to nodes: the pod would stay Pending for ever {_FARGATE}"
        yield ("spec", "affinity", "nodeAffinity"), spec["affinity"]["nodeAffinity"], rule
    for index, volume in enumerate(spec.get("volumes", [])):
        if "hostPath" in volume:
            rule = f"a pod on Fargate sees no directory of its node {_FARGATE}"
            yield ("spec", "volumes", index, "hostPath"), volume["hostPath"], rule
    for index, container in enumerate(spec["containers"]):
        for amounts in ("requests", "limits"):
            for resource, amount in container.get("resources", {}).get(amounts, {}).items():
                if resource.endswith("/gpu"):
                    path: FieldPath = ("spec", "containers", index, "resources", amounts, resource)
                    yield path, amount, f"Fargate has no GPU {_FARGATE}"
