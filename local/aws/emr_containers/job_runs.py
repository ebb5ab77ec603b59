"""Job runs: a record of each, and the interface of what carries them out."""

import enum
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

MAX_STATE_DETAILS = 256
"""Length of a job run's stateDetails (String256 in the service model)."""


class JobRunState(enum.StrEnum):
    """The states of a job run."""

    PENDING = "PENDING"
    SUBMITTED = "SUBMITTED"
    RUNNING = "RUNNING"
    CANCEL_PENDING = "CANCEL_PENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class FailureReason(enum.StrEnum):
    """Why a job run failed."""

    INTERNAL_ERROR = "INTERNAL_ERROR"
    USER_ERROR = "USER_ERROR"
    VALIDATION_ERROR = "VALIDATION_ERROR"
    CLUSTER_UNAVAILABLE = "CLUSTER_UNAVAILABLE"


ENDED = frozenset({JobRunState.COMPLETED, JobRunState.FAILED, JobRunState.CANCELLED})
_PROGRESS = list(JobRunState)


@dataclass
class JobRun:
    """One job run; safe to read and change from several threads.

    `request` is the StartJobRun body with the members of its job template filled in.
    """

    id: str
    virtual_cluster_id: str
    namespace: str
    cluster_name: str
    request: Mapping[str, Any]
    arn: str
    state: JobRunState = JobRunState.PENDING
    state_details: str = ""
    failure_reason: FailureReason | None = None
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    finished_at: datetime | None = None
    tags: dict[str, str] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False, compare=False)

    def set_state(
        self, state: JobRunState | str, *, details: str = "", failure_reason: FailureReason | str | None = None
    ) -> bool:
        """Move the run on. False, and no change, for a step back: a run that has ended or is being cancelled.

        `details` beyond 256 characters are cut, as the service's model has it.
        """
        wanted = JobRunState(state)
        with self._changed:
            if self.state in ENDED or _PROGRESS.index(wanted) < _PROGRESS.index(self.state):
                return False
            self.state = wanted
            self.state_details = details[:MAX_STATE_DETAILS]
            self.failure_reason = FailureReason(failure_reason) if failure_reason else None
            if wanted in ENDED:
                self.finished_at = datetime.now(UTC)
            self._changed.notify_all()
            return True

    @property
    def has_ended(self) -> bool:
        """Whether the state is final."""
        return self.state in ENDED

    def wait_until_ended(self, seconds: float) -> bool:
        """Wait for a final state; False if it has not come in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.has_ended, seconds)

    def description(self) -> dict[str, Any]:
        """Returns the JobRun structure of DescribeJobRun."""
        with self._changed:
            described: dict[str, Any] = {
                "id": self.id,
                "name": self.request.get("name"),
                "virtualClusterId": self.virtual_cluster_id,
                "arn": self.arn,
                "state": self.state.value,
                "clientToken": self.request.get("clientToken"),
                "executionRoleArn": self.request.get("executionRoleArn"),
                "releaseLabel": self.request.get("releaseLabel"),
                "configurationOverrides": self.request.get("configurationOverrides"),
                "jobDriver": self.request.get("jobDriver"),
                "createdAt": iso_time(self.created_at),
                "createdBy": f"arn:aws:iam::{self.arn.split(':')[4]}:root",
                "finishedAt": iso_time(self.finished_at) if self.finished_at else None,
                "stateDetails": self.state_details or None,
                "failureReason": self.failure_reason.value if self.failure_reason else None,
                "retryPolicyConfiguration": self.request.get("retryPolicyConfiguration"),
                "tags": dict(self.tags),
            }
        return {name: value for name, value in described.items() if value is not None}


class JobRunner(Protocol):
    """Carries out accepted job runs.

    Both methods return soon; the work happens elsewhere and reports by `JobRun.set_state`. An exception from `start` fails
    the run with INTERNAL_ERROR.
    """

    def start(self, run: JobRun) -> None:
        """Begin a run, which is PENDING."""

    def cancel(self, run: JobRun) -> None:
        """Stop a run, which is CANCEL_PENDING, and set it CANCELLED (or what it became in the meantime)."""


def iso_time(moment: datetime) -> str:
    """Returns a timestamp as EMR on EKS writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
