"""Virtual clusters: change when a team comes or goes."""

from aws_cdk import CfnOutput
from constructs import Construct

from emr_eks_placement.definition import output_ids
from emr_eks_placement.environment import Environment
from emr_eks_placement.infra import AnyCluster, EmrVirtualCluster, FargateProfiles, JobBucket
from stacks.environment_stack import EnvironmentStack


class VirtualClustersStack(EnvironmentStack):
    """The Fargate profiles, the virtual clusters with their namespaces, roles and log groups, and the bucket."""

    def __init__(self, scope: Construct, *, environment: Environment, cluster: AnyCluster) -> None:
        super().__init__(
            scope,
            "virtual-clusters",
            environment=environment,
            description="Fargate profiles, EMR virtual clusters and what their jobs use",
        )
        self.job_bucket = JobBucket(self, "JobBucket", removal_policy=self.removal_policy)
        self.fargate = FargateProfiles(self, "Fargate", cluster=cluster, profiles=environment.profiles())
        self.virtual_clusters = {
            name: EmrVirtualCluster(
                self,
                name,
                name=name,
                owner=(environment.name, environment.region),
                settings=settings,
                cluster=cluster,
                bucket=self.job_bucket.bucket,
                after=list(self.fargate.profiles.values()),
                removal_policy=self.removal_policy,
            )
            for name, settings in environment.virtual_clusters.items()
        }
        self._add_outputs()

    def _add_outputs(self) -> None:
        CfnOutput(self, "BucketName", value=self.job_bucket.bucket.bucket_name)
        for name, virtual_cluster in self.virtual_clusters.items():
            for field, id_ in output_ids(name).items():
                value = getattr(virtual_cluster.deployed, field)
                if field != "bucket" and value is not None:
                    CfnOutput(self, id_, value=value)
