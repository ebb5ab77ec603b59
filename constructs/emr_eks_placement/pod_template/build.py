"""Builds a pod template: adds node selector and tolerations to a base, and a key with a hash of the content."""

import hashlib
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import yaml

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.job.placement import Ec2
from emr_eks_placement.pod_template.check import check_template
from emr_eks_placement.pod_template.read import with_main_container
from emr_eks_placement.pod_template.rules import TemplateRole
from emr_eks_placement.pod_template.schema import as_json_data
from emr_eks_placement.pod_template.text import parse_template

_BARE: Mapping[str, Any] = {"apiVersion": "v1", "kind": "Pod", "spec": {}}
# Everything else is quoted: no number, date, `<<`, `=` or `~` begins like this in any version of YAML.
_PLAIN = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)\Z)[a-z/][a-z0-9_./-]*", re.ASCII | re.IGNORECASE)
_ONE_LINE = re.compile(r"[ -~]*")


@dataclass(frozen=True)
class PodTemplate:
    """A pod template for upload: its key in the bucket and its YAML text."""

    role: TemplateRole
    key: str
    text: str

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """The template as data, which must not be changed."""
        data: Mapping[str, Any] = parse_template(self.text, self.key).data
        return data


def build_template(
    role: TemplateRole, base: Mapping[str, Any] | None, target: Ec2 | None, kubernetes_version: str, *, folder: str
) -> PodTemplate:
    """Returns the template of a role: the base, or an empty pod, with the target's node selector and tolerations.

    folder: below pod-templates/, for those that may read it.

    Raises RuleError, with the path in the template, if the base is invalid or contradicts the target.
    """
    plain = json.dumps(as_json_data(base if base is not None else _BARE))
    return _build(role, plain, None if target is None else _asked(target), kubernetes_version, folder)


def _asked(target: Ec2) -> str:
    tolerations = [one.as_kubernetes() for one in target.tolerations]
    return json.dumps({"nodeSelector": target.node_selector, "tolerations": tolerations})


@lru_cache(maxsize=1024)  # the jobs of an environment share bases and nodes
def _build(role: TemplateRole, base: str, asked: str | None, kubernetes_version: str, folder: str) -> PodTemplate:
    """Builds a template from JSON. base: its content; asked: what its spec gets from the target."""
    template = with_main_container(json.loads(base), role)
    check_template(template, role, kubernetes_version)
    if asked is not None:
        _merge(template["spec"], json.loads(asked))
        check_template(template, role, kubernetes_version)
    text = template_text(template)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return PodTemplate(role, f"pod-templates/{folder}/{role}-{digest[:16]}.yaml", text)


def _merge(spec: dict[str, Any], asked: Mapping[str, Any]) -> None:
    selector = dict(spec.get("nodeSelector") or {})
    for key, value in asked["nodeSelector"].items():
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
    tolerations += [one for one in asked["tolerations"] if one not in tolerations]
    if tolerations:
        spec["tolerations"] = tolerations


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Writes repeated data again, without aliases."""
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None if _PLAIN.fullmatch(value) else "'" if _ONE_LINE.fullmatch(value) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def template_text(template: Mapping[str, Any]) -> str:
    """Returns the YAML of a template of JSON data. Text is quoted unless every YAML version reads it as text."""
    return yaml.dump(dict(template), Dumper=_Dumper, sort_keys=False, width=sys.maxsize)
