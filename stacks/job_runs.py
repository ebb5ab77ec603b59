"""Job runs: change by the day."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, CrossStackReferences, ReferenceStrength
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from emr_eks_placement.definition import output_id
from emr_eks_placement.environment import Environment
from emr_eks_placement.errors import RuleError
from emr_eks_placement.infra import EmrVirtualCluster, JobRuns
from stacks.environment_stack import EnvironmentStack

_MOST_OUTPUTS = 200  # CloudFormation quota, outputs per stack: one a definition, one a state machine
_MOST_RESOURCES = 500  # CloudFormation quota, resources per stack: two a definition, one a state machine or schedule
_OTHER_RESOURCES = 40  # the deployment of files, and roles of state machines and schedules


class JobRunsStack(EnvironmentStack):
    """The definition of every job in each of its placements, with the commands that start it.

    Raises RuleError, with the path in the environment, for a definition that can't be deployed.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        virtual_clusters: Mapping[str, EmrVirtualCluster],
        bucket: s3.IBucket,
        encryption_key: kms.IKey | None = None,
    ) -> None:
        _check_number_of_runs(environment)
        _check_output_ids(environment)
        super().__init__(scope, "job-runs", environment=environment, description="Definitions of Spark job runs")
        # A strong reference keeps a virtual cluster from going before this stack, which changes after it, has let it go.
        CrossStackReferences.of(self).consume(ReferenceStrength.WEAK)
        self.job_runs = JobRuns(
            self,
            "JobRuns",
            environment=environment,
            deployed={name: virtual_cluster.deployed for name, virtual_cluster in virtual_clusters.items()},
            bucket=bucket,
            removal_policy=self.removal_policy,
            encryption_key=encryption_key,
        )
        for (job, placement), command in self.job_runs.start_commands.items():
            CfnOutput(
                self,
                _start_output(job, placement),
                value=command,
                description=f"Starts {job} in placement {placement}",
            )
        machines = self.job_runs.state_machines
        for (job, placement), machine in machines.state_machines.items() if machines else ():
            CfnOutput(
                self,
                output_id("execute", job, placement),
                value=f"aws stepfunctions start-execution --region {environment.region} --state-machine-arn {machine.ref}",
                description=f"Runs {job} in placement {placement} by its state machine",
            )


def _check_number_of_runs(environment: Environment) -> None:
    choices = [choice for job in environment.jobs.values() for choice in job.placements.values()]
    machines = sum(choice.state_machine is not None for choice in choices)
    schedules = sum(choice.schedule is not None for choice in choices)
    if len(choices) + machines > _MOST_OUTPUTS:
        raise RuleError(
            f"{len(choices)} placements of {len(environment.jobs)} jobs, {machines} state machines",
            f"a stack has at most {_MOST_OUTPUTS} outputs (CloudFormation quotas), one a definition and one a state machine",
            "Drop placements, or give some jobs an environment of their own",
            path=("jobs",),
        )
    resources = 2 * len(choices) + machines + schedules + _OTHER_RESOURCES
    if resources > _MOST_RESOURCES:
        raise RuleError(
            f"{len(choices)} placements, {machines} state machines, {schedules} schedules",
            f"a stack has at most {_MOST_RESOURCES} resources (CloudFormation quotas), and these take up to {resources}",
            "Drop some, or give some jobs an environment of their own",
            path=("jobs",),
        )


def _check_output_ids(environment: Environment) -> None:
    owners: dict[str, tuple[str, str]] = {}
    for job, settings in environment.jobs.items():
        for placement in settings.placements:
            other = owners.setdefault(_start_output(job, placement), (job, placement))
            if other != (job, placement):
                raise RuleError(
                    placement,
                    f"without hyphens, job and placement read as those of job {other[0]} in placement {other[1]}: "
                    "one stack output would have to start both",
                    "Rename the job or the placement",
                    path=("jobs", job, "placements", placement),
                )


def _start_output(job: str, placement: str) -> str:
    return output_id("start", job, placement)
