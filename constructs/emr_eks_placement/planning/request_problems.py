"""Problems of the content of a request, wherever its pods land."""

from collections.abc import Iterator, Mapping

from emr_eks_placement.common.errors import dotted, shown
from emr_eks_placement.emr.request import Request
from emr_eks_placement.facts import emr
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.pod_template.read import ReadTemplate
from emr_eks_placement.pod_template.rules import SPARK_ROLE, TemplateRole

_CODES = {
    "kind": "TEMPLATE_KIND",
    "dropped": "TEMPLATE_FIELD",
    "refused": "TEMPLATE_REFUSED",
    "container": "TEMPLATE_CONTAINER",
}


def problems_of_configuration(request: Request) -> Iterator[Problem]:
    """Yields problems of the Spark properties, for the release."""
    spark, release = request.spark, request.spark.release
    if not release.known:
        yield Problem(
            "RELEASE_UNKNOWN", "driver", f"{release.label} is taken for Spark {'.'.join(map(str, release.spark))}"
        )
    for name in sorted(emr.REFUSED_SPARK_CONF & spark.properties.keys()):
        yield Problem("SPARK_CONF_REFUSED", "driver", f"{name} is set")
    for role, name in SPARK_ROLE.items():
        prefix = f"spark.kubernetes.{name}.node.selector."
        ignored = [key for key in spark.properties if key.startswith(prefix)]
        if ignored and not release.has_role_node_selectors:
            yield Problem("NODE_SELECTOR_IGNORED", role, f"{release.label} ignores {', '.join(ignored)}")
        template = request.templates.get(role)
        if template and not release.has_pod_templates:
            yield Problem("TEMPLATE_UNSUPPORTED", role, f"{release.label} does not read {template}")


def problems_of_templates(templates: Mapping[TemplateRole, ReadTemplate]) -> Iterator[Problem]:
    """Yields problems of the pod templates, by their role."""
    for role, template in templates.items():
        for fault in template.faults:
            broken = fault.broken
            what = f"{dotted(broken.path)} = {shown(broken.value, longest=40)}: {broken.rule}"
            yield Problem(_CODES[fault.kind], role, what, broken.path, broken.value)
