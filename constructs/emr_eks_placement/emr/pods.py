"""The pods of a job run as manifests: Spark's driver and executors with what EMR adds, and EMR's job submitter.

Sources: EMR on EKS guide (pod templates, job submitter, logging); labels and requests as seen on EMR's own pods.
"""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.emr.submitter import submitter_pod
from emr_eks_placement.facts import emr
from emr_eks_placement.placement import Role
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER, TemplateRole
from emr_eks_placement.spark.configuration import SparkConfiguration, classification
from emr_eks_placement.spark.pods import spark_pod
from emr_eks_placement.spark.resources import SparkRole

SPARK_ROLE: Mapping[TemplateRole, SparkRole] = {"driver": "driver", "executors": "executor"}


def pods_of_request(
    request: Mapping[str, Any],
    spark: SparkConfiguration,
    templates: Mapping[TemplateRole, Mapping[str, Any]],
    *,
    namespace: str,
) -> dict[Role, dict[str, Any]]:
    """One manifest for each kind of pod that the request makes; executors are equal but for their ids.

    request: the body of StartJobRun; spark: its configuration; templates: the pod templates that count, by role. Raises
    RuleError, with the Spark property as path, for a size that Spark does not read.
    """
    pods: dict[Role, dict[str, Any]] = {"submitter": submitter_pod(classification(request, "emr-job-submitter"))}
    defaults = classification(request, "emr-containers-defaults")
    for role, name in SPARK_ROLE.items():
        pod = spark_pod(spark, name, templates.get(role), main_container=MAIN_CONTAINER[role])
        if role == "driver" or (_keeps_logs(request) and defaults.get("executor.logging") != "DISABLED"):
            _add_logging_sidecar(pod["spec"], defaults, native=spark.release.emr >= emr.NATIVE_SIDECAR_FROM)
        pod["metadata"]["labels"][emr.COMPONENT_LABEL] = name
        pods[role] = pod
    identifier = request.get("virtualClusterId") or emr.UNKNOWN_ID  # a placeholder such as <virtual-cluster-id> is none
    for pod in pods.values():
        pod["metadata"]["labels"] |= {
            emr.RESOURCE_TYPE_LABEL: "job.run",
            emr.JOB_ID_LABEL: emr.UNKNOWN_ID,
            emr.VIRTUAL_CLUSTER_LABEL: identifier if identifier.isalnum() else emr.UNKNOWN_ID,
        }
        pod["metadata"]["namespace"] = namespace
    return pods


def _keeps_logs(request: Mapping[str, Any]) -> bool:
    monitoring = (request.get("configurationOverrides") or {}).get("monitoringConfiguration") or {}
    return "s3MonitoringConfiguration" in monitoring or "cloudWatchMonitoringConfiguration" in monitoring


def _add_logging_sidecar(spec: dict[str, Any], defaults: Mapping[str, str], *, native: bool) -> None:
    """emr-containers-defaults sets its requests; CPU is requested only if set there.

    A native sidecar is an init container that keeps running; Kubernetes counts it like any container.
    """
    asked = {"memory": defaults.get("logging.request.memory", emr.LOGGING_SIDECAR_MEMORY)}
    if "logging.request.cores" in defaults:
        asked["cpu"] = defaults["logging.request.cores"]
    sidecar = {"name": emr.LOGGING_SIDECAR, "resources": {"requests": asked}}
    if native and defaults.get("logging.nativeSidecar") == "ENABLED":
        spec["initContainers"] = [*(spec.get("initContainers") or []), {**sidecar, "restartPolicy": "Always"}]
    else:
        spec["containers"].append(sidecar)
