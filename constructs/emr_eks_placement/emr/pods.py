"""The pods of a job run as manifests: Spark's driver and executors with EMR's additions, and EMR's job submitter.

Sources: EMR on EKS guide (pod templates, job submitter, logging); labels and requests as observed on EMR's own pods.
"""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.emr.logging_sidecar import add_logging_sidecar
from emr_eks_placement.emr.request import Request
from emr_eks_placement.emr.submitter import submitter_pod
from emr_eks_placement.facts import emr
from emr_eks_placement.job.placement import Role
from emr_eks_placement.pod_template.main_container import with_main_container
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER, SPARK_ROLE, TemplateRole
from emr_eks_placement.spark.configuration import SparkConfiguration
from emr_eks_placement.spark.pods import spark_pod
from emr_eks_placement.spark.resources import SparkRole


def pods_of_request(
    request: Request, templates: Mapping[TemplateRole, Mapping[str, Any]], *, namespace: str
) -> dict[Role, dict[str, Any]]:
    """Returns one manifest for each kind of pod of the request; executors differ only in their ids.

    templates: the pod templates in effect, by role; EMR adds Spark's container to those without it. Raises RuleError,
    with the property as path, for a size that Spark or Kubernetes can't parse.
    """
    pods: dict[Role, dict[str, Any]] = {"submitter": submitter_pod(request.submitter)}
    spark = request.spark
    for role, name in SPARK_ROLE.items():
        template = with_main_container(templates[role], role) if role in templates else None
        pod = spark_pod(spark, name, template, main_container=MAIN_CONTAINER[role])
        pod["spec"]["containers"][0].setdefault("image", _image(spark, name))
        add_logging_sidecar(pod["spec"], role, request)
        pod["metadata"]["labels"][emr.COMPONENT_LABEL] = name
        pods[role] = pod
    # a placeholder such as <virtual-cluster-id> is no id
    identifier = request.body.get("virtualClusterId") or emr.UNKNOWN_ID
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
