"""The pods of a job run as manifests: Spark's driver and executors with what EMR adds, and EMR's job submitter.

Sources: EMR on EKS guide (pod templates, job submitter, logging); labels and requests as seen on EMR's own pods.
"""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.emr.logging_sidecar import add_logging_sidecar
from emr_eks_placement.emr.submitter import submitter_pod
from emr_eks_placement.facts import emr
from emr_eks_placement.job.placement import Role
from emr_eks_placement.pod_template.main_container import with_main_container
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER, TemplateRole
from emr_eks_placement.spark.configuration import SparkConfiguration, classification
from emr_eks_placement.spark.pods import spark_pod
from emr_eks_placement.spark.resources import SparkRole

SPARK_ROLE: Mapping[TemplateRole, SparkRole] = {"driver": "driver", "executors": "executor"}


def template_property(role: TemplateRole) -> str:
    """The Spark property that names the pod template of a role."""
    return f"spark.kubernetes.{SPARK_ROLE[role]}.podTemplateFile"


def template_uris(properties: Mapping[str, str]) -> dict[TemplateRole, str]:
    """The pod templates that Spark properties name, by role."""
    return {role: uri for role in SPARK_ROLE if (uri := properties.get(template_property(role)))}


def pods_of_request(
    request: Mapping[str, Any],
    spark: SparkConfiguration,
    templates: Mapping[TemplateRole, Mapping[str, Any]],
    *,
    namespace: str,
) -> dict[Role, dict[str, Any]]:
    """One manifest for each kind of pod that the request makes; executors are equal but for their ids.

    request: the body of StartJobRun; spark: its configuration; templates: the pod templates that count, by role, to which
    EMR adds Spark's container where they have none. Raises RuleError, with the property as path, for a size that Spark or
    Kubernetes do not read.
    """
    pods: dict[Role, dict[str, Any]] = {"submitter": submitter_pod(classification(request, "emr-job-submitter"))}
    for role, name in SPARK_ROLE.items():
        template = with_main_container(templates[role], role) if role in templates else None
        pod = spark_pod(spark, name, template, main_container=MAIN_CONTAINER[role])
        pod["spec"]["containers"][0].setdefault("image", _image(spark, name))
        add_logging_sidecar(pod["spec"], role, request, spark.release)
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


def _image(spark: SparkConfiguration, role: SparkRole) -> str:
    names = (f"spark.kubernetes.{role}.container.image", "spark.kubernetes.container.image")
    return next((spark.properties[name] for name in names if name in spark.properties), emr.IMAGE)
