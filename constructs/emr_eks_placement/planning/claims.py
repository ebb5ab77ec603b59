"""Persistent volume claims: they can tie a pod to a zone, and several executors to one node."""

from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.placement import Role
from emr_eks_placement.planning.planned_pod import PlannedPod
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.spark.configuration import SparkConfiguration
from emr_eks_placement.spark.resources import read
from emr_eks_placement.spark.volumes import EXECUTOR_ID, ON_DEMAND

_REUSE = "spark.kubernetes.driver.reusePersistentVolumeClaim"


def problems_of_claims(
    pods: Mapping[Role, PlannedPod],
    manifests: Mapping[Role, Mapping[str, Any]],
    capacity: Capacity,
    spark: SparkConfiguration,
) -> Iterator[Problem]:
    """Of pods on EC2; Fargate mounts no volume of EBS, which is a problem of its own.

    A claim that Spark makes on demand is made where its executor runs. Since Spark 3.2 a later executor takes it over.
    """
    zones = len(set(capacity.zones))
    for role, pod in pods.items():
        if pod.landing.compute != "ec2":
            continue
        for index, claim in _claims(manifests[role]["spec"]):
            path = ("spec", "volumes", index)
            if claim == ON_DEMAND:
                if role == "executors" and len(pod.landing.zones) > 1 and _reuses(spark):
                    what = "an executor takes over the claim of one that ended, and with it the zone"
                    yield Problem("VOLUME_ZONE", role, what, path, claim)
                continue
            if zones > 1:
                yield Problem("VOLUME_ZONE", role, f"it mounts claim {claim}", path, claim)
            if pod.count.most != 1 and EXECUTOR_ID not in claim:
                yield Problem("VOLUME_SHARED", role, f"{pod.count} {role} mount claim {claim}", path, claim)


def _claims(spec: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    for index, volume in enumerate(spec.get("volumes") or []):
        name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
        if name:
            yield index, str(name)


def _reuses(spark: SparkConfiguration) -> bool:
    return spark.release.spark >= (3, 2, 0) and read(
        spark, _REUSE, lambda text: text.strip().lower() != "false", "true"
    )
