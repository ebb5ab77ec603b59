"""Problems of the content of a request, wherever its pods land."""

import re
from collections.abc import Iterator, Mapping

from emr_eks_placement.common.errors import dotted, shown
from emr_eks_placement.emr.classifications import AUTOSCALING
from emr_eks_placement.emr.placeholders import placeholders_in
from emr_eks_placement.emr.request import Request
from emr_eks_placement.emr.unknown import unknown_configuration
from emr_eks_placement.facts import emr
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.pod_template.read import ReadTemplate
from emr_eks_placement.pod_template.rules import SPARK_ROLE, TemplateRole
from emr_eks_placement.scheduling.pod import PodShape

_CODES = {
    "kind": "TEMPLATE_KIND",
    "dropped": "TEMPLATE_FIELD",
    "refused": "TEMPLATE_REFUSED",
    "container": "TEMPLATE_CONTAINER",
}
_SPARK = re.compile(
    r"spark\.(driver|executor)\.(cores|memory.*|instances|resource\..+|pyspark\.memory)"
    r"|spark\.(memory\.offHeap|dynamicAllocation)\..+"
    r"|spark\.kubernetes\.(memoryOverheadFactor|scheduler\.name|node\.selector\..+)"
    r"|spark\.kubernetes\.(driver|executor)\.(label|annotation|node\.selector|volumes|limit|request|scheduler)\..+",
    re.DOTALL,
)
_SUBMITTER = re.compile(r"jobsubmitter\.(node|label|annotation|scheduler|logging)\b(?!\.image).*", re.DOTALL)
_SIDECARS = re.compile(r"executor\.logging|logging\.(request\..+|nativeSidecar)", re.DOTALL)
_SPARK_ENV = ("SPARK_CONF_DIR", "SPARK_HOME")
_SIZING = next(iter(AUTOSCALING))


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


def problems_of_placeholders(request: Request) -> Iterator[Problem]:
    """Yields problems of labels, selectors and settings, and of an entry point whose ending does not show its language."""
    for key, value in request.spark.properties.items():
        if _SPARK.fullmatch(key):
            role: Role = "driver" if ".driver." in key else "executors"
            yield from _problem(role, key, value)
    for properties, pattern, role in (
        (request.submitter, _SUBMITTER, "submitter"),
        (request.defaults, _SIDECARS, "driver"),
    ):
        for key, value in properties.items():
            if pattern.fullmatch(key):
                yield from _problem(role, key, value)
    entry_point = request.body["jobDriver"].get("sparkSubmitJobDriver", {}).get("entryPoint", "")
    names = placeholders_in(entry_point)
    if names and entry_point.endswith(names[-1]):
        what = f"whether {names[-1]} is a Python program decides the memory overhead: the plan takes it for a jar"
        yield Problem("PLACEHOLDER", "driver", what)


def _problem(role: Role, key: str, value: str) -> Iterator[Problem]:
    for name in placeholders_in(f"{key}={value}"):
        yield Problem("PLACEHOLDER", role, f"{key}={value} has the placeholder {name}, and is planned as written")


def problems_of_emr(request: Request, driver: PodShape) -> Iterator[Problem]:
    """Yields problems of its classifications, of Spark properties that EMR overrides, and of how EMR runs the job.

    driver: the driver's pod.
    """
    for unknown in unknown_configuration(request.body):
        yield Problem("EMR_CONFIGURATION", unknown.role, unknown.what, own_fix=unknown.fix)
    for name in sorted({emr.PULL_POLICY, *emr.INTERNAL_SPARK_CONF} & request.spark.properties.keys()):
        yield Problem("EMR_SPARK_CONF", "driver", f"{name} is set")
    environment = {**request.classification("spark-env"), **request.classification("export")}
    for name in _SPARK_ENV:
        if name in environment:
            yield Problem("EMR_SPARK_ENV", "driver", f"{name} is {environment[name]}")
    yield from _problems_of_autoscaling(driver)
    yield from _problems_of_retries(request)


def _problems_of_autoscaling(driver: PodShape) -> Iterator[Problem]:
    """Yields problems if the mode resizes: Off, the default, only observes. In the guide the switch is a label and an
    annotation."""
    found = {**driver.annotations, **driver.labels}
    mode = found.get(f"{_SIZING}.mode", "Off")
    if found.get(_SIZING) == "true" and mode != "Off":
        yield Problem("EMR_VERTICAL_AUTOSCALING", "executors", f"dynamic.sizing.mode is {mode}")


def _problems_of_retries(request: Request) -> Iterator[Problem]:
    attempts = (request.body.get("retryPolicyConfiguration") or {}).get("maxAttempts", 1)
    if attempts > 1:
        release = request.spark.release
        what = f"up to {attempts} drivers start, one after the other"
        if release.emr < emr.RETRY_POLICY_FROM:
            what = f"{release.label} has no retry policies: EMR 6.9.0 is the first"
        yield Problem("EMR_RETRIES", "driver", what)
