"""plan: the inverse of define."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from emr_eks_placement.common.errors import below
from emr_eks_placement.emr.pods import pods_of_request, with_least_logging
from emr_eks_placement.emr.request import Request
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.admission import admit, problems_of_defaults
from emr_eks_placement.planning.beside import roles_apart
from emr_eks_placement.planning.claims import problems_of_claims
from emr_eks_placement.planning.executors import ONE, Count, executor_count
from emr_eks_placement.planning.fixes import with_fixes
from emr_eks_placement.planning.landing import land
from emr_eks_placement.planning.near_misses import problems_of_labels_near_a_profile
from emr_eks_placement.planning.nodes_needed import NodeCounts, NodesNeeded
from emr_eks_placement.planning.planned_pod import PlannedPod, PodOfRun
from emr_eks_placement.planning.pod_fields import problems_of_fields
from emr_eks_placement.planning.problems import Problem, by_severity
from emr_eks_placement.planning.quota import problems_of_quota
from emr_eks_placement.planning.refusals import problems_of_api, readable
from emr_eks_placement.planning.request_problems import (
    problems_of_configuration,
    problems_of_emr,
    problems_of_placeholders,
    problems_of_templates,
)
from emr_eks_placement.planning.run_problems import fargate_vcpus, problems_of_run, problems_of_waste
from emr_eks_placement.planning.spark_problems import problems_of_spark, problems_of_template_resources
from emr_eks_placement.planning.together import put_together
from emr_eks_placement.pod_template.read import ReadTemplate, read_template
from emr_eks_placement.pod_template.rules import TemplateRole
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.scheduling.namespace_rules import NO_RULES
from emr_eks_placement.scheduling.pod import Pod, PodShape, pod_of_manifest
from emr_eks_placement.spark.refusals import check_driver_starts

_MOST_KNOWN = 1000  # job submitters of a cluster


@dataclass(frozen=True)
class Plan:
    """The plan of a request: its three kinds of pod, the EC2 nodes they need and every problem, errors first."""

    pods: tuple[PlannedPod, ...]
    nodes: tuple[NodesNeeded, ...]
    problems: tuple[Problem, ...]

    def of(self, role: Role) -> PlannedPod:
        """Returns the pod of a role."""
        return next(pod for pod in self.pods if pod.role == role)

    @property
    def fargate_vcpus(self) -> float:
        """How much the run's pods on Fargate use together of the quota L-3032A538, in vCPU."""
        return fargate_vcpus(self.pods)


def plan(request: Mapping[str, Any], templates: Mapping[str, Any], capacity: Capacity, *, namespace: str) -> Plan:
    """Returns where each pod of a StartJobRun request lands. The work grows with node groups and profiles, not with
    executors.

    request: as `check_request` returns it; templates: the data of its pod templates, by URI; capacity: of an
    environment (`capacity_of`), an assembly (`read_assembly`) or a live cluster (`read_cluster`); namespace: of the
    request's virtual cluster. Raises RuleError, with the path in the request, a Spark property or a template's URI and
    the path in it, for values that spark-submit or Spark's Kubernetes client can't read.
    """
    asked = Request(request)
    read, pods = _read(asked, templates, capacity, namespace)
    rules = capacity.namespace_rules.get(namespace, NO_RULES)
    apart = roles_apart(pods)
    pods, waiting = put_together(pods, capacity, apart)
    timeout = asked.start_timeout_seconds
    pods = {role: _with_timeout(pod, timeout) for role, pod in pods.items()}
    counts = NodeCounts(pods, capacity, apart, timeout)
    nodes = counts.needed()
    problems = [
        *problems_of_placeholders(asked),
        *problems_of_configuration(asked),
        *problems_of_spark(asked.spark),
        *problems_of_template_resources(asked.spark, read),
        *problems_of_emr(asked, pods["driver"].shape),
        *problems_of_templates(read),
        *(problem for role, pod in pods.items() for problem in problems_of_fields(role, pod.spec)),
        *(problem for pod in pods.values() for problem in pod.landing.problems),
        *problems_of_claims(pods, capacity, asked.spark),
        *(problem for pod in pods.values() for problem in problems_of_defaults(pod)),
        *problems_of_quota(pods.values(), rules),
        *problems_of_run(pods, capacity, str(request.get("executionRoleArn"))),
        *waiting,
        *counts.problems(nodes),
        *problems_of_labels_near_a_profile(pods, capacity),
        *problems_of_waste(pods["executors"]),
    ]
    return Plan(tuple(pod.planned for pod in pods.values()), nodes, by_severity(with_fixes(problems, pods, capacity)))


