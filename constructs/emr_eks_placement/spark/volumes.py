"""The volumes that Spark adds to its pods for properties (Spark on Kubernetes, "Using Kubernetes Volumes")."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.spark.resources import SparkRole

_PROPERTY = re.compile(r"spark\.kubernetes\.(driver|executor)\.volumes\.([^.]+)\.([^.]+)\.mount\.path")


def volumes(properties: Mapping[str, str], role: SparkRole) -> Iterator[dict[str, Any]]:
    """spark.kubernetes.{driver,executor}.volumes.TYPE.NAME.… as volumes of a pod; a claim made for the pod is OnDemand."""
    for key in properties:
        match = _PROPERTY.fullmatch(key)
        if not match or match[1] != role:
            continue
        options = f"spark.kubernetes.{role}.volumes.{match[2]}.{match[3]}.options."
        yield {"name": match[3], match[2]: _source(match[2], options, properties)}


def _source(kind: str, options: str, properties: Mapping[str, str]) -> dict[str, Any]:
    if kind == "hostPath":
        return {"path": properties.get(f"{options}path", "")}
    if kind == "persistentVolumeClaim":
        return {"claimName": properties.get(f"{options}claimName", "OnDemand")}
    if kind == "nfs":
        return {"path": properties.get(f"{options}path", ""), "server": properties.get(f"{options}server", "")}
    return {}
