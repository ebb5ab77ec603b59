"""Job runs of EMR on EKS: starting, describing, listing and cancelling them."""

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
from emr_eks_placement.common.errors import refused
from emr_eks_placement.emr.job_run import STATES, JobRun, JobRunState, job_run_of

if TYPE_CHECKING:
    from types_boto3_emr_containers import EMRContainersClient

_REFUSED = "ValidationException"  # CancelJobRun, of a run that is not active any more
_PRECISION = timedelta(seconds=5)  # of what AWS's clocks say of one moment
_CHECK = "Check the id, the region and the account"


@dataclass(frozen=True)
class StartedRun:
    """The answer to StartJobRun. answered_at: by the clock of AWS; None if it did not say. took: with all retries."""

    id: str
    answered_at: datetime | None
    took: timedelta

    def is_older(self, run: JobRun) -> bool:
        """Whether the run as it is described is there for longer than was asked for it: an earlier submission started it."""
        return self.answered_at is not None and self.answered_at - run.created_at > self.took + _PRECISION


@dataclass(frozen=True)
class Queue:
    """Of a virtual cluster that bounds how many job runs may be PENDING or SUBMITTED (emr-containers SchedulerConfiguration)."""

    waiting: int
    most: int

    @property
    def is_full(self) -> bool:
        """Whether EMR refuses to start more."""
        return self.waiting >= self.most


class JobRunsApi:
    """The job runs of the session's account and region; safe to use from several threads.

    Every method raises InputError where AWS does not answer, or not as asked.
    """

    def __init__(self, session: boto3.Session) -> None:
        with aws_errors("AWS settings"):
            self._emr: EMRContainersClient = client(session, "emr-containers")

    @property
    def region(self) -> str:
        """The region that is asked."""
        return self._emr.meta.region_name

    def start(self, request: Mapping[str, Any]) -> StartedRun:
        """Starts the run of a StartJobRun request, which names a virtual cluster (emr-containers:StartJobRun).

        A request whose clientToken EMR has seen starts nothing: the answer is the run that it has started.
        """
        begun = time.monotonic()
        with aws_errors(f"job run {request.get('name', '')}".rstrip()):
            answer = self._emr.start_job_run(**request)
        took = timedelta(seconds=time.monotonic() - begun)
        date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        return StartedRun(answer["id"], parsedate_to_datetime(date) if date else None, took)

    def describe(self, virtual_cluster: str, id_: str) -> JobRun:
        """The run (emr-containers:DescribeJobRun). InputError if there is none."""
        found = self.find(virtual_cluster, id_)
        if found is None:
            rule = f"virtual cluster {virtual_cluster} in {self.region} has no job run of this id (emr-containers:DescribeJobRun)"
            raise refused(f"job run {id_}", None, rule, _CHECK)
        return found

    def find(self, virtual_cluster: str, id_: str) -> JobRun | None:
        """The run; None if the virtual cluster has none of this id (emr-containers:DescribeJobRun)."""
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
        """The runs in these states, the newest first, page by page (emr-containers:ListJobRuns)."""
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
        """How full the virtual cluster's queue is; None if it is not bounded (emr-containers:DescribeVirtualCluster)."""
        with aws_errors(f"virtual cluster {virtual_cluster}"):
            described = find_virtual_cluster(self._emr, virtual_cluster) or {}
        most = described.get("schedulerConfiguration", {}).get("maxInQueueJobRuns")
        waiting = described.get("schedulerStatus", {}).get("currentInQueueJobRuns", 0)
        return None if most is None else Queue(waiting, most)

    def cancel(self, run: JobRun) -> bool:
        """Asks for the end of the run; False, and nothing is done, if it has ended or is being cancelled.

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
