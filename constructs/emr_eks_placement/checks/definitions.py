"""The job runs that a synthesized app defines, planned in what it deploys."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emr_eks_placement.assembly.cloud_assembly import Resource, Stack
from emr_eks_placement.assembly.read import ReadCluster, read_clusters
from emr_eks_placement.assembly.staged_files import StagedFiles
from emr_eks_placement.common.errors import InputError, RuleError, finding
from emr_eks_placement.common.yaml_document import YamlDocument
from emr_eks_placement.emr.placeholders import because_of_placeholder, named_virtual_cluster
from emr_eks_placement.emr.read_requests import checked
from emr_eks_placement.emr.request import Request
from emr_eks_placement.emr.request_check import check_complete
from emr_eks_placement.emr.request_file import find_template, read_requests
from emr_eks_placement.emr.request_formats import FoundRequest, requests_in
from emr_eks_placement.planning import Plan, Problem, plan
from emr_eks_placement.planning.codes import SEVERITIES, Severity
from emr_eks_placement.pod_template.text import read_template_file
from emr_eks_placement.scheduling.capacity import Capacity

NOT_PLANNED = "NOT_PLANNED"
"""The code of a finding with the reason why something was not planned."""

_TEMPLATE = "AWS::EMRContainers::JobTemplate"
_STARTS = ("AWS::StepFunctions::StateMachine", "AWS::Scheduler::Schedule")


@dataclass(frozen=True)
class DefinitionFinding:
    """What is wrong with a job run. code: of a problem, or NOT_PLANNED; definition: what it is called; resource: what it is
    of, or of a request in a file where its pod lands.
    """

    code: str
    severity: Severity
    what: str
    fix: str
    definition: str
    resource: Resource | None


@dataclass(frozen=True)
class _Definition:
    """label: what messages call it; resource: None of a request in a file, which is file."""

    label: str
    found: FoundRequest
    resource: Resource | None = None
    file: str = ""


@dataclass(frozen=True)
class _Place:
    """A namespace of a cluster. cluster: None for one that is not of the app."""

    name: str
    namespace: str
    capacity: Capacity
    cluster: ReadCluster | None


def findings_of_definitions(
    stacks: Sequence[Stack],
    *,
    requests: Sequence[Path] = (),
    pod_templates: Path | None = None,
    capacities: Mapping[str, Capacity] | None = None,
) -> list[DefinitionFinding]:
    """What is wrong with the job templates, state machines and schedules of the stacks, and with the requests of files.

    pod_templates: where those of files are, by default beside them; what the app uploads is found by its key. capacities: by
    cluster, instead of what the stacks deploy. A definition that does not say on which virtual cluster it runs is planned on
    each, and the one that suits it best counts.
    """
    findings: list[DefinitionFinding] = []
    definitions = [*_of_stacks(stacks, findings), *_of_files(requests, findings)]
    if not definitions:
        return findings
    try:
        places = _given(capacities) if capacities is not None else _deployed(stacks)
        staged = StagedFiles.of(stacks)
    except InputError as error:
        several = f"{len(definitions)} definition{'' if len(definitions) == 1 else 's'}"
        fix = "Correct it, or set the capacity: environment"
        return [*findings, *(_not_planned(several, "warning", str(one), fix, None) for one in error.findings)]
    for one in definitions:
        findings += _findings(one, places, staged, pod_templates)
    return findings


def _of_stacks(stacks: Sequence[Stack], findings: list[DefinitionFinding]) -> Iterator[_Definition]:
    for resource in (one for stack in stacks for one in stack.resources.values()):
        if resource.kind not in (_TEMPLATE, *_STARTS):
            continue
        label = "/".join(resource.construct_path) or resource.logical_id
        data = {"Type": resource.kind, "Properties": resource.properties.value}
        try:
            yield from (_Definition(label, found, resource) for found in requests_in(data))
        except RuleError as broken:
            # What other state machines are written in need not be read.
            if resource.kind == _TEMPLATE or "startJobRun" in str(resource.properties.value):
                findings.append(_not_planned(label, "warning", str(finding(label, broken)), broken.fix, resource))


def _of_files(files: Sequence[Path], findings: list[DefinitionFinding]) -> Iterator[_Definition]:
    for file in files:
        try:
            yield from (_Definition(one.label, one.found, None, one.file) for one in read_requests(str(file)))
        except RuleError as broken:
            findings.append(_not_planned(str(file), "error", str(finding(str(file), broken)), broken.fix, None))


def _deployed(stacks: Sequence[Stack]) -> list[_Place]:
    folder = stacks[0].folder if stacks else Path()
    return [
        _Place(name, namespace, cluster.capacity, cluster)
        for cluster in read_clusters(stacks, folder).values()
        for name, namespace in cluster.capacity.namespaces.items()
    ]


def _given(capacities: Mapping[str, Capacity]) -> list[_Place]:
    return [_Place(name, space, one, None) for one in capacities.values() for name, space in one.namespaces.items()]


def _findings(
    one: _Definition, places: Sequence[_Place], staged: StagedFiles, pod_templates: Path | None
) -> list[DefinitionFinding]:
    """Of the place that suits it best."""
    try:
        request = check_complete(checked(one.found))
        suitable = _suitable(one, request, places)
        templates = {uri: _template(one, uri, staged, pod_templates) for uri in Request(request).templates.values()}
    except RuleError as broken:
        return [_refused(one, broken, None)]
    except InputError as error:
        return [_not_planned(one.label, "error", str(found), found.fix, one.resource) for found in error.findings]
    tried = [_planned(one, request, templates, place) for place in suitable]
    return min(tried, key=lambda found: [sum(it.severity == kind for it in found) for kind in SEVERITIES])


def _suitable(one: _Definition, request: Mapping[str, Any], places: Sequence[_Place]) -> list[_Place]:
    """Those that the request's virtualClusterId names, by a reference in its stack or by name; else all.

    Raises RuleError where there are none.
    """
    asked = str(request.get("virtualClusterId") or "")
    logical_id = asked.removeprefix("${").partition(".")[0].rstrip("}")
    name = named_virtual_cluster(asked) or asked
    named = [place for place in places if place.name == name or _is_of(place, logical_id, one.resource)]
    found = named or list({(id(place.capacity), place.namespace): place for place in places}.values())
    if not found:
        rule = "the app has no virtual cluster of an EKS cluster that it runs on"
        raise RuleError(None, rule, "Set what it runs on: environment, or leave PlacementChecks out of this app")
    return found


def _is_of(place: _Place, logical_id: str, resource: Resource | None) -> bool:
    if place.cluster is None or resource is None:
        return False
    virtual_cluster = place.cluster.virtual_clusters[place.name]
    return virtual_cluster.stack is resource.stack and virtual_cluster.logical_id == logical_id


def _template(one: _Definition, uri: str, staged: StagedFiles, pod_templates: Path | None) -> YamlDocument:
    """Raises RuleError for a template that is nowhere, InputError for one that Spark can't read."""
    found = staged.find(_key(uri))
    if not found and one.file:
        document = find_template(uri, file=one.file, folder=pod_templates)
        if document is not None:
            return document
    if len(found) == 1:
        return read_template_file(found[0], uri)
    rule = (
        "several files that the app uploads have this name" if found else "the app uploads no pod template of this name"
    )
    raise RuleError(uri, rule, "Upload it by an asset or a BucketDeployment, or plan the request: emr-placement plan")


