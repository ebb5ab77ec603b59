"""The volumes that Spark adds to its pods from properties.

Source: apache/spark, KubernetesVolumeUtils and MountVolumesFeatureStep; Spark on Kubernetes, "Using Kubernetes
Volumes".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.spark.configuration import SparkConfiguration
from emr_eks_placement.spark.resources import SparkRole, is_true

ON_DEMAND = "OnDemand"  # in the name of a claim of Spark's properties: a unique name for the pod
EXECUTOR_ID = "SPARK_EXECUTOR_ID"  # in the name of an executor's claim: its number
_SOURCE = "(Spark on Kubernetes, volumes)"
# Kind -> the options that it needs.
_KINDS: Mapping[str, tuple[str, ...]] = {
    "emptyDir": (),
    "hostPath": ("path",),
    "nfs": ("path", "server"),
    "persistentVolumeClaim": ("claimName",),
}


def volumes(spark: SparkConfiguration, role: SparkRole) -> Iterator[dict[str, Any]]:
    """Yields spark.kubernetes.{driver,executor}.volumes.KIND.NAME.… as volumes of a pod; a claim that is created for the pod is
    OnDemand.

    Raises RuleError, with the property as path, for an unknown kind, a missing option or mount path, and two mounts of
    one path.
    """
    prefix, properties = f"spark.kubernetes.{role}.volumes.", spark.properties
    mounted: dict[str, str] = {}
    for kind, name, key in _named(properties, prefix):
        if kind not in _KINDS:
            rule = f"Spark mounts volumes of the kinds {', '.join(_KINDS)} {_SOURCE}"
            raise RuleError(kind, rule, "Name one of these, or write the volume in a pod template", path=(key,))
        start = f"{prefix}{kind}.{name}."
        path = _needed(properties, f"{start}mount.path", key)
        if path in mounted:
            rule = f"{mounted[path]} mounts a volume there too {_SOURCE}"
            raise RuleError(path, rule, "Choose another path", path=(f"{start}mount.path",))
        mounted[path] = f"{start}mount.path"
        is_true(spark, f"{start}mount.readOnly")
        options = {option: _needed(properties, f"{start}options.{option}", key) for option in _KINDS[kind]}
        yield {"name": name, kind: options | _capacity(properties, kind, f"{start}options.")}


def claim_options(properties: Mapping[str, str], role: SparkRole, volume: str) -> Mapping[str, str] | None:
    """Returns claimName, storageClass and sizeLimit of a claim that Spark's properties mount; None for a volume of the
    pod template.

    Spark creates the claim if it has the last two (MountVolumesFeatureStep).
    """
    prefix = f"spark.kubernetes.{role}.volumes.persistentVolumeClaim.{volume}.options."
    options = {key.removeprefix(prefix): value for key, value in properties.items() if key.startswith(prefix)}
    return options or None


def is_made(options: Mapping[str, str]) -> bool:
    """Returns whether Spark creates the claim."""
    return "storageClass" in options and "sizeLimit" in options


def _named(properties: Mapping[str, str], prefix: str) -> list[tuple[str, str, str]]:
    """Returns kind and name of each volume with its first property. A volume without a name has no effect."""
    found: dict[tuple[str, str], str] = {}
    for key in properties:
        if not key.startswith(prefix):
            continue
        kind, dot, rest = key.removeprefix(prefix).partition(".")
        if dot:
            found.setdefault((kind, rest.partition(".")[0]), key)
    return [(kind, name, key) for (kind, name), key in found.items()]


def _needed(properties: Mapping[str, str], name: str, key: str) -> str:
    if name not in properties:
        raise RuleError(properties[key], f"the volume needs {name} too {_SOURCE}", "Add it", path=(key,))
    return properties[name]


def _capacity(properties: Mapping[str, str], kind: str, options: str) -> dict[str, str]:
    if kind != "emptyDir":
        return {}
    given = {name: properties.get(f"{options}{name}") for name in ("medium", "sizeLimit")}
    return {name: value for name, value in given.items() if value is not None}
