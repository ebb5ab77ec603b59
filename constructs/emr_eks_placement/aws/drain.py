"""Cancels the job runs of virtual clusters and waits until they have ended, so that the clusters can be deleted."""

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import boto3
from botocore.exceptions import ClientError

from emr_eks_placement.aws.errors import aws_errors
from emr_eks_placement.aws.session import client
from emr_eks_placement.aws.stacks import read_stacks
from emr_eks_placement.errors import InputError, RuleError, finding

if TYPE_CHECKING:
    from types_boto3_emr_containers import EMRContainersClient
    from types_boto3_emr_containers.literals import JobRunStateType

_CANCELLING: Literal["CANCEL_PENDING"] = "CANCEL_PENDING"
_ACTIVE: tuple["JobRunStateType", ...] = ("PENDING", "SUBMITTED", "RUNNING", _CANCELLING)
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 1.0, 30.0, 1.5  # seconds between looks, each longer than the one before
_REFUSED = "ValidationException"  # CancelJobRun, of a run that is not active any more


@dataclass(frozen=True)
class ActiveRun:
    """A job run that has not ended."""

    virtual_cluster_id: str
    id: str
    name: str
    state: str

    @property
    def is_being_cancelled(self) -> bool:
        """Whether it has been asked to end."""
        return self.state == _CANCELLING

    def __str__(self) -> str:
        """As a progress line names it."""
        return f"{self.id} {self.name} {self.state}"


def virtual_clusters_of(session: boto3.Session, environment: str) -> tuple[str, ...]:
    """The ids of the virtual clusters that the environment's stack has made; none where it is not deployed.

    Calls cloudformation:ListStackResources. Raises InputError where that fails.
    """
    with aws_errors(f"environment {environment}"):
        stacks = read_stacks(session, environment, ["virtual-clusters"])
    return tuple(id_ for stack in stacks.values() for id_ in stack.get("AWS::EMRContainers::VirtualCluster", ()))


def active_runs(session: boto3.Session, virtual_clusters: Collection[str]) -> list[ActiveRun]:
    """The job runs of these virtual clusters that have not ended, those being cancelled included.

    Calls emr-containers:ListJobRuns. Raises InputError where that fails, and for an id that no virtual cluster has.
    """
    return [run for id_ in virtual_clusters for run in _active_runs_of(session, id_)]


def _active_runs_of(session: boto3.Session, virtual_cluster: str) -> Iterator[ActiveRun]:
    place = f"virtual cluster {virtual_cluster}"
    with aws_errors(place):
        emr: EMRContainersClient = client(session, "emr-containers")
        try:
            pages = emr.get_paginator("list_job_runs").paginate(virtualClusterId=virtual_cluster, states=list(_ACTIVE))
            for page in pages:
                for run in page["jobRuns"]:
                    yield ActiveRun(virtual_cluster, run["id"], run.get("name", ""), run["state"])
        except emr.exceptions.ResourceNotFoundException:
            rule = f"{emr.meta.region_name} has no virtual cluster of this id (emr-containers:ListJobRuns)"
            broken = RuleError(None, rule, "Check the id, the region and the account")
            raise InputError([finding(place, broken)]) from None


def cancel(session: boto3.Session, runs: Collection[ActiveRun]) -> None:
    """Asks for the end of each run; one that has ended meanwhile, or is being cancelled, is left alone.

    Calls emr-containers:CancelJobRun. Raises InputError where that fails.
    """
    emr: EMRContainersClient = client(session, "emr-containers")
    for run in runs:
        with aws_errors(f"job run {run.id}"):
            try:
                emr.cancel_job_run(id=run.id, virtualClusterId=run.virtual_cluster_id)
            except ClientError as error:
                if error.response["Error"]["Code"] != _REFUSED:
                    raise


def wait_until_ended(
    session: boto3.Session,
    virtual_clusters: Collection[str],
    timeout: float,
    tell: Callable[[list[ActiveRun]], None],
) -> list[ActiveRun]:
    """Looks at growing intervals, at most 30 s, until no run is active or `timeout` seconds have passed.

    tell: gets what is active, whenever that has changed. Returns what is still active. Raises InputError as
    `active_runs` does.
    """
    end = time.monotonic() + timeout
    pause, told = _FIRST_PAUSE, None
    while True:
        active = active_runs(session, virtual_clusters)
        if active and active != told:
            tell(active)
            told = active
        left = end - time.monotonic()
        if not active or left <= 0:
            return active
        time.sleep(min(pause, left))
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)
