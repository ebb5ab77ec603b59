"""Job runs: change by the day."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, CrossStackReferences, ReferenceStrength
from aws_cdk import aws_s3 as s3
from constructs import Construct

from emr_eks_placement.definition import output_id
from emr_eks_placement.environment import Environment
from emr_eks_placement.errors import RuleError
from emr_eks_placement.infra import EmrVirtualCluster, JobRuns
from stacks.environment_stack import EnvironmentStack

_MOST_RUNS = 200  # CloudFormation quota, outputs per stack: one a definition


class JobRunsStack(EnvironmentStack):
    """The definition of every job in each of its placements, with the command that starts it.

    Raises RuleError, with the path in the environment, for a definition that can't be deployed.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        virtual_clusters: Mapping[str, EmrVirtualCluster],
        bucket: s3.IBucket,
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
        )
        for (job, placement), command in self.job_runs.start_commands.items():
            CfnOutput(
                self,
                _start_output(job, placement),
                value=command,
                description=f"Starts {job} in placement {placement}",
            )


def _check_number_of_runs(environment: Environment) -> None:
    count = sum(len(job.placements) for job in environment.jobs.values())
    if count > _MOST_RUNS:
        raise RuleError(
            f"{count} placements of {len(environment.jobs)} jobs",
            f"a stack has at most {_MOST_RUNS} outputs (CloudFormation quotas), one a definition",
            "Drop placements, or give some jobs an environment of their own",
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
