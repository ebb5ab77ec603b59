"""EMR virtual clusters of an environment."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Strict, model_validator

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.common.model import Model, between, distinct, names
from emr_eks_placement.environment.execution_role import ExecutionRole
from emr_eks_placement.environment.existing_resources import refuse_beside_existing
from emr_eks_placement.environment.namespace_limits import Quota
from emr_eks_placement.environment.retention import RetentionDays
from emr_eks_placement.facts import kubernetes

# Kubernetes reserves kube-*; EKS's add-ons and Fargate's logging have namespaces such as amazon-cloudwatch,
# amazon-guardduty and aws-observability (EKS guide, add-ons; Fargate logging).
_RESERVED_NAMESPACES = ("kube-", "amazon-", "aws-")


def _check_namespace(namespace: str) -> str:
    if namespace == "default" or namespace.startswith(_RESERVED_NAMESPACES):
        raise RuleError(
            namespace,
            "a virtual cluster has its own namespace; default and kube-* are Kubernetes', amazon-* and aws-* are of "
            "EKS add-ons (Kubernetes; EKS guide)",
            "Choose another, for example spark-jobs",
        )
    return kubernetes.check_namespace(namespace)


def _check_log_group(name: str) -> str:
    if not re.fullmatch(r"[.\-_/#A-Za-z0-9]{1,512}", name) or name.startswith("aws/"):
        raise RuleError(
            name,
            "a log group's name has 1 to 512 of A-Z, a-z, 0-9, ., -, _, / and #, and does not begin with aws/ "
            "(CloudWatch Logs CreateLogGroup)",
            "Write for example /spark/reporting",
        )
    return name


class FargateChoice(Model):
    """Which Fargate profiles a virtual cluster gets."""

    any_zone: Annotated[bool, Strict()] = True
    """Whether it gets a profile for pods with the label spark-node-placement=fargate, in every zone of the environment.
    """
    single_zones: Annotated[tuple[str, ...], distinct("zone")] = ()
    """The zones that get a separate profile each, for pods with the label spark-node-placement=fargate-ZONE."""

    @property
    def targets(self) -> tuple[str | None, ...]:
        """Returns the zones that pods can ask Fargate for; None: any."""
        return (*((None,) if self.any_zone else ()), *self.single_zones)


class Logs(Model):
    """Where the containers' output goes."""

    cloudwatch: Annotated[bool, Strict()] = True
    """Whether the output goes to a CloudWatch log group."""
    s3: Annotated[bool, Strict()] = True
    """Whether the output goes to the bucket, below logs/."""
    persistent_app_ui: Annotated[bool, Strict()] = True
    """Whether EMR keeps the Spark UI of each run for 30 days. Its event logs go to a bucket of AWS, outside the
    account."""
    retention_days: RetentionDays = 30
    """How long the CloudWatch log group keeps the output."""
    log_group: Annotated[str, AfterValidator(_check_log_group)] | None = None
    """An existing CloudWatch log group, used unchanged; by default one is created."""

    @model_validator(mode="after")
    def _check_given_log_group(self) -> "Logs":
        if self.log_group is not None and not self.cloudwatch:
            raise RuleError(
                self.log_group,
                "with cloudwatch: false nothing goes to a log group",
                "Remove log_group or cloudwatch",
                path=("log_group",),
            )
        if self.log_group is not None:
            refuse_beside_existing(self, "log_group", "log group", "retention_days")
        return self


class VirtualCluster(ExecutionRole):
    """An EMR virtual cluster: a namespace of the EKS cluster and the roles its jobs run with."""

    namespace: Annotated[str, AfterValidator(_check_namespace)]
    """Its namespace in Kubernetes; by default created with the virtual cluster."""
    existing_namespace: Annotated[bool, Strict()] = False
    """Whether the namespace exists. An existing one is not created, changed or deleted."""
    pod_security: Literal["baseline", "privileged"] = "baseline"
    """The Pod Security Standard that Kubernetes enforces in its namespace. restricted is not supported, because it is not
    known whether EMR's pods meet it."""
    quota: Quota = Quota()
    """The limits of its pods."""
    fargate: FargateChoice = FargateChoice()
    """Which Fargate profiles it gets."""
    execution_roles: Annotated[dict[str, ExecutionRole], names("execution role")] = {}
    """Further roles by name. By default, a job runs with the virtual cluster's own role."""
    logs: Logs = Logs()
    """Where the output of its jobs goes."""
    definition_stacks: Annotated[int, Strict(), between(1, 100, "stacks", "product limit")] | None = None
    """How many separate stacks hold the definitions of its jobs. By default one stack holds those of all virtual clusters. A
    stack has room for about 200 definitions; a job's name decides its stack. Raise the number at any time; to lower it,
    delete the last stacks first."""

    @model_validator(mode="after")
    def _check_existing_namespace_is_left_alone(self) -> "VirtualCluster":
        if self.existing_namespace:
            refuse_beside_existing(self, "existing_namespace", "namespace", "pod_security", "quota")
        return self

    @property
    def roles(self) -> Mapping[str | None, ExecutionRole]:
        """Returns every execution role by name; None: the virtual cluster's own."""
        own: dict[str | None, ExecutionRole] = {None: self}
        return own | dict(self.execution_roles.items())
