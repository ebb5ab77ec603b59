"""EMR virtual clusters of an environment."""

from typing import Annotated

from pydantic import AfterValidator, Strict

from emr_eks_placement.environment.fargate import FargateProfile, FargateSelector
from emr_eks_placement.environment.retention import RetentionDays
from emr_eks_placement.errors import RuleError
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.model import Model, distinct, each
from emr_eks_placement.placement import PLACEMENT_LABEL, Fargate


def _check_namespace(namespace: str) -> str:
    if namespace == "default" or namespace.startswith("kube-"):
        raise RuleError(
            namespace,
            "the namespace is created for the virtual cluster; default and kube-* are Kubernetes' own (Kubernetes)",
            "Choose another, for example spark-jobs",
        )
    return kubernetes.check_namespace(namespace)


def _check_location(uri: str) -> str:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not 3 <= len(bucket) <= 63 or any(mark in key for mark in "*?"):
        raise RuleError(
            uri, "must be an S3 location s3://bucket/prefix, without wildcards", "Write for example s3://sales/orders/"
        )
    return uri


Locations = Annotated[tuple[str, ...], each(_check_location), distinct("location")]


class FargateChoice(Model):
    """Which Fargate profiles a virtual cluster gets."""

    any_zone: Annotated[bool, Strict()] = True
    """Whether it gets one for pods labelled spark-node-placement=fargate, in every zone of the environment."""
    single_zones: Annotated[tuple[str, ...], distinct("zone")] = ()
    """It gets one for each of these zones, for pods labelled spark-node-placement=fargate-ZONE."""


class DataAccess(Model):
    """S3 locations that the jobs reach beyond the environment's own bucket."""

    read: Locations = ()
    """Locations to read."""
    write: Locations = ()
    """Locations to read and write."""


class Logs(Model):
    """Where the containers' output goes."""

    cloudwatch: Annotated[bool, Strict()] = True
    """Whether it goes to a CloudWatch log group."""
    s3: Annotated[bool, Strict()] = True
    """Whether it goes to the bucket, below logs/."""
    retention_days: RetentionDays = 30
    """How long the CloudWatch log group keeps it."""


class VirtualCluster(Model):
    """An EMR virtual cluster: a namespace of the EKS cluster and the role its jobs run with."""

    namespace: Annotated[str, AfterValidator(_check_namespace)]
    """Its namespace in Kubernetes, which is created for it."""
    fargate: FargateChoice = FargateChoice()
    """Which Fargate profiles it gets."""
    data_access: DataAccess = DataAccess()
    """What its jobs reach in S3."""
    logs: Logs = Logs()
    """Where its jobs' output goes."""

    def fargate_profiles(self, name: str) -> dict[str, FargateProfile]:
        """The Fargate profiles of this virtual cluster, whose name is given, each by its own name."""
        profiles = {}
        if self.fargate.any_zone:
            profiles[name] = self._profile(Fargate(), ())
        for zone in self.fargate.single_zones:
            profiles[f"{name}-{zone}"] = self._profile(Fargate(zone=zone), (zone,))
        return profiles

    def _profile(self, target: Fargate, zones: tuple[str, ...]) -> FargateProfile:
        selector = FargateSelector(namespace=self.namespace, labels={PLACEMENT_LABEL: target.label_value})
        return FargateProfile(selectors=(selector,), zones=zones)
