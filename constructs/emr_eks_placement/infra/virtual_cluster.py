"""An EMR virtual cluster with everything that its jobs need."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from aws_cdk import Aws, CfnResource, CustomResource, RemovalPolicy
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_emrcontainers as emrcontainers
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct, IDependable

from emr_eks_placement.common.names import physical_name
from emr_eks_placement.definition import DeployedVirtualCluster
from emr_eks_placement.environment import ExecutionRole, VirtualCluster
from emr_eks_placement.infra.cluster import AnyCluster, kubernetes_manifest
from emr_eks_placement.infra.job_execution_role import JobExecutionRole
from emr_eks_placement.infra.namespace import namespace_manifest
from emr_eks_placement.infra.resource import resource_of
from emr_eks_placement.infra.virtual_cluster_handler import VirtualClusterHandler


class _LogGroup(NamedTuple):
    name: str
    arn: str  # of its streams: with :* at its end


class EmrVirtualCluster(Construct):
    """A virtual cluster, its namespace, its log group and the roles of its jobs. Existing resources are not changed.

    name: in the environment; owner: distinguishes this deployment from others in the account (environment, region);
    bucket: of pod templates, logs and data; after: created before the namespace and deleted after it, for example the
    Fargate profiles, which EKS can't delete while their pods run. encryption_key: of the log group, one that CloudWatch
    Logs may use; by default its own keys. `deployed`: what job-run definitions need. `execution_role` is its own role,
    `execution_roles` are further ones by name; `log_group` and `namespace` are None if none is created.

    handler: creates the virtual cluster instead of CloudFormation. cluster: with the authentication mode
    API_AND_CONFIG_MAP and, unless the namespace exists, a kubectl provider, to apply manifests.
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
        handler: VirtualClusterHandler | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.settings = settings
        self.log_group = self._create_log_group(removal_policy, encryption_key)
        log_group = self._logs_to()
        roles = {
            role: self._role(
                role, one, owner=(*owner, name), folder=name, cluster=cluster, bucket=bucket, logs_to=log_group
            )
            for role, one in settings.roles.items()
        }
        self.execution_role = roles.pop(None)
        self.execution_roles: dict[str, iam.IRole] = {role: one for role, one in roles.items() if role is not None}
        self.namespace = None if settings.existing_namespace else self._namespace(cluster, after)
        self.virtual_cluster = self._virtual_cluster(physical_name(*owner, name), cluster, handler)
        self.virtual_cluster.node.add_dependency(*([self.namespace] if self.namespace else after))
        self.deployed = DeployedVirtualCluster(
            virtual_cluster_id=self._id,
            execution_role_arn=self.execution_role.role_arn,
            bucket=bucket.bucket_name,
            execution_role_arns={role: one.role_arn for role, one in self.execution_roles.items()},
            log_group_name=log_group.name if log_group else None,
            log_uri=f"s3://{bucket.bucket_name}/logs/{name}/" if settings.logs.s3 else None,
        )

    def grant_start_job_run(self, grantee: iam.IGrantable) -> iam.Grant:
        """Lets the grantee start job runs here with the virtual cluster's execution roles only."""
        roles = [self.execution_role.role_arn, *(role.role_arn for role in self.execution_roles.values())]
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["emr-containers:StartJobRun"],
            resource_arns=[self._arn],
            conditions={"ArnEquals": {"emr-containers:ExecutionRoleArn": roles}},
        )

    def grant_read_job_runs(self, grantee: iam.IGrantable) -> iam.Grant:
        """Lets the grantee list and describe the job runs here."""
        return self._grant(grantee, "emr-containers:ListJobRuns", "emr-containers:DescribeJobRun")

    def grant_cancel_job_run(self, grantee: iam.IGrantable) -> iam.Grant:
        """Lets the grantee cancel the job runs here."""
        return self._grant(grantee, "emr-containers:CancelJobRun")

    def _grant(self, grantee: iam.IGrantable, *actions: str) -> iam.Grant:
        return iam.Grant.add_to_principal(
            grantee=grantee, actions=list(actions), resource_arns=[self._arn, f"{self._arn}/jobruns/*"]
        )

    @property
    def _id(self) -> str:
        made = self.virtual_cluster
        return made.ref if isinstance(made, CustomResource) else made.attr_id

    @property
    def _arn(self) -> str:
        made = self.virtual_cluster
        return made.get_att_string("Arn") if isinstance(made, CustomResource) else made.attr_arn

    def _virtual_cluster(
        self, name: str, cluster: AnyCluster, handler: VirtualClusterHandler | None
    ) -> emrcontainers.CfnVirtualCluster | CustomResource:
        if handler:
            custom = handler.virtual_cluster(self, "Resource", name=name, namespace=self.settings.namespace)
            self._name_after_namespace("VirtualCluster", resource_of(custom, CfnResource))
            return custom
        made = emrcontainers.CfnVirtualCluster(
            self,
            "Resource",
            name=name,
            container_provider=emrcontainers.CfnVirtualCluster.ContainerProviderProperty(
                id=cluster.cluster_name,
                type="EKS",
                info=emrcontainers.CfnVirtualCluster.ContainerInfoProperty(
                    eks_info=emrcontainers.CfnVirtualCluster.EksInfoProperty(namespace=self.settings.namespace)
                ),
            ),
        )
        self._name_after_namespace("VirtualCluster", made)
        return made

    def _namespace(self, cluster: AnyCluster, after: Sequence[IDependable]) -> eks.KubernetesManifest:
        settings = self.settings
        manifest = kubernetes_manifest(
            self,
            "Namespace",
            cluster=cluster,
            manifest=namespace_manifest(settings.namespace, settings.pod_security, settings.quota),
        )
        manifest.node.add_dependency(*after)
        self._name_after_namespace("Namespace", resource_of(manifest.node.find_child("Resource"), CfnResource))
        return manifest

    def _name_after_namespace(self, kind: str, resource: CfnResource) -> None:
        """Gives a resource a logical id that depends on the namespace.

        With another namespace it is another resource, which is added before the old one is removed. CloudFormation
        would otherwise update a manifest in place and leave its namespace behind, and resources that refer to a virtual
        cluster would not notice its replacement.
        """
        digest = hashlib.sha256(f"{self.node.path}\0{self.settings.namespace}".encode()).hexdigest()
        resource.override_logical_id(f"{kind}{digest[:8].upper()}")

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

    def _create_log_group(
        self, removal_policy: RemovalPolicy, encryption_key: kms.IKey | None
    ) -> logs.CfnLogGroup | None:
        settings = self.settings.logs
        if not settings.cloudwatch or settings.log_group is not None:
            return None
        group = logs.CfnLogGroup(
            self,
            "LogGroup",
            retention_in_days=settings.retention_days,
            kms_key_id=encryption_key.key_arn if encryption_key else None,
        )
        group.apply_removal_policy(removal_policy)
        return group

    def _logs_to(self) -> _LogGroup | None:
        if self.log_group is not None:
            return _LogGroup(self.log_group.ref, self.log_group.attr_arn)
        given = self.settings.logs.log_group
        if given is None:
            return None
        return _LogGroup(given, f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:{given}:*")
