"""Job runs of EMR on EKS: starting, describing, listing and cancelling them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from emr_eks_placement.aws.errors import aws_errors
from emr_eks_placement.aws.session import client
from emr_eks_placement.aws.stacks import read_stacks
from emr_eks_placement.emr.job_run import STATES, JobRun, JobRunState, job_run_of
from emr_eks_placement.errors import InputError, RuleError, finding

if TYPE_CHECKING:
    from types_boto3_emr_containers import EMRContainersClient

_REFUSED = "ValidationException"  # CancelJobRun, of a run that is not active any more
_SAME_SUBMISSION = timedelta(seconds=5)  # between a run's creation and the answer, retries included
_CHECK = "Check the id, the region and the account"


def virtual_clusters_of(session: boto3.Session, environment: str) -> tuple[str, ...]:
    """The ids of the virtual clusters that the environment's stack has made; none where it is not deployed.

    Calls cloudformation:ListStackResources. Raises InputError where that fails.
    """
    with aws_errors(f"environment {environment}"):
        stacks = read_stacks(session, environment, ["virtual-clusters"])
    return tuple(id_ for stack in stacks.values() for id_ in stack.get("AWS::EMRContainers::VirtualCluster", ()))


@dataclass(frozen=True)
class StartedRun:
    """The answer to StartJobRun. answered_at: by the clock of AWS; None if it did not say."""

    id: str
    answered_at: datetime | None

    def is_older(self, run: JobRun) -> bool:
        """Whether the run as it is described is there for longer than the answer: an earlier submission started it."""
        return self.answered_at is not None and self.answered_at - run.created_at > _SAME_SUBMISSION


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
        with aws_errors(f"job run {request.get('name', '')}".rstrip()):
            answer = self._emr.start_job_run(**request)
        date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        return StartedRun(answer["id"], parsedate_to_datetime(date) if date else None)

    def describe(self, virtual_cluster: str, id_: str) -> JobRun:
        """The run (emr-containers:DescribeJobRun). InputError if there is none."""
        found = self.find(virtual_cluster, id_)
        if found is None:
            rule = f"virtual cluster {virtual_cluster} in {self.region} has no job run of this id (emr-containers:DescribeJobRun)"
            raise InputError([finding(f"job run {id_}", RuleError(None, rule, _CHECK))])
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
                raise InputError([finding(place, RuleError(None, rule, _CHECK))]) from None

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
