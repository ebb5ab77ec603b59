"""Builds a pod template: a base, with node selector and tolerations merged in, under a key that names its content."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emr_eks_placement.errors import RuleError
from emr_eks_placement.placement import Ec2
from emr_eks_placement.pod_template.check import check_template
from emr_eks_placement.pod_template.main_container import with_main_container
from emr_eks_placement.pod_template.rules import TemplateRole
from emr_eks_placement.pod_template.schema import as_json_data
from emr_eks_placement.pod_template.text import parse_template
from emr_eks_placement.pod_template.write import template_text

_BARE: Mapping[str, Any] = {"apiVersion": "v1", "kind": "Pod", "spec": {}}


@dataclass(frozen=True)
class PodTemplate:
    """A pod template as it is uploaded: its key in the bucket and its YAML text."""

    role: TemplateRole
    key: str
    text: str

    @property
    def content(self) -> dict[str, Any]:
        """The template as data."""
        data: dict[str, Any] = parse_template(self.text, self.key).data
        return data


def build_template(
    role: TemplateRole, base: Mapping[str, Any] | None, target: Ec2 | None, kubernetes_version: str, *, folder: str
) -> PodTemplate:
    """The template of a role: the base, or a bare pod, that asks for the nodes of the target.

    folder: below pod-templates/, for those that alone may read it.

    Raises RuleError, with the path in the template, where the base is no good or contradicts the target.
    """
    template = with_main_container(as_json_data(base if base is not None else _BARE), role)
    check_template(template, role, kubernetes_version)
    if target is not None:
        _merge(template["spec"], target)
        check_template(template, role, kubernetes_version)
    text = template_text(template)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return PodTemplate(role, f"pod-templates/{folder}/{role}-{digest[:16]}.yaml", text)


def _merge(spec: dict[str, Any], target: Ec2) -> None:
    selector = dict(spec.get("nodeSelector") or {})
    for key, value in target.node_selector.items():
        if selector.setdefault(key, value) != value:
            raise RuleError(
                selector[key],
                f"the placement asks for {key}={value}",
                "Remove it from the base template, or place the pod accordingly",
                path=("spec", "nodeSelector", key),
            )
    if selector:
        spec["nodeSelector"] = selector
    tolerations = list(spec.get("tolerations") or [])
    tolerations += [t for t in (one.as_kubernetes() for one in target.tolerations) if t not in tolerations]
    if tolerations:
        spec["tolerations"] = tolerations
