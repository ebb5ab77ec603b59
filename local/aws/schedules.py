"""Starts the targets of EventBridge Scheduler: state machines, and job runs by a universal target."""

import json
import logging
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from local.aws.emr_containers.integrations import JobRunIntegrations, check_role
from local.aws.emr_containers.job_runs import iso_time
from local.aws.errors import ApiError, validation_error
from local.aws.ministack.step_functions import start_execution

_START_JOB_RUN = "arn:aws:scheduler:::aws-sdk:emrcontainers:startJobRun"
_SERVICE = "scheduler.amazonaws.com"
_LOG = logging.getLogger(__name__)


class ScheduleTargets:
    """Starts the targets of schedules. There is no dead-letter queue."""

    def __init__(self, job_runs: JobRunIntegrations) -> None:
        self._job_runs = job_runs

    def fire(self, target: Mapping[str, Any], schedule_arn: str, moment: datetime) -> None:
        """Starts a target. Retries without a pause after throttling and errors of the service, as often as the schedule
        allows.

        The context attributes in its input are replaced (Scheduler guide, adding context attributes).
        """
        execution = str(uuid.uuid4())
        for attempt in range(target.get("RetryPolicy", {}).get("MaximumRetryAttempts", 185) + 1):
            input_ = target.get("Input", "{}")
            for name, value in {
                "schedule-arn": schedule_arn,
                "scheduled-time": iso_time(moment),
                "execution-id": execution,
                "attempt-number": str(attempt + 1),
            }.items():
                input_ = input_.replace(f"<aws.scheduler.{name}>", value)
            try:
                self._start(target["Arn"], target["RoleArn"], input_)
            except ApiError as error:
                _LOG.warning("%s: attempt %d: %s: %s", schedule_arn, attempt + 1, error.code, error.message)
                if error.status < 500 and error.status != 429:
                    return
            else:
                return

    def _start(self, arn: str, role_arn: str, input_: str) -> None:
        if arn == _START_JOB_RUN:
            self._job_runs.start(role_arn, _SERVICE, json.loads(input_))
            return
        if not arn.startswith("arn:aws:states:"):
            raise validation_error(f"the local AWS does not start {arn}")
        check_role(role_arn, _SERVICE, "states:StartExecution", arn, {})
        try:
            start_execution(arn, input_)
        except ValueError as refused:
            raise validation_error(str(refused)) from refused
