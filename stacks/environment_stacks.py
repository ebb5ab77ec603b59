"""All stacks of an environment."""

from constructs import Construct

from emr_eks_placement.environment import Environment
from stacks.job_runs import JobRunsStack
from stacks.platform import PlatformStack
from stacks.virtual_clusters import VirtualClustersStack


class EnvironmentStacks:
    """The stacks of one environment, each using the ones before it."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        self.platform = PlatformStack(scope, environment=environment)
        self.virtual_clusters = VirtualClustersStack(
            scope,
            environment=environment,
            cluster=self.platform.cluster.cluster,
            encryption_key=self.platform.encryption_key,
        )
        self.job_runs = JobRunsStack(
            scope,
            environment=environment,
            virtual_clusters=self.virtual_clusters.virtual_clusters,
            bucket=self.virtual_clusters.bucket,
            encryption_key=self.platform.encryption_key,
        )
