"""An EMR virtual cluster with all that its jobs need."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_emrcontainers as emrcontainers
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct, IDependable

from emr_eks_placement.definition import DeployedVirtualCluster
from emr_eks_placement.environment import VirtualCluster
from emr_eks_placement.infra.cluster import AnyCluster
from emr_eks_placement.infra.job_execution_role import JobExecutionRole
from emr_eks_placement.infra.namespace import namespace_manifest
from emr_eks_placement.names import physical_name


class EmrVirtualCluster(Construct):
    """A virtual cluster, its namespace, its log group and the role its jobs run with.

    name: in the environment; owner: what tells this deployment from others in the account (environment, region);
    bucket: of pod templates, logs and data; after: what is created before the namespace and deleted after it, so the
    Fargate profiles, which EKS can't delete while their pods run. encryption_key: of the log group, one that CloudWatch
    Logs may use; its own keys unless given. `deployed`: what job-run definitions need.

    cluster: one that takes manifests (it has a kubectl provider), with the authentication mode API_AND_CONFIG_MAP.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        owner: tuple[str, ...],
        settings: VirtualCluster,
        cluster: AnyCluster,
        bucket: s3.IBucket,
        after: Sequence[IDependable] = (),
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
        encryption_key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.settings = settings
        self.log_group = self._log_group(removal_policy, encryption_key) if settings.logs.cloudwatch else None
        self.execution_role = JobExecutionRole(
            self,
            "ExecutionRole",
            role_name=physical_name(*owner, name),
            namespace=settings.namespace,
            oidc_provider=cluster.open_id_connect_provider,
            bucket=bucket,
            folder=name,
            data_access=settings.data_access,
            log_group_arn=self.log_group.attr_arn if self.log_group else None,
        ).role
        self.namespace = eks.KubernetesManifest(
            self,
            "Namespace",
            cluster=cluster,  # type: ignore[arg-type] # AnyCluster says why
            manifest=namespace_manifest(settings.namespace),
        )
        self.namespace.node.add_dependency(*after)
        self.virtual_cluster = emrcontainers.CfnVirtualCluster(
            self,
            "Resource",
            name=physical_name(*owner, name),
            container_provider=emrcontainers.CfnVirtualCluster.ContainerProviderProperty(
                id=cluster.cluster_name,
                type="EKS",
                info=emrcontainers.CfnVirtualCluster.ContainerInfoProperty(
                    eks_info=emrcontainers.CfnVirtualCluster.EksInfoProperty(namespace=settings.namespace)
                ),
            ),
        )
        self.virtual_cluster.node.add_dependency(self.namespace)
        self.deployed = DeployedVirtualCluster(
            virtual_cluster_id=self.virtual_cluster.attr_id,
            execution_role_arn=self.execution_role.role_arn,
            bucket=bucket.bucket_name,
            log_group_name=self.log_group.ref if self.log_group else None,
            log_uri=f"s3://{bucket.bucket_name}/logs/{name}/" if settings.logs.s3 else None,
        )

    def _log_group(self, removal_policy: RemovalPolicy, encryption_key: kms.IKey | None) -> logs.CfnLogGroup:
        group = logs.CfnLogGroup(
            self,
            "LogGroup",
            retention_in_days=self.settings.logs.retention_days,
            kms_key_id=encryption_key.key_arn if encryption_key else None,
        )
        group.apply_removal_policy(removal_policy)
        return group