def _key(uri: str) -> str:
    _, separator, rest = uri.partition("://")
    return (rest.partition("/")[2] if separator else uri).strip("/")


def _planned(
    one: _Definition, request: Mapping[str, Any], templates: Mapping[str, YamlDocument], place: _Place
) -> list[DefinitionFinding]:
    data = {uri: document.data for uri, document in templates.items()}
    try:
        made = plan(request, data, place.capacity, namespace=place.namespace)
    except RuleError as broken:
        return [_refused(one, broken, request)]
    return [
        DefinitionFinding(
            problem.code,
            problem.severity,
            f"{problem.role} in namespace {place.namespace}: {problem.what}",
            problem.fix,
            one.label,
            one.resource or _where(problem, made, place),
        )
        for problem in made.problems
    ]


def _where(problem: Problem, made: Plan, place: _Place) -> Resource | None:
    """The Fargate profile or the only node group that the pod lands on, else the virtual cluster."""
    cluster = place.cluster
    if cluster is None:
        return None
    landing = made.of(problem.role).landing
    named = cluster.fargate_profiles if landing.compute == "fargate" else cluster.node_groups
    on = [named[name] for name in landing.on if name in named]
    return on[0] if len(on) == 1 else cluster.virtual_clusters.get(place.name)


def _refused(one: _Definition, broken: RuleError, request: Mapping[str, Any] | None) -> DefinitionFinding:
    """An error where Spark or EMR refuses it for sure; a warning where only the deployment can tell."""
    seen = because_of_placeholder(broken, request) if request is not None else broken
    severity: Severity = "error" if request is not None and seen is broken else "warning"
    return _not_planned(one.label, severity, str(finding(one.label, seen)), seen.fix, one.resource)


def _not_planned(label: str, severity: Severity, what: str, fix: str, resource: Resource | None) -> DefinitionFinding:
    return DefinitionFinding(NOT_PLANNED, severity, what, fix, label, resource)
