"""Step Functions state machines that run jobs."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import ArnFormat, Aws, Fn, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from emr_eks_placement.common.names import physical_name
from emr_eks_placement.definition import DeployedVirtualCluster, JobPlacement, JobRunDefinition
from emr_eks_placement.emr.service_integration import capitalized
from emr_eks_placement.environment import Environment, StateMachine
from emr_eks_placement.infra.job_run_permissions import follow_job_runs, start_job_runs

# Permissions of a state machine that logs to CloudWatch (Step Functions guide, logging): they support no resources.
LOG = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
# Permissions for X-Ray (Step Functions guide, X-Ray): traces and sampling rules have no resources.
TRACE = (
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)
# EMR answers 429 TooManyRequestsException when it throttles and InternalServerException when it fails (StartJobRun). The
# integration's prefix is not documented; that of the SDK integration is EmrContainers (Step Functions guide).
_TO_RETRY = ("TooManyRequestsException", "InternalServerException", "SdkClientException")
_PREFIXES = ("EMRContainers", "EmrContainers")
_RETRY = {
    "ErrorEquals": [f"{prefix}.{error}" for prefix in _PREFIXES for error in _TO_RETRY],
    "IntervalSeconds": 5,
    "BackoffRate": 2,
    "MaxAttempts": 6,  # within four and a half minutes
    "MaxDelaySeconds": 120,
    "JitterStrategy": "FULL",
}


class StateMachines(Construct):
    """The state machine of each job and placement with settings for one, `state_machines`, and their `roles`.

    Each starts its job run, waits for its end and fails if the run does. There is one role for each virtual cluster,
    and one log group, `log_group`, for all, which keeps its events as long as the logs of these virtual clusters.
    environment: with the jobs and placements of `definitions`; deployed: virtual clusters by name. removal_policy,
    encryption_key: of the log group.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Mapping[JobPlacement, StateMachine],
        environment: Environment,
        deployed: Mapping[str, DeployedVirtualCluster],
        definitions: Mapping[JobPlacement, JobRunDefinition],
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
        encryption_key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, id_)
        virtual_clusters = {run: environment.jobs[run[0]].virtual_cluster for run in settings}
        used = list(dict.fromkeys(virtual_clusters.values()))
        self.log_group = logs.CfnLogGroup(
            self,
            "LogGroup",
            log_group_name=self._log_group_name(),
            retention_in_days=max(environment.virtual_clusters[name].logs.retention_days for name in used),
            kms_key_id=encryption_key.key_arn if encryption_key else None,
        )
        self.log_group.apply_removal_policy(removal_policy)
        self.roles = {
            name: self._role(
                name, deployed[name], [definitions[run] for run, owner in virtual_clusters.items() if owner == name]
            )
            for name in used
        }
        self.state_machines = {
            run: self._state_machine(run, definitions[run], one, self.roles[virtual_clusters[run]])
            for run, one in settings.items()
        }

    def _log_group_name(self) -> str:
        """Returns a name with the prefix for which one entry of the account's resource policy, whose size is limited,
        is enough. The stack's id distinguishes it from the log group of an earlier stack (Step Functions guide, logging
        to CloudWatch Logs)."""
        stack_id = Fn.select(2, Fn.split("/", Aws.STACK_ID))
        return f"/aws/vendedlogs/states/{Stack.of(self).stack_name}-{stack_id}"

    def _role(self, name: str, deployed: DeployedVirtualCluster, definitions: Sequence[JobRunDefinition]) -> iam.Role:
        """Creates the role for state machines of this account (Step Functions guide, confused deputy; IAM policies for
        EMR on EKS)."""
        state_machines = Stack.of(self).format_arn(
            service="states", resource="stateMachine", resource_name="*", arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        execution_roles = {definition.request["executionRoleArn"]: None for definition in definitions}
        run = [
            start_job_runs(self, deployed.virtual_cluster_id, list(execution_roles)),
            follow_job_runs(self, deployed.virtual_cluster_id),
        ]
        watch = [iam.PolicyStatement(actions=[*LOG, *TRACE], resources=["*"])]
        return iam.Role(
            self,
            f"Role-{name}",
            assumed_by=iam.ServicePrincipal(
                "states.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {"aws:SourceArn": state_machines},
                },
            ),
            inline_policies={"run": iam.PolicyDocument(statements=[*run, *watch])},
        )

    def _state_machine(
        self, run: JobPlacement, definition: JobRunDefinition, settings: StateMachine, role: iam.IRole
    ) -> stepfunctions.CfnStateMachine:
        group = stepfunctions.CfnStateMachine.CloudWatchLogsLogGroupProperty(log_group_arn=self.log_group.attr_arn)
        return stepfunctions.CfnStateMachine(
            self,
            "-in-".join(run),
            state_machine_name=physical_name(Stack.of(self).stack_name, *run),
            role_arn=role.role_arn,
            definition_string=Stack.of(self).to_json_string(_states(run, definition.request, settings)),
            logging_configuration=stepfunctions.CfnStateMachine.LoggingConfigurationProperty(
                level="ALL",
                include_execution_data=True,
                destinations=[
                    stepfunctions.CfnStateMachine.LogDestinationProperty(cloud_watch_logs_log_group=group),
                ],
            ),
            tracing_configuration=stepfunctions.CfnStateMachine.TracingConfigurationProperty(enabled=True),
        )


def _states(run: JobPlacement, request: Mapping[str, Any], settings: StateMachine) -> dict[str, Any]:
    """Returns the state machine in the Amazon States Language. Its output is the job run; if the run fails, its cause
    is the job run."""
    name = f"{run[0]} in placement {run[1]}"
    task: dict[str, Any] = {
        "Type": "Task",
        "Resource": f"arn:{Aws.PARTITION}:states:::emr-containers:startJobRun.sync",
        "Parameters": capitalized(request),
        "Retry": [_RETRY],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
        "End": True,
    }
    failed = {"Type": "Fail", "ErrorPath": "$.Error", "CausePath": f"States.Format('{name}: {{}}', $.Cause)"}
    states = {"Run": task, "Failed": failed}
    if minutes := settings.timeout_minutes:
        task["TimeoutSeconds"] = minutes * 60
        task["Catch"].insert(0, {"ErrorEquals": ["States.Timeout"], "Next": "TimedOut"})  # which may have no cause
        states["TimedOut"] = {"Type": "Fail", "Error": "TimedOut", "Cause": f"{name} took over {minutes} minutes"}
    return {"Comment": f"Runs {name}", "StartAt": "Run", "States": states}