def manifests_of(
    request: Mapping[str, Any], templates: Mapping[str, Any], capacity: Capacity, *, namespace: str
) -> dict[Role, Mapping[str, Any]]:
    """Returns the pods of a plan as the Kubernetes API admits them. Arguments and errors are those of `plan`.

    A plan does not keep them, because they would take most of the memory of thousands of plans.
    """
    _, pods = _read(Request(request), templates, capacity, namespace)
    return {role: pod.admitted.manifest for role, pod in pods.items()}


def _read(
    request: Request, templates: Mapping[str, Any], capacity: Capacity, namespace: str
) -> tuple[dict[TemplateRole, ReadTemplate], dict[Role, PodOfRun]]:
    """Returns the pod templates in effect, and the request's pods."""
    read = _read_templates(request, templates, capacity.kubernetes_version)
    count: dict[Role, Count] = {"submitter": ONE, "driver": ONE, "executors": executor_count(request.spark)}
    check_driver_starts(request.spark)
    written: dict[TemplateRole, Mapping[str, Any]] = {role: one.pod for role, one in read.items()}
    made = pods_of_request(request, written, namespace=namespace)
    return read, {role: plan_pod(role, count[role], pod, written, request, capacity) for role, pod in made.items()}


def _with_timeout(pod: PodOfRun, seconds: int) -> PodOfRun:
    """Returns what happens to the run if its submitter or driver can't start; executors wait as long as it runs."""
    if pod.role == "executors" or not pod.landing.pending:
        return pod
    reason = f"it does not start: the run fails after {seconds / 60:g} minutes at the latest (job-start-timeout)"
    return replace(pod, landing=replace(pod.landing, reasons=(*pod.landing.reasons, reason)))


def _read_templates(
    request: Request, templates: Mapping[str, Any], kubernetes_version: str
) -> dict[TemplateRole, ReadTemplate]:
    """Returns the templates in effect, by role; none for a release that does not read them."""
    if not request.spark.release.has_pod_templates:
        return {}
    read: dict[TemplateRole, ReadTemplate] = {}
    for role, uri in request.templates.items():
        with below(uri):
            read[role] = read_template(templates[uri], role, kubernetes_version)
    return read


def plan_pod(
    role: Role,
    count: Count,
    manifest: Mapping[str, Any],
    templates: Mapping[TemplateRole, Mapping[str, Any]],
    request: Request,
    capacity: Capacity,
) -> PodOfRun:
    """Plans the pod of that role, as a manifest. templates: the pod templates in effect.

    Most job submitters of a cluster are equal, so each different one is planned once.
    """
    if role != "submitter":
        return _planned(role, count, manifest, templates.get(role), request, capacity)
    known: dict[str, PodOfRun] = capacity.worked_out.setdefault(PodOfRun, {})
    text = repr(manifest)
    if text not in known:
        if len(known) >= _MOST_KNOWN:
            known.clear()
        known[text] = _planned(role, ONE, manifest, None, request, capacity)
    return known[text]


def _planned(
    role: Role,
    count: Count,
    manifest: Mapping[str, Any],
    template: Mapping[str, Any] | None,
    request: Request,
    capacity: Capacity,
) -> PodOfRun:
    refusals = list(problems_of_api(role, manifest, template, request.spark, capacity.kubernetes_version))
    if refusals:
        manifest = readable(manifest)
    rules = capacity.namespace_rules.get(manifest["metadata"]["namespace"], NO_RULES)
    admitted = admit(role, manifest, request.spark.properties, rules)
    shape = _shape(role, admitted.manifest, request)
    refused = (*(one for one in refusals if not one.is_open), *admitted.problems)
    return PodOfRun(role, count, shape, land(Pod(role, manifest, shape), capacity, refused), manifest, admitted)


def _shape(role: Role, manifest: Mapping[str, Any], request: Request) -> PodShape:
    """Returns the pod's shape, and how much less memory EMR's logging sidecar may request; the submitter's is as
    documented."""
    least = None if role == "submitter" else with_least_logging(manifest["spec"], request)
    return pod_of_manifest(manifest, least)
