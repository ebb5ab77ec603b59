"""The driver and executor pods that Spark creates from its configuration and a pod template.

Includes only what decides where a pod lands, how large it is and whether it starts there: labels, annotations, node
selector, scheduler, and the Spark container's requests and limits. The rest of the template is kept. Source:
apache/spark, KubernetesConf and the feature steps of org.apache.spark.deploy.k8s.
"""

import re
from collections.abc import Mapping
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.spark.configuration import SparkConfiguration
from emr_eks_placement.spark.resources import SparkRole, requests
from emr_eks_placement.spark.volumes import volumes

# Labels that Spark sets on its pods and refuses in a configuration, with the version that added each
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
# The property with the pod template of each role.
TEMPLATE_PROPERTY: Mapping[SparkRole, str] = {role: f"spark.kubernetes.{role}.podTemplateFile" for role in _OWN_LABELS}
_ROLE_LABEL = "spark-role"
_UNKNOWN = "unknown"  # a label's value that is not known before the run
_IDS = re.compile(r"\{\{(?:APP_ID|EXECUTOR_ID)\}\}")


def spark_pod(
    spark: SparkConfiguration, role: SparkRole, template: Mapping[str, Any] | None, *, main_container: str
) -> dict[str, Any]:
    """Returns the pod as a manifest. The labels with which Spark identifies applications and executors have unknown
    values.

    template: a Pod that Spark can read, None without one; main_container: the name of Spark's container in it; Spark
    otherwise uses the first. Raises RuleError, with the Spark property as path, if Spark creates no pod.
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
    """Returns the labels of the configuration and Spark's own. Raises RuleError for one that Spark reserves.

    In the configuration's values, Spark 4 replaces the ids of application and executor (SPARK-47730).
    """
    prefix = f"spark.kubernetes.{role}.label."
    labels = _prefixed(spark, prefix)
    own = {name: _UNKNOWN for name, since in _OWN_LABELS[role].items() if spark.release.spark >= since}
    own[_ROLE_LABEL] = role
    for name in labels.keys() & own.keys():
        rule = "Spark reserves this label and refuses it (Spark on Kubernetes)"
        raise RuleError(labels[name], rule, "Choose another name", path=(f"{prefix}{name}",))
    if spark.release.spark >= (4, 0, 0):
        labels = {name: without_ids(value) for name, value in labels.items()}
    return labels | own


def without_ids(text: str) -> str:
    """Returns the value of a label with a substitute for {{APP_ID}} and {{EXECUTOR_ID}}, which Spark 4 replaces."""
    return _IDS.sub(_UNKNOWN, text)


def _prefixed(spark: SparkConfiguration, prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): value for key, value in spark.properties.items() if key.startswith(prefix)}


def _node_selector(spark: SparkConfiguration, role: SparkRole) -> dict[str, str]:
    """Returns both roles' selectors, then this role's, which Spark supports from 3.3.0 on."""
    selector = _prefixed(spark, "spark.kubernetes.node.selector.")
    if spark.release.has_role_node_selectors:
        selector |= _prefixed(spark, f"spark.kubernetes.{role}.node.selector.")
    return selector


def _scheduler(spark: SparkConfiguration, role: SparkRole) -> str | None:
    """Returns the scheduler: of executors from Spark 3.0.0 on, of the driver or of both from 3.3.0 on."""
    own = spark.properties.get(f"spark.kubernetes.{role}.scheduler.name")
    if spark.release.spark < (3, 3, 0):
        return own if role == "executor" and spark.release.spark >= (3, 0, 0) else None
    return own or spark.properties.get("spark.kubernetes.scheduler.name")


def _containers(
    spark: SparkConfiguration, role: SparkRole, containers: list[dict[str, Any]], main_container: str
) -> list[dict[str, Any]]:
    """Returns the containers, Spark's first, with Spark's own memory and CPU request; with a CPU limit only if it is
    set."""
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
