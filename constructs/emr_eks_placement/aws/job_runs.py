"""Starts, describes, lists and cancels job runs of EMR on EKS."""

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from emr_eks_placement.aws.errors import aws_errors
from emr_eks_placement.aws.session import client
from emr_eks_placement.aws.virtual_clusters import find_virtual_cluster
from emr_eks_placement.common.errors import RuleError, refused
from emr_eks_placement.emr.job_run import STATES, JobRun, JobRunState, job_run_of
from emr_eks_placement.emr.job_template import with_job_template

if TYPE_CHECKING:
    from types_boto3_emr_containers import EMRContainersClient

_REFUSED = "ValidationException"  # CancelJobRun of a run that has ended
_PRECISION = timedelta(seconds=5)  # the difference that two AWS clocks may have
_CHECK = "Check the id, the region and the account"


@dataclass(frozen=True)
class StartedRun:
    """The answer to StartJobRun. answered_at: by AWS's clock, None if the answer has no time; took: with all retries."""

    id: str
    answered_at: datetime | None
    took: timedelta

    def is_older(self, run: JobRun) -> bool:
        """Returns whether the described run was created before this request, so that an earlier submission started it."""
        return self.answered_at is not None and self.answered_at - run.created_at > self.took + _PRECISION


@dataclass(frozen=True)
class Queue:
    """The queue of a virtual cluster that limits how many job runs may be PENDING or SUBMITTED (emr-containers
    SchedulerConfiguration)."""

    waiting: int
    most: int

    @property
    def is_full(self) -> bool:
        """Whether the queue is full, so that EMR refuses to start more runs."""
        return self.waiting >= self.most


class JobRunsApi:
    """The job runs of the session's account and region. Thread-safe.

    Every method raises InputError if AWS does not answer or answers with an error.
    """

    def __init__(self, session: boto3.Session) -> None:
        with aws_errors("AWS settings"):
            self._emr: EMRContainersClient = client(session, "emr-containers")

    @property
    def region(self) -> str:
        """The region of the session."""
        return self._emr.meta.region_name

    def start(self, request: Mapping[str, Any]) -> StartedRun:
        """Starts a job run from a StartJobRun request with a virtual cluster (emr-containers:StartJobRun).

        If EMR has already seen the request's clientToken, it starts nothing and returns the earlier run.
        """
        begun = time.monotonic()
        with aws_errors(f"job run {request.get('name', '')}".rstrip()):
            answer = self._emr.start_job_run(**request)
        took = timedelta(seconds=time.monotonic() - begun)
        date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        return StartedRun(answer["id"], parsedate_to_datetime(date) if date else None, took)

    def describe(self, virtual_cluster: str, id_: str) -> JobRun:
        """Returns the run (emr-containers:DescribeJobRun). Raises InputError if it does not exist."""
        found = self.find(virtual_cluster, id_)
        if found is None:
            rule = f"virtual cluster {virtual_cluster} in {self.region} has no job run of this id (emr-containers:DescribeJobRun)"
            raise refused(f"job run {id_}", None, rule, _CHECK)
        return found

    def find(self, virtual_cluster: str, id_: str) -> JobRun | None:
        """Returns the run; None if the virtual cluster has no run of this id (emr-containers:DescribeJobRun)."""
        with aws_errors(f"job run {id_}"):
            try:
                described = self._emr.describe_job_run(virtualClusterId=virtual_cluster, id=id_)
            except self._emr.exceptions.ResourceNotFoundException:
                return None
            return job_run_of(described["jobRun"])

    def list(
        self,
        virtual_cluster: str,
        *,
        states: Collection[JobRunState] = STATES,
        name: str | None = None,
        created_after: datetime | None = None,
    ) -> Iterator[JobRun]:
        """Yields the runs in these states, the newest first (emr-containers:ListJobRuns)."""
        narrowed: dict[str, Any] = {"name": name, "createdAfter": created_after}
        narrowed = {key: value for key, value in narrowed.items() if value is not None}
        place = f"virtual cluster {virtual_cluster}"
        with aws_errors(place):
            try:
                pages = self._emr.get_paginator("list_job_runs")
                for page in pages.paginate(virtualClusterId=virtual_cluster, states=list(states), **narrowed):
                    yield from map(job_run_of, page["jobRuns"])
            except self._emr.exceptions.ResourceNotFoundException:
                rule = f"{self.region} has no virtual cluster of this id (emr-containers:ListJobRuns)"
                raise refused(place, None, rule, _CHECK) from None

    def queue(self, virtual_cluster: str) -> Queue | None:
        """Returns the state of the virtual cluster's queue; None if the queue has no limit
        (emr-containers:DescribeVirtualCluster)."""
        with aws_errors(f"virtual cluster {virtual_cluster}"):
            described = find_virtual_cluster(self._emr, virtual_cluster) or {}
        most = described.get("schedulerConfiguration", {}).get("maxInQueueJobRuns")
        waiting = described.get("schedulerStatus", {}).get("currentInQueueJobRuns", 0)
        return None if most is None else Queue(waiting, most)

    def cancel(self, run: JobRun) -> bool:
        """Asks EMR to cancel the run. Returns False, and does nothing, if the run has ended or is being cancelled.

        Calls emr-containers:CancelJobRun.
        """
        with aws_errors(f"job run {run.id}"):
            try:
                self._emr.cancel_job_run(id=run.id, virtualClusterId=run.virtual_cluster_id)
            except ClientError as error:
                if error.response["Error"]["Code"] != _REFUSED:
                    raise
                return False
        return True


def resolve_job_template(session: boto3.Session, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the StartJobRun request with the content of its job template in place of jobTemplateId and
    jobTemplateParameters.

    Fields of the request override those of the template; a parameter has the request's value, or its default. A request
    without a job template is returned unchanged.

    Raises RuleError, with the field as path, if the template does not exist or a parameter has no value; InputError if
    AWS does not answer (emr-containers:DescribeJobTemplate).
    """
    if "jobTemplateId" not in request:
        return request
    return with_job_template(request, _template_data(session, request["jobTemplateId"]))


def _template_data(session: boto3.Session, identifier: str) -> Mapping[str, Any]:
    with aws_errors(f"job template {identifier}"):
        emr: EMRContainersClient = client(session, "emr-containers")
        try:
            return emr.describe_job_template(id=identifier)["jobTemplate"]["jobTemplateData"]
        except emr.exceptions.ResourceNotFoundException:
            rule = f"{emr.meta.region_name} has no job template of this id (emr-containers:DescribeJobTemplate)"
            fix = "Check the id, the region and the account"
            raise RuleError(identifier, rule, fix, path=("jobTemplateId",)) from None
