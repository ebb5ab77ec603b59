"""The pods of a job run as manifests: Spark's driver and executors with what EMR adds, and EMR's job submitter.

Sources: EMR on EKS guide (pod templates, job submitter, logging); labels and requests as seen on EMR's own pods.
"""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.emr.submitter import submitter_pod
from emr_eks_placement.facts import emr
from emr_eks_placement.placement import Role
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER, TemplateRole
from emr_eks_placement.spark.configuration import classification, spark_configuration
from emr_eks_placement.spark.pods import spark_pod
from emr_eks_placement.spark.resources import SparkRole

SPARK_ROLE: Mapping[TemplateRole, SparkRole] = {"driver": "driver", "executors": "executor"}


def pods_of_request(
    request: Mapping[str, Any], templates: Mapping[str, Mapping[str, Any]], *, namespace: str
) -> dict[Role, dict[str, Any]]:
    """One manifest for each kind of pod that the request makes; executors are equal but for their ids.

    request: the body of StartJobRun; templates: the pod templates that it names, by URI. Raises RuleError, with the
    path in the request, for what spark-submit refuses and for a template that isn't given.
    """
    pods: dict[Role, dict[str, Any]] = {"submitter": submitter_pod(classification(request, "emr-job-submitter"))}
    spark = spark_configuration(request)
    defaults = classification(request, "emr-containers-defaults")
    for role, name in SPARK_ROLE.items():
        uri = spark.properties.get(f"spark.kubernetes.{name}.podTemplateFile")
        template = templates[uri] if uri else None
        pod = spark_pod(spark, name, template, main_container=MAIN_CONTAINER[role])
        if role == "driver" or (_keeps_logs(request) and defaults.get("executor.logging") != "DISABLED"):
            pod["spec"]["containers"].append(_logging_sidecar(defaults))
        pod["metadata"]["labels"][emr.COMPONENT_LABEL] = name
        pods[role] = pod
    for pod in pods.values():
        pod["metadata"]["labels"][emr.RESOURCE_TYPE_LABEL] = "job.run"
        pod["metadata"]["namespace"] = namespace
    return pods


def _keeps_logs(request: Mapping[str, Any]) -> bool:
    monitoring = (request.get("configurationOverrides") or {}).get("monitoringConfiguration") or {}
    return "s3MonitoringConfiguration" in monitoring or "cloudWatchMonitoringConfiguration" in monitoring


def _logging_sidecar(defaults: Mapping[str, str]) -> dict[str, Any]:
    """emr-containers-defaults sets its requests; CPU is requested only if set there."""
    asked = {"memory": defaults.get("logging.request.memory", emr.LOGGING_SIDECAR_MEMORY)}
    if "logging.request.cores" in defaults:
        asked["cpu"] = defaults["logging.request.cores"]
    return {"name": emr.LOGGING_SIDECAR, "resources": {"requests": asked}}
