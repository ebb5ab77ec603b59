"""Refuses a base template that would move its pod away from the placement, whatever that is."""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.common.errors import FieldPath, RuleError
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.job.placement import Ec2, Fargate
from emr_eks_placement.pod_template.rules import TemplateRole


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
