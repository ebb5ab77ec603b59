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

# Kubernetes keeps kube-*; EKS's add-ons and Fargate's logging have namespaces such as amazon-cloudwatch,
# amazon-guardduty and aws-observability (EKS guide, add-ons; Fargate logging).
_RESERVED_NAMESPACES = ("kube-", "amazon-", "aws-")


def _check_namespace(namespace: str) -> str:
    if namespace == "default" or namespace.startswith(_RESERVED_NAMESPACES):
        raise RuleError(
            namespace,
            "a virtual cluster has a namespace of its own; default and kube-* are Kubernetes', amazon-* and aws-* are of "
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
    """Whether it gets one for pods labelled spark-node-placement=fargate, in every zone of the environment."""
    single_zones: Annotated[tuple[str, ...], distinct("zone")] = ()
    """It gets one for each of these zones, for pods labelled spark-node-placement=fargate-ZONE."""

    @property
    def targets(self) -> tuple[str | None, ...]:
        """The zones that pods can ask Fargate for; None: any."""
        return (*((None,) if self.any_zone else ()), *self.single_zones)


class Logs(Model):
    """Where the containers' output goes."""

    cloudwatch: Annotated[bool, Strict()] = True
    """Whether it goes to a CloudWatch log group."""
    s3: Annotated[bool, Strict()] = True
    """Whether it goes to the bucket, below logs/."""
    persistent_app_ui: Annotated[bool, Strict()] = True
    """Whether EMR keeps the Spark UI of each run for 30 days: its event logs go to a bucket of AWS's, outside the account."""
    retention_days: RetentionDays = 30
    """How long the CloudWatch log group keeps it."""
    log_group: Annotated[str, AfterValidator(_check_log_group)] | None = None
    """A CloudWatch log group that exists, used as it is instead of one that is created."""

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
    """Its namespace in Kubernetes, which is created for it."""
    existing_namespace: Annotated[bool, Strict()] = False
    """Whether the namespace exists and is left as it is: neither created nor changed nor deleted."""
    pod_security: Literal["baseline", "privileged"] = "baseline"
    """What Kubernetes lets the pods of its namespace ask of their node (Pod Security Standards). There is no restricted:
    EMR's pods are not known to set what it asks."""
    quota: Quota = Quota()
    """What its pods may take."""
    fargate: FargateChoice = FargateChoice()
    """Which Fargate profiles it gets."""
    execution_roles: Annotated[dict[str, ExecutionRole], names("execution role")] = {}
    """Further roles by name: a job runs with the virtual cluster's own unless it names one of these."""
    logs: Logs = Logs()
    """Where its jobs' output goes."""
    definition_stacks: Annotated[int, Strict(), between(1, 100, "stacks", "product limit")] | None = None
    """How many stacks of their own hold the definitions of its jobs, each job in one of them by its name; by default one stack
    holds those of all virtual clusters. A stack holds about 200 definitions. Raise it at any time; to lower it, delete the last
    stacks first."""

    @model_validator(mode="after")
    def _check_existing_namespace_is_left_alone(self) -> "VirtualCluster":
        if self.existing_namespace:
            refuse_beside_existing(self, "existing_namespace", "namespace", "pod_security", "quota")
        return self

    @property
    def roles(self) -> Mapping[str | None, ExecutionRole]:
        """Every execution role by name; None: its own."""
        own: dict[str | None, ExecutionRole] = {None: self}
        return own | dict(self.execution_roles.items())
