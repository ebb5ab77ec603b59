"""Persistent volume claims, which can bind a pod to a zone, and several executors to one node."""

from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.quantities import parse_quantity
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.planned_pod import PodOfRun
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.pod_template.rules import SPARK_ROLE, TemplateRole
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.spark.configuration import SparkConfiguration
from emr_eks_placement.spark.resources import read
from emr_eks_placement.spark.volumes import EXECUTOR_ID, ON_DEMAND, claim_options, is_made

_REUSE = "spark.kubernetes.driver.reusePersistentVolumeClaim"


def problems_of_claims(
    pods: Mapping[Role, PodOfRun], capacity: Capacity, spark: SparkConfiguration
) -> Iterator[Problem]:
    """Yields problems of claims that nobody creates, and of pods on EC2. Fargate mounts no EBS volume, which is a
    separate problem.

    Spark creates an on-demand claim where its executor runs. Since Spark 3.2 a later executor reuses it.
    """
    for role, pod in pods.items():
        if role != "submitter":
            yield from _never_made(role, pod.spec, spark)
    for pod in pods.values():
        if pod.landing.compute == "ec2":
            yield from _of_pod_on_ec2(pod, len(set(capacity.zones)), spark)


def _of_pod_on_ec2(pod: PodOfRun, zones: int, spark: SparkConfiguration) -> Iterator[Problem]:
    role, spec = pod.role, pod.spec
    for index, claim in _claims(spec):
        path = ("spec", "volumes", index)
        if ON_DEMAND in claim:
            if role == "executors" and len(pod.landing.zones) > 1 and _reuses(spark):
                what = "an executor takes over the claim of one that ended, and with it the zone"
                yield Problem("VOLUME_ZONE", role, what, path, claim)
            continue
        if zones > 1:
            yield Problem("VOLUME_ZONE", role, f"it mounts claim {claim}", path, claim)
        if pod.count.most != 1 and EXECUTOR_ID not in claim:
            what, fix = f"{pod.count} {role} mount claim {claim}", ""
            if claim_options(spark.properties, "executor", _volume(spec, index)) is None:
                fix = "Use a claim of access mode ReadWriteMany, such as one of EFS or FSx, or one that Spark creates for each"
            yield Problem("VOLUME_SHARED", role, what, path, claim, fix)


def _never_made(role: TemplateRole, spec: Mapping[str, Any], spark: SparkConfiguration) -> Iterator[Problem]:
    """Yields claims with a name that only Spark can set, and that it does not create or the API refuses."""
    for index, claim in _claims(spec):
        if ON_DEMAND not in claim:
            continue
        name, path = _volume(spec, index), ("spec", "volumes", index, "persistentVolumeClaim", "claimName")
        options = claim_options(spark.properties, SPARK_ROLE[role], name)
        if options is None:
            what = (
                f"volume {name} of the pod template names claim {claim}: Spark creates claims only for its properties"
            )
            fix = f"Mount it by spark.kubernetes.{SPARK_ROLE[role]}.volumes.persistentVolumeClaim.{name}.…, not in the template"
            yield Problem("VOLUME_NOT_MADE", role, what, path, claim, fix)
        elif not is_made(options):
            lacking = " and ".join(one for one in ("storageClass", "sizeLimit") if one not in options)
            what = f"volume {name} names claim {claim}, which Spark creates only with storageClass and sizeLimit"
            yield Problem("VOLUME_NOT_MADE", role, what, path, claim, f"Set options.{lacking} of the volume")
        elif not _is_quantity(options["sizeLimit"]):
            what = f"claim {claim} of volume {name} asks for {options['sizeLimit']}, which is no quantity"
            yield Problem(
                "VOLUME_NOT_MADE", role, what, path, claim, "Write a quantity such as 20Gi as options.sizeLimit"
            )


def _is_quantity(text: str) -> bool:
    try:
        return parse_quantity(text) > 0
    except RuleError:
        return False


def _volume(spec: Mapping[str, Any], index: int) -> str:
    return str(spec["volumes"][index].get("name"))


def _claims(spec: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    for index, volume in enumerate(spec.get("volumes") or []):
        name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
        if name:
            yield index, str(name)


def _reuses(spark: SparkConfiguration) -> bool:
    return spark.release.spark >= (3, 2, 0) and read(
        spark, _REUSE, lambda text: text.strip().lower() != "false", "true"
    )
