"""StartJobRun as Step Functions and EventBridge Scheduler call it, each with a role that must allow it."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from local.aws.cloudformation.properties import api_request
from local.aws.emr_containers.identifiers import arn
from local.aws.emr_containers.service import SERVICE, EmrContainers
from local.aws.errors import ApiError, validation_error
from local.aws.ministack import state
from local.aws.ministack.step_functions import Task, TaskError
from local.aws.ministack.verdicts import role_allows
from local.aws.model_validation import service_model

ACTION = "emr-containers:startJobRun"
_SECONDS_BETWEEN_LOOKS = 0.1  # Step Functions looks every minute, after ten minutes every five (its guide)
_PREFIX = "EMRContainers"  # assumed: Step Functions' guide does not say


def check_role(role_arn: str, service: str, action: str, resource: str, context: Mapping[str, str]) -> None:
    """Raises ApiError unless the service may assume the role and the role's policies allow the action."""
    role = state.role(role_arn)
    if not role or not state.trusts_service(role, service):
        raise ApiError("AccessDeniedException", f"{service} is not authorized to assume {role_arn}", 403)
    name = role_arn.rsplit("/", 1)[-1]
    if not role_allows(name, state.account_id(), state.region(), action, resource, context):
        raise ApiError("AccessDeniedException", f"{role_arn} is not authorized to perform {action} on {resource}", 403)


class JobRunIntegrations:
    """Starts job runs for other services, and follows them for Step Functions."""

    def __init__(self, service: EmrContainers) -> None:
        self._service = service

    def start(self, role_arn: str, service: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Returns what StartJobRun answers; parameters: with members in PascalCase. Raises ApiError."""
        token = parameters.get("ClientToken", secrets.token_hex(16))
        try:
            request = api_request(SERVICE, "StartJobRun", parameters, clientToken=token)
        except ValueError as refused:
            raise validation_error(str(refused)) from refused
        context = {"emr-containers:ExecutionRoleArn": request.get("executionRoleArn", "")}
        virtual_cluster = arn(f"virtualclusters/{request['virtualClusterId']}")
        check_role(role_arn, service, "emr-containers:StartJobRun", virtual_cluster, context)
        return self._service.api.run("StartJobRun", request)

    def run_task(self, task: Task, sync: bool, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Returns a task of a state machine: the answer of StartJobRun, or with .sync the job run once it has ended."""
        try:
            started = self.start(task.role_arn, "states.amazonaws.com", parameters)
            return self._ended(task, started) if sync else _pascal_case("StartJobRunResponse", started)
        except ApiError as error:
            raise TaskError(f"{_PREFIX}.{error.code}", error.message) from error

    def _ended(self, task: Task, started: Mapping[str, Any]) -> Mapping[str, Any]:
        run = self._service.job_run(started["virtualClusterId"], started["id"])
        check_role(task.role_arn, "states.amazonaws.com", "emr-containers:DescribeJobRun", run.arn, {})
        while not run.wait_until_ended(_SECONDS_BETWEEN_LOOKS):
            if not task.is_wanted:  # StopExecution
                check_role(task.role_arn, "states.amazonaws.com", "emr-containers:CancelJobRun", run.arn, {})
                where = {"id": run.id, "virtualClusterId": run.virtual_cluster_id}
                self._service.api.run("CancelJobRun", where)
                return {}
        described = _pascal_case("JobRun", run.description())
        if run.state != "COMPLETED":
            raise TaskError("States.TaskFailed", json.dumps(described))
        return described


def _pascal_case(shape: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """Converts a structure to Step Functions' form: members of structures begin with capitals, keys of maps are
    unchanged."""
    converted: dict[str, Any] = _converted(service_model(SERVICE).shape_for(shape), value)
    return converted


def _converted(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape):
        return {name[:1].upper() + name[1:]: _converted(shape.members[name], one) for name, one in value.items()}
    return [_converted(shape.member, one) for one in value] if isinstance(shape, ListShape) else value
