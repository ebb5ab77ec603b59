"""The pods of a job run as manifests: Spark's driver and executors with EMR's additions, and EMR's job submitter.

Sources: EMR on EKS guide (pod templates, job submitter, logging); labels and requests as observed on EMR's own pods.
Logging sidecar: EMR on EKS guide, emr-containers-defaults; the pods of EMR 6.8.0.
"""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.emr.request import Request, logging_requests
from emr_eks_placement.emr.submitter import submitter_pod
from emr_eks_placement.facts import emr
from emr_eks_placement.job.placement import Role
from emr_eks_placement.pod_template.read import with_main_container
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER, SPARK_ROLE, TemplateRole
from emr_eks_placement.spark.configuration import SparkConfiguration
from emr_eks_placement.spark.pods import spark_pod
from emr_eks_placement.spark.resources import SparkRole

_MEMORY = "logging.request.memory"
_KINDS = ("containers", "initContainers")


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


def add_logging_sidecar(spec: dict[str, Any], role: TemplateRole, request: Request) -> None:
    """Adds the sidecar to the driver, and to executors whose logs are kept. It requests the documented memory, and CPU
    only if the request sets it.

    A native sidecar is an init container that keeps running; Kubernetes counts it like any container.
    """
    defaults, release = request.defaults, request.spark.release
    if role == "executors" and (not request.monitoring.keeps_logs or defaults.get("executor.logging") == "DISABLED"):
        return
    asked = {"memory": emr.LOGGING_SIDECAR_MEMORY, **logging_requests(defaults, "logging.request.")}
    sidecar = {
        "name": emr.LOGGING_SIDECAR,
        "image": defaults.get("logging.image", emr.IMAGE),
        "resources": {"requests": asked},
    }
    if release.emr >= emr.NATIVE_SIDECAR_FROM and defaults.get("logging.nativeSidecar") == "ENABLED":
        spec["initContainers"] = [*(spec.get("initContainers") or []), {**sidecar, "restartPolicy": "Always"}]
    else:
        spec["containers"].append(sidecar)


def with_least_logging(spec: Mapping[str, Any], request: Request) -> Mapping[str, Any] | None:
    """Returns the spec of a driver or executor whose sidecar requests the least possible memory; None if that is
    certain.

    The least memory is by default the observed one, which is less than documented. A driver that logs nowhere, not even
    for the persistent application UI, may have no sidecar: EMR's behavior is not documented.
    """
    monitoring = request.monitoring
    without_logs = not monitoring.keeps_logs and monitoring.app_ui == "DISABLED"
    if not without_logs and _MEMORY in request.defaults:
        return None
    memory = "0" if without_logs else emr.LOGGING_SIDECAR_MEMORY_SEEN
    for kind in _KINDS:
        some = spec.get(kind) or ()
        if some and some[-1].get("name") == emr.LOGGING_SIDECAR:
            return {**spec, kind: [*some[:-1], _asking(some[-1], memory)]}
    return None


def _asking(sidecar: Mapping[str, Any], memory: str) -> Mapping[str, Any]:
    resources = sidecar.get("resources") or {}
    return {**sidecar, "resources": {**resources, "requests": {**(resources.get("requests") or {}), "memory": memory}}}
