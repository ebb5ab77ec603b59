"""Plans of the requests in files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from emr_eks_placement.common.errors import Finding, InputError, RuleError, finding
from emr_eks_placement.emr.job_template import with_job_template
from emr_eks_placement.emr.read_requests import checked, understood
from emr_eks_placement.emr.request_check import check_request
from emr_eks_placement.emr.request_file import FileRequest, find_template, read_requests, shown_file
from emr_eks_placement.runs.source import Outcome, Source

_Refused = tuple[Finding, ...]


def plan_files(
    words: Sequence[str], source: Source, pod_templates: Path | None, note: Callable[[str], object]
) -> Iterator[tuple[str, Outcome]]:
    """Yields the plan of each request, by FILE or FILE#NAME, or why there is none. First calls `note` with what was read.

    If another request names a job template of the files by its id, the template is used for that request and not
    planned on its own.
    """
    refused: dict[str, _Refused] = {}
    read = {one.label: one for word in words for one in _read(word, refused)}
    requests = {label: request for label, one in read.items() if (request := _checked(one, refused)) is not None}
    _tell_what_was_read({label: understood(read[label].found, request) for label, request in requests.items()}, note)
    used = {request["jobTemplateId"] for request in requests.values() if "jobTemplateId" in request}
    templates = {
        one.found.template_id: one.found.template
        for one in read.values()
        if one.found.template is not None and one.found.template_id in used
    }
    for label in dict.fromkeys((*read, *refused)):
        if label in refused:
            yield label, refused[label]
        elif read[label].found.template_id not in templates:
            yield label, _outcome(read[label], requests[label], templates, source, pod_templates)


def _read(word: str, refused: dict[str, _Refused]) -> list[FileRequest]:
    try:
        return read_requests(word)
    except RuleError as broken:
        refused[word] = (finding(shown_file(word), broken),)
        return []


def _checked(one: FileRequest, refused: dict[str, _Refused]) -> Mapping[str, Any] | None:
    try:
        return checked(one.found)
    except RuleError as broken:
        refused[one.label] = (finding(shown_file(one.label), broken),)
        return None


def _tell_what_was_read(read: Mapping[str, str], note: Callable[[str], object]) -> None:
    """Notes a line for all files with the same interpretation."""
    for words in dict.fromkeys(read.values()):
        first, *others = (shown_file(label) for label, one in read.items() if one == words)
        shown = f"{first} and {len(others)} more" if others else first
        note(f"{shown}: {words}")


def _outcome(
    one: FileRequest,
    request: Mapping[str, Any],
    templates: Mapping[str, Mapping[str, Any]],
    source: Source,
    pod_templates: Path | None,
) -> Outcome:
    shown_as = shown_file(one.label)
    try:
        if request.get("jobTemplateId") in templates:
            request = check_request(with_job_template(request, templates[request["jobTemplateId"]]))
        find = partial(find_template, file=one.file, folder=pod_templates)
        return source.resolve(shown_as, request, find).plan()
    except RuleError as broken:
        return (finding(shown_as, broken),)
    except InputError as error:
        return tuple(_of_request(shown_as, found) for found in error.findings)


def _of_request(shown_as: str, found: Finding) -> Finding:
    """Adds the request to a finding about something that it names, such as a template."""
    return found if found.file == shown_as else replace(found, file=f"{shown_as}: {found.file}")
