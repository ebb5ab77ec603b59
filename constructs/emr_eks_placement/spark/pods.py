"""The driver and executor pods that Spark makes of its configuration and a pod template.

Only what decides where a pod lands, how large it is and whether it starts there: labels, annotations, node selector,
scheduler, and the Spark container's requests and limits; all else of the template stays as it is.
Source: apache/spark, KubernetesConf and the feature steps of org.apache.spark.deploy.k8s.
"""

import re
from collections.abc import Mapping
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.spark.configuration import SparkConfiguration
from emr_eks_placement.spark.resources import SparkRole, requests
from emr_eks_placement.spark.volumes import volumes

# Labels that Spark puts on its pods, and refuses from a configuration, with the version that brought each
# (KubernetesDriverConf, KubernetesExecutorConf).
_OWN_LABELS: Mapping[SparkRole, Mapping[str, tuple[int, ...]]] = {
    "driver": {"spark-app-selector": (0,), "spark-app-name": (3, 3, 0), "spark-version": (3, 3, 0)},
    "executor": {
        "spark-app-selector": (0,),
        "spark-exec-id": (0,),
        "spark-exec-resourceprofile-id": (3, 1, 0),
        "spark-app-name": (3, 3, 0),
        "spark-version": (3, 3, 0),
    },
}
# Names the pod template of each role.
TEMPLATE_PROPERTY: Mapping[SparkRole, str] = {role: f"spark.kubernetes.{role}.podTemplateFile" for role in _OWN_LABELS}
_ROLE_LABEL = "spark-role"
_UNKNOWN = "unknown"  # the value of a label that is not known before the run
_IDS = re.compile(r"\{\{(?:APP_ID|EXECUTOR_ID)\}\}")


def spark_pod(
    spark: SparkConfiguration, role: SparkRole, template: Mapping[str, Any] | None, *, main_container: str
) -> dict[str, Any]:
    """The pod as a manifest; the labels by which Spark tells applications and executors apart have unknown values.

    template: a Pod that Spark can read, None without one; main_container: the name of Spark's container in it, else
    Spark takes the first. Raises RuleError, with the Spark property as path, for what Spark makes no pod of.
    """
    if role == "executor":
        spark = spark.in_driver
    pod = template or {}
    metadata, spec = dict(pod.get("metadata") or {}), dict(pod.get("spec") or {})
    metadata["labels"] = {
        **(metadata.get("labels") or {}),
        **_labels(spark, role),
    }
    metadata["annotations"] = {
        **(metadata.get("annotations") or {}),
        **_prefixed(spark, f"spark.kubernetes.{role}.annotation."),
    }
    spec["nodeSelector"] = {**(spec.get("nodeSelector") or {}), **_node_selector(spark, role)}
    scheduler = _scheduler(spark, role)
    if scheduler:
        spec["schedulerName"] = scheduler
    added = list(volumes(spark, role))
    if added:
        spec["volumes"] = [*(spec.get("volumes") or []), *added]
    spec["containers"] = _containers(spark, role, spec.get("containers") or [], main_container)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _labels(spark: SparkConfiguration, role: SparkRole) -> dict[str, str]:
    """Those of the configuration and Spark's own. Raises RuleError for one that Spark keeps for itself.

    In values of a configuration's, Spark 4 writes the ids of application and executor (SPARK-47730).
    """
    prefix = f"spark.kubernetes.{role}.label."
    labels = _prefixed(spark, prefix)
    own = {name: _UNKNOWN for name, since in _OWN_LABELS[role].items() if spark.release.spark >= since}
    own[_ROLE_LABEL] = role
    for name in labels.keys() & own.keys():
        rule = "Spark keeps this label for itself and refuses it (Spark on Kubernetes)"
        raise RuleError(labels[name], rule, "Choose another name", path=(f"{prefix}{name}",))
    if spark.release.spark >= (4, 0, 0):
        labels = {name: without_ids(value) for name, value in labels.items()}
    return labels | own


def without_ids(text: str) -> str:
    """The value of a label with something in place of {{APP_ID}} and {{EXECUTOR_ID}}, which Spark 4 fills in."""
    return _IDS.sub(_UNKNOWN, text)


def _prefixed(spark: SparkConfiguration, prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): value for key, value in spark.properties.items() if key.startswith(prefix)}


def _node_selector(spark: SparkConfiguration, role: SparkRole) -> dict[str, str]:
    """Both roles' selectors, then this role's, which Spark knows since 3.3.0."""
    selector = _prefixed(spark, "spark.kubernetes.node.selector.")
    if spark.release.has_role_node_selectors:
        selector |= _prefixed(spark, f"spark.kubernetes.{role}.node.selector.")
    return selector


def _scheduler(spark: SparkConfiguration, role: SparkRole) -> str | None:
    """A scheduler of executors since Spark 3.0.0, of the driver or of both since 3.3.0."""
    own = spark.properties.get(f"spark.kubernetes.{role}.scheduler.name")
    if spark.release.spark < (3, 3, 0):
        return own if role == "executor" and spark.release.spark >= (3, 0, 0) else None
    return own or spark.properties.get("spark.kubernetes.scheduler.name")


def _containers(
    spark: SparkConfiguration, role: SparkRole, containers: list[dict[str, Any]], main_container: str
) -> list[dict[str, Any]]:
    """Spark's container first, its memory and CPU request Spark's own; a CPU limit only if there is one."""
    named = [one for one in containers if one.get("name") == main_container]
    main = (named or containers or [{"name": main_container}])[0]
    own = requests(spark, role)
    resources = main.get("resources") or {}
    memory = f"{own.memory_mib}Mi"
    limits = {**(resources.get("limits") or {}), **own.devices, "memory": memory}
    cpu_limit = spark.properties.get(f"spark.kubernetes.{role}.limit.cores")
    if cpu_limit:
        limits["cpu"] = cpu_limit
    asked = {**(resources.get("requests") or {}), "cpu": own.cpu, "memory": memory}
    made = {**main, "resources": {**resources, "requests": asked, "limits": limits}}
    return [made, *(one for one in containers if one is not main)]
