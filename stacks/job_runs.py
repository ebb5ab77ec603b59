"""Job runs: change by the day."""

from collections.abc import Mapping, Sequence

from aws_cdk import CrossStackReferences, ReferenceStrength
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from emr_eks_placement.changes import METADATA_KEY, JobRunsRecord
from emr_eks_placement.definition import CheckedEnvironment
from emr_eks_placement.environment.definition_stacks import JOB_RUNS
from emr_eks_placement.infra import EmrVirtualCluster, JobRuns
from stacks.environment_stack import EnvironmentStack


class JobRunsStack(EnvironmentStack):
    """The definition of every job of an environment in each of its placements.

    part: which of the environment's stacks of definitions it is; it holds the jobs of `environment`, which may be some of all.
    further: the parts beside the first, whose index names them.
    Raises RuleError, with the path in the environment, for a definition that can't be deployed.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        environment: CheckedEnvironment,
        virtual_clusters: Mapping[str, EmrVirtualCluster],
        bucket: s3.IBucket,
        encryption_key: kms.IKey | None = None,
        part: str = JOB_RUNS,
        further: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, part, environment=environment.environment, description="Definitions of Spark job runs")
        # A strong reference prevents the deletion of a virtual cluster before this stack, which changes later, has released it.
        CrossStackReferences.of(self).consume(ReferenceStrength.WEAK)
        record = JobRunsRecord.of(environment.environment).as_metadata()
        if part == JOB_RUNS and record:
            self.template_options.metadata = {METADATA_KEY: record}
        self.job_runs = JobRuns(
            self,
            "JobRuns",
            environment=environment,
            deployed={name: virtual_cluster.deployed for name, virtual_cluster in virtual_clusters.items()},
            bucket=bucket,
            removal_policy=self.removal_policy,
            encryption_key=encryption_key,
            index_key=_index_key(part),
            further_indexes=[_index_key(one) for one in further] if part == JOB_RUNS else [],
        )


def _index_key(part: str) -> str:
    """Returns the key in the bucket of the index of a part's definitions."""
    return f"{JOB_RUNS}/index{part.removeprefix(JOB_RUNS)}.json"
