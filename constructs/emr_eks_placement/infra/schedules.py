"""EventBridge Scheduler schedules that run jobs."""

from collections.abc import Mapping, Sequence

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from emr_eks_placement.common.names import physical_name
from emr_eks_placement.definition import DeployedVirtualCluster, JobPlacement, JobRunDefinition
from emr_eks_placement.emr.service_integration import capitalized
from emr_eks_placement.environment import Environment, Schedule
from emr_eks_placement.infra.job_run_permissions import start_job_runs

_Schedule = scheduler.CfnSchedule
# Scheduler replaces it by a value that differs for each start (Scheduler guide, context attributes).
_EXECUTION = "<aws.scheduler.execution-id>"


class Schedules(Construct):
    """The schedule of each job and placement with settings for one, `schedules`, and their `roles`.

    A schedule starts the state machine of its job and placement, or without one the job run itself. There is one role
    for each virtual cluster. environment: with the jobs and placements of `definitions`; deployed: virtual clusters by
    name.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Mapping[JobPlacement, Schedule],
        environment: Environment,
        deployed: Mapping[str, DeployedVirtualCluster],
        definitions: Mapping[JobPlacement, JobRunDefinition],
        state_machines: Mapping[JobPlacement, stepfunctions.CfnStateMachine],
    ) -> None:
        super().__init__(scope, id_)
        self._settings = settings
        self._definitions = definitions
        self._state_machines = state_machines
        runs_on: dict[str, list[JobPlacement]] = {}
        for run in settings:
            runs_on.setdefault(environment.jobs[run[0]].virtual_cluster, []).append(run)
        self.roles = {name: self._role(name, deployed[name], runs) for name, runs in runs_on.items()}
        self.schedules = {
            run: self._schedule(run, self.roles[name].role_arn) for name, runs in runs_on.items() for run in runs
        }

    def _role(self, name: str, deployed: DeployedVirtualCluster, runs: Sequence[JobPlacement]) -> iam.Role:
        """Creates the role for schedules of this account's default group (Scheduler guide, confused deputy prevention)."""
        group = Stack.of(self).format_arn(service="scheduler", resource="schedule-group", resource_name="default")
        return iam.Role(
            self,
            f"Role-{name}",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {"aws:SourceArn": group},
                },
            ),
            inline_policies={"start": iam.PolicyDocument(statements=self._statements(deployed, runs))},
        )

    def _statements(self, deployed: DeployedVirtualCluster, runs: Sequence[JobPlacement]) -> list[iam.PolicyStatement]:
        machines = [self._state_machines[run].attr_arn for run in runs if run in self._state_machines]
        roles = {
            self._definitions[run].request["executionRoleArn"]: None for run in runs if run not in self._state_machines
        }
        queues = {queue: None for run in runs if (queue := self._settings[run].dead_letter_queue_arn)}
        allowed = [("states:StartExecution", machines), ("sqs:SendMessage", list(queues))]
        return [
            *([start_job_runs(self, deployed.virtual_cluster_id, list(roles))] if roles else []),
            *(iam.PolicyStatement(actions=[action], resources=on) for action, on in allowed if on),
        ]

    def _schedule(self, run: JobPlacement, role_arn: str) -> scheduler.CfnSchedule:
        settings = self._settings[run]
        minutes, queue = settings.flexible_minutes, settings.dead_letter_queue_arn
        arn, input_ = self._target(run)
        return _Schedule(
            self,
            "-in-".join(run),
            name=physical_name(Stack.of(self).stack_name, *run),
            description=f"Runs {run[0]} in placement {run[1]}",
            schedule_expression=settings.expression,
            schedule_expression_timezone=settings.time_zone,
            state="ENABLED" if settings.enabled else "DISABLED",
            flexible_time_window=_Schedule.FlexibleTimeWindowProperty(
                mode="FLEXIBLE" if minutes else "OFF", maximum_window_in_minutes=minutes
            ),
            target=_Schedule.TargetProperty(
                arn=arn,
                role_arn=role_arn,
                input=input_,
                retry_policy=_Schedule.RetryPolicyProperty(
                    maximum_retry_attempts=settings.retry_attempts,
                    maximum_event_age_in_seconds=settings.retry_minutes * 60,
                ),
                dead_letter_config=_Schedule.DeadLetterConfigProperty(arn=queue) if queue else None,
            ),
        )

    def _target(self, run: JobPlacement) -> tuple[str, str]:
        """Returns the ARN of what is started, and its input."""
        if run in self._state_machines:
            return self._state_machines[run].attr_arn, "{}"
        request = {**capitalized(self._definitions[run].request), "ClientToken": _EXECUTION}
        action = f"arn:{Aws.PARTITION}:scheduler:::aws-sdk:emrcontainers:startJobRun"
        return action, Stack.of(self).to_json_string(request)
