"""An EMR virtual cluster with all that its jobs need."""

from collections.abc import Sequence
from typing import NamedTuple

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_emrcontainers as emrcontainers
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct, IDependable

from emr_eks_placement.definition import DeployedVirtualCluster
from emr_eks_placement.environment import ExecutionRole, VirtualCluster
from emr_eks_placement.infra.cluster import AnyCluster
from emr_eks_placement.infra.job_execution_role import JobExecutionRole
from emr_eks_placement.infra.namespace import namespace_manifest
from emr_eks_placement.names import physical_name


class _LogGroup(NamedTuple):
    name: str
    arn: str  # of its streams: with :* at its end


class EmrVirtualCluster(Construct):
    """A virtual cluster, its namespace, its log group and the roles its jobs run with; what is given is left as it is.

    name: in the environment; owner: what tells this deployment from others in the account (environment, region);
    bucket: of pod templates, logs and data; after: what is created before the namespace and deleted after it, so the
    Fargate profiles, which EKS can't delete while their pods run. encryption_key: of the log group, one that CloudWatch
    Logs may use; its own keys unless given. `deployed`: what job-run definitions need.

    cluster: one with the authentication mode API_AND_CONFIG_MAP, that takes manifests (it has a kubectl provider) unless
    the namespace exists.
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
        log_group = self._log_group(removal_policy, encryption_key)
        roles = {
            role: self._role(
                role, one, owner=(*owner, name), folder=name, cluster=cluster, bucket=bucket, logs_to=log_group
            )
            for role, one in settings.roles.items()
        }
        self.execution_role = roles.pop(None)
        self.execution_roles: dict[str, iam.IRole] = {role: one for role, one in roles.items() if role is not None}
        self.namespace = None if settings.existing_namespace else self._namespace(cluster, after)
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
        self.virtual_cluster.node.add_dependency(*([self.namespace] if self.namespace else after))
        self.deployed = DeployedVirtualCluster(
            virtual_cluster_id=self.virtual_cluster.attr_id,
            execution_role_arn=self.execution_role.role_arn,
            bucket=bucket.bucket_name,
            execution_role_arns={role: one.role_arn for role, one in self.execution_roles.items()},
            log_group_name=log_group.name if log_group else None,
            log_uri=f"s3://{bucket.bucket_name}/logs/{name}/" if settings.logs.s3 else None,
        )

    def _namespace(self, cluster: AnyCluster, after: Sequence[IDependable]) -> eks.KubernetesManifest:
        settings = self.settings
        manifest = eks.KubernetesManifest(
            self,
            "Namespace",
            cluster=cluster,  # type: ignore[arg-type] # AnyCluster says why
            manifest=namespace_manifest(settings.namespace, settings.pod_security, settings.quota),
        )
        manifest.node.add_dependency(*after)
        return manifest

    def _role(
        self,
        role: str | None,
        settings: ExecutionRole,
        *,
        owner: tuple[str, ...],
        folder: str,
        cluster: AnyCluster,
        bucket: s3.IBucket,
        logs_to: _LogGroup | None,
    ) -> iam.IRole:
        id_ = "ExecutionRole" if role is None else f"ExecutionRole-{role}"
        if settings.execution_role_arn is not None:
            return iam.Role.from_role_arn(self, id_, settings.execution_role_arn, mutable=False)
        return JobExecutionRole(
            self,
            id_,
            role_name=physical_name(*owner, *(() if role is None else (role,))),
            namespace=self.settings.namespace,
            oidc_provider=cluster.open_id_connect_provider,
            bucket=bucket,
            folder=folder,
            data_access=settings.data_access,
            log_group_arn=logs_to.arn if logs_to else None,
        ).role

    def _log_group(self, removal_policy: RemovalPolicy, encryption_key: kms.IKey | None) -> _LogGroup | None:
        settings = self.settings.logs
        if not settings.cloudwatch:
            return None
        if settings.log_group is not None:
            arn = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:{settings.log_group}:*"
            return _LogGroup(settings.log_group, arn)
        group = logs.CfnLogGroup(
            self,
            "LogGroup",
            retention_in_days=settings.retention_days,
            kms_key_id=encryption_key.key_arn if encryption_key else None,
        )
        group.apply_removal_policy(removal_policy)
        return _LogGroup(group.ref, group.attr_arn)
