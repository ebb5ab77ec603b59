"""All stacks of an environment."""

from collections.abc import Mapping

from constructs import Construct

from emr_eks_placement.definition import CheckedEnvironment
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.definition_stacks import JOB_RUNS, definition_parts
from stacks.definition_limits import check_ids, check_number_of_resources
from stacks.job_runs import JobRunsStack
from stacks.platform import PlatformStack
from stacks.virtual_clusters import VirtualClustersStack


class EnvironmentStacks:
    """The stacks of one environment, each using the previous ones.

    environment: a checked one (`load_checked`) is not planned again. definitions: those of job runs by part, in the
    order of their deployment; by default one, job_runs.
    """

    def __init__(self, scope: Construct, environment: Environment | CheckedEnvironment) -> None:
        checked = CheckedEnvironment.of(environment)
        environment = checked.environment
        self.platform = PlatformStack(scope, environment=environment)
        self.virtual_clusters = VirtualClustersStack(
            scope,
            environment=environment,
            cluster=self.platform.cluster.cluster,
            encryption_key=self.platform.encryption_key,
        )
        self.definitions = self._definitions(scope, checked)
        self.job_runs = self.definitions[JOB_RUNS]

    def _definitions(self, scope: Construct, environment: CheckedEnvironment) -> Mapping[str, JobRunsStack]:
        parts = definition_parts(environment.environment)
        stacks: dict[str, JobRunsStack] = {}
        for part, jobs in parts.items():
            some = environment.only(jobs)
            check_number_of_resources(some.environment)
            check_ids(some.environment)
            stack = JobRunsStack(
                scope,
                environment=some,
                virtual_clusters=self.virtual_clusters.virtual_clusters,
                bucket=self.virtual_clusters.bucket,
                encryption_key=self.platform.encryption_key,
                part=part,
                further=[one for one in parts if one != JOB_RUNS],
            )
            for before in list(stacks.values())[-1:]:
                stack.add_dependency(before, "A definition that moves is deleted there before it is created here")
            stacks[part] = stack
        return stacks
