"""StartJobRun requests in the AWS CLI's input and in its output.

Source: botocore's service model of emr-containers, StartJobRunRequest, DescribeJobRunResponse, ListJobRunsResponse.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.emr.job_run import REQUEST_MEMBERS
from emr_eks_placement.emr.request_formats.form import Form, FoundRequest, entries, with_keys
from emr_eks_placement.emr.request_model import REQUEST, SHAPES, Record

_SHAPE = SHAPES[REQUEST]
_MEMBERS = tuple(_SHAPE.members) if isinstance(_SHAPE, Record) else ()


def _described(run: Any, read_as: str) -> FoundRequest:
    if not isinstance(run, Mapping):
        return FoundRequest(read_as=read_as, data=run)
    data = {key: value for key, value in run.items() if key in REQUEST_MEMBERS}
    return FoundRequest(
        read_as=read_as, data=data, name=str(run.get("id") or ""), ignored=tuple(key for key in run if key not in data)
    )


def _job_run(data: Any) -> Iterator[FoundRequest]:
    yield _described(data["jobRun"], "a describe-job-run answer").below("jobRun")


def _job_runs(data: Any) -> Iterator[FoundRequest]:
    for index, run in enumerate(entries(data, "jobRuns")):
        yield _described(run, "a list-job-runs answer").below("jobRuns", index)


def _is_bare_job_run(data: Any) -> bool:
    return isinstance(data, Mapping) and "id" in data and ("arn" in data or "state" in data)


def _bare_job_run(data: Any) -> Iterator[FoundRequest]:
    if "jobDriver" not in data:
        rule = "a job run's id without its request, as start-job-run answers"
        raise RuleError(data["id"], rule, "Name the answer of describe-job-run", path=("id",))
    yield _described(data, "a job run as EMR describes it")


def _is_request(data: Any) -> bool:
    """Returns whether data is a request. Without any known key it is an incomplete request; a misspelled key is an
    error in one."""
    if not isinstance(data, Mapping):
        return False
    known = {_plain(member) for member in _MEMBERS}
    return not data or any(_plain(str(key)) in known for key in data)


def _plain(key: str) -> str:
    return re.sub("[^a-z]", "", key.lower())


def _request(data: Any) -> Iterator[FoundRequest]:
    yield FoundRequest(read_as="a StartJobRun request", data=data)


ANSWERS = (
    Form("an answer of describe-job-run", with_keys("jobRun"), _job_run),
    Form("an answer of list-job-runs", with_keys("jobRuns"), _job_runs),
    Form("a job run as EMR describes it", _is_bare_job_run, _bare_job_run),
)
REQUESTS = (Form("a StartJobRun request", _is_request, _request),)
