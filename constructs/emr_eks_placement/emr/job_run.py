"""Job runs as EMR on EKS describes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

JobRunState = Literal["PENDING", "SUBMITTED", "RUNNING", "CANCEL_PENDING", "COMPLETED", "FAILED", "CANCELLED"]
"""JobRunState of botocore's service model of emr-containers (2020-10-01)."""
STATES: tuple[JobRunState, ...] = get_args(JobRunState)
ACTIVE: tuple[JobRunState, ...] = ("PENDING", "SUBMITTED", "RUNNING", "CANCEL_PENDING")
ENDED: tuple[JobRunState, ...] = ("COMPLETED", "FAILED", "CANCELLED")

REQUEST_MEMBERS = (
    "name",
    "virtualClusterId",
    "executionRoleArn",
    "releaseLabel",
    "jobDriver",
    "configurationOverrides",
    "retryPolicyConfiguration",
    "tags",
)
"""Members of StartJobRun that DescribeJobRun repeats."""


@dataclass(frozen=True, kw_only=True)
class JobRun:
    """A job run at the time of the request to EMR.

    request: the StartJobRun request that started it, with the content of its job template and without clientToken;
    client_token: None if EMR does not return it; details: the reason of its state, at most 256 characters; attempts: of
    the driver, if a retry policy allows several.
    """

    id: str
    virtual_cluster_id: str
    name: str
    state: JobRunState
    created_at: datetime
    finished_at: datetime | None
    details: str
    failure_reason: str | None
    attempts: int | None
    client_token: str | None
    request: Mapping[str, Any]

    @property
    def has_ended(self) -> bool:
        """Whether the state is final."""
        return self.state in ENDED

    @property
    def is_being_cancelled(self) -> bool:
        """Whether EMR was asked to cancel the run."""
        return self.state == "CANCEL_PENDING"


def job_run_of(described: Mapping[str, Any]) -> JobRun:
    """Returns the run in a JobRun structure of DescribeJobRun or ListJobRuns, with times as datetime."""
    return JobRun(
        id=described["id"],
        virtual_cluster_id=described["virtualClusterId"],
        name=described.get("name", ""),
        state=described["state"],
        created_at=described["createdAt"],
        finished_at=described.get("finishedAt"),
        details=described.get("stateDetails", ""),
        failure_reason=described.get("failureReason"),
        attempts=described.get("retryPolicyExecution", {}).get("currentAttemptCount"),
        client_token=described.get("clientToken"),
        request={member: described[member] for member in REQUEST_MEMBERS if member in described},
    )
