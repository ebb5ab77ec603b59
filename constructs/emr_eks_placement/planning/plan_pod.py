"""Plans one kind of pod: the API's changes to it, its shape and where it lands."""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.emr.pods import with_least_logging
from emr_eks_placement.emr.request import Request
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.admission import admit
from emr_eks_placement.planning.executors import ONE, Count
from emr_eks_placement.planning.landing import land
from emr_eks_placement.planning.planned_pod import PodOfRun
from emr_eks_placement.planning.refusals import problems_of_api, readable
from emr_eks_placement.pod_template.rules import TemplateRole
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.scheduling.namespace_rules import NO_RULES
from emr_eks_placement.scheduling.pod import Pod, PodShape, pod_of_manifest

_MOST_KNOWN = 1000  # job submitters of a cluster


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
