"""Virtual clusters: change when a team comes or goes."""

from itertools import pairwise

from aws_cdk import CfnOutput
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from emr_eks_placement.changes import METADATA_KEY, VirtualClustersRecord
from emr_eks_placement.definition import output_ids, role_output_ids
from emr_eks_placement.environment import Environment
from emr_eks_placement.infra import AnyCluster, EmrVirtualCluster, FargateProfiles, JobBucket, VirtualClusterHandler
from stacks.environment_stack import EnvironmentStack, pod_execution_role


class VirtualClustersStack(EnvironmentStack):
    """The Fargate profiles, the virtual clusters with their namespaces, roles and log groups, and the bucket."""

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        cluster: AnyCluster,
        encryption_key: kms.IKey | None = None,
    ) -> None:
        super().__init__(
            scope,
            "virtual-clusters",
            environment=environment,
            description="Fargate profiles, EMR virtual clusters and what their jobs use",
        )
        self.template_options.metadata = {METADATA_KEY: VirtualClustersRecord.of(environment).as_metadata()}
        self.bucket = self._bucket(environment, encryption_key)
        self.fargate = FargateProfiles(
            self,
            "Fargate",
            cluster=cluster,
            profiles=environment.job_profiles(),
            pod_execution_role=pod_execution_role(self, environment),
        )
        by_handler = environment.cluster.emr_enters_by == "handler"
        handler = VirtualClusterHandler(self, "VirtualClusterHandler", cluster=cluster) if by_handler else None
        self.virtual_clusters = {
            name: EmrVirtualCluster(
                self,
                name,
                name=name,
                owner=(environment.name, environment.region),
                settings=settings,
                cluster=cluster,
                bucket=self.bucket,
                after=list(self.fargate.profiles.values()),
                removal_policy=self.removal_policy,
                encryption_key=encryption_key,
                handler=handler,
            )
            for name, settings in environment.virtual_clusters.items()
        }
        # One after another: with each, EMR changes its one access entry on the cluster.
        resources = [one.virtual_cluster for one in self.virtual_clusters.values()]
        for before, after in pairwise(resources):
            after.node.add_dependency(before)
        self._add_outputs()

    def _bucket(self, environment: Environment, encryption_key: kms.IKey | None) -> s3.IBucket:
        given = environment.bucket
        if given is None:
            return JobBucket(
                self, "JobBucket", removal_policy=self.removal_policy, encryption_key=encryption_key
            ).bucket
        key = kms.Key.from_key_arn(self, "JobBucketKey", given.kms_key_arn) if given.kms_key_arn else None
        return s3.Bucket.from_bucket_attributes(self, "JobBucket", bucket_name=given.name, encryption_key=key)

    def _add_outputs(self) -> None:
        CfnOutput(self, "BucketName", value=self.bucket.bucket_name)
        for name, virtual_cluster in self.virtual_clusters.items():
            for field, id_ in output_ids(name).items():
                value = getattr(virtual_cluster.deployed, field)
                if field != "bucket" and value is not None:
                    CfnOutput(self, id_, value=value)
            for role, id_ in role_output_ids(name, virtual_cluster.execution_roles).items():
                CfnOutput(self, id_, value=virtual_cluster.deployed.role_arn(role))
