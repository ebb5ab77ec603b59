"""Job templates, which hold most of a StartJobRun request.

Sources: botocore's service model of emr-containers, JobTemplateData; CloudFormation's schema of
AWS::EMRContainers::JobTemplate.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from emr_eks_placement.common.errors import RuleError, below
from emr_eks_placement.emr.job_template import FIELDS, request_of_template
from emr_eks_placement.emr.request_formats.form import Form, FoundRequest, entries, with_keys
from emr_eks_placement.emr.spelling import API, Spelling, in_api_spelling

_OWN = ("parameterConfiguration", "jobTags")


def template_data(data: Any, read_as: str, spelling: Spelling = API) -> FoundRequest:
    """Returns the request of JobTemplateData with the defaults of its parameters. Raises RuleError for other data."""
    if not isinstance(data, Mapping):
        raise RuleError(
            data, "must be a mapping (emr-containers JobTemplateData)", "Write jobDriver and so on below it"
        )
    known = {spelling.write(name, "JobTemplateData"): name for name in (*FIELDS, *_OWN)}
    for key, value in data.items():
        if key not in known:
            close = difflib.get_close_matches(str(key), known, 1)
            rule = f"unknown key; known here are {', '.join(known)} (emr-containers JobTemplateData)"
            raise RuleError(value, rule, f"Did you mean {close[0]}?" if close else "Remove it", path=(str(key),))
    read = {known[key]: value for key, value in data.items() if known[key] in _OWN}
    read |= in_api_spelling({key: value for key, value in data.items() if known[key] in FIELDS}, spelling)
    if spelling is not API:
        read["parameterConfiguration"] = _parameters(read.get("parameterConfiguration"))
    return FoundRequest(read_as=read_as, data=request_of_template(read), template=read, spelling=spelling)


def _parameters(declared: Any) -> Any:
    if not isinstance(declared, Mapping):
        return declared
    return {
        name: {"defaultValue": one.get("DefaultValue")} for name, one in declared.items() if isinstance(one, Mapping)
    }


def _described_template(one: Any, read_as: str, *path: str | int) -> FoundRequest:
    """Returns the request of a structure at the path that contains JobTemplateData."""
    if not isinstance(one, Mapping):
        raise RuleError(one, "must be a mapping (emr-containers JobTemplate)", "Write it as AWS answers it", path=path)
    with below(*path, "jobTemplateData"):
        found = template_data(one.get("jobTemplateData"), read_as)
    ignored = tuple(str(key) for key in one if key != "jobTemplateData")
    return replace(found.below(*path, "jobTemplateData"), ignored=ignored, template_id=str(one.get("id") or ""))


def _job_template(data: Any) -> Iterator[FoundRequest]:
    yield _described_template(data["jobTemplate"], "a job template that describe-job-template answers", "jobTemplate")


def _job_templates(data: Any) -> Iterator[FoundRequest]:
    for index, one in enumerate(entries(data, "templates")):
        found = _described_template(one, "a job template that list-job-templates answers", "templates", index)
        yield replace(found, name=str(one.get("name") or one.get("id") or ""))


def _create_job_template(data: Any) -> Iterator[FoundRequest]:
    yield _described_template(data, "a create-job-template request")


def _data_alone(data: Any) -> Iterator[FoundRequest]:
    yield template_data(data, "the data of a job template")


JOB_TEMPLATES = (
    Form("an answer of describe-job-template", with_keys("jobTemplate"), _job_template),
    Form("an answer of list-job-templates", with_keys("templates"), _job_templates),
    Form("a create-job-template request", with_keys("jobTemplateData"), _create_job_template),
    Form("the data of a job template", with_keys(*_OWN), _data_alone),
)
