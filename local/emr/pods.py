"""What EMR adds to the pods of a job run, and the job submitter's pod, in our own words (EMR on EKS guide)."""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.facts import emr
from local.aws.emr_containers.job_runs import JobRun
from local.kubernetes import AdmissionRequest

JOB_ID_LABEL = f"{emr.NAMESPACE_PREFIX}/job.id"
_SIDECAR = "emr-container-fluentd"
_LABEL = "jobsubmitter.label."
_ANNOTATION = "jobsubmitter.annotation."
_NODE_SELECTOR = "jobsubmitter.node.selector."
_TOLERATION = "jobsubmitter.node.toleration."


def built_in_labels(run: JobRun, component: str) -> dict[str, str]:
    """The labels that EMR puts on every pod of a run; component: job.submitter, driver or executor."""
    return {
        f"{emr.NAMESPACE_PREFIX}/resource.type": "job.run",
        emr.COMPONENT_LABEL: component,
        JOB_ID_LABEL: run.id,
        f"{emr.NAMESPACE_PREFIX}/virtual-cluster-id": run.virtual_cluster_id,
    }


def classification(run: JobRun, name: str) -> dict[str, str]:
    """The properties of a classification of the run's applicationConfiguration."""
    overrides = run.request.get("configurationOverrides") or {}
    properties: dict[str, str] = {}
    for configuration in overrides.get("applicationConfiguration") or []:
        if configuration["classification"] == name:
            properties |= configuration.get("properties") or {}
    return properties


def logs_are_kept(run: JobRun) -> bool:
    """Whether the run's containers log to S3 or CloudWatch."""
    monitoring = (run.request.get("configurationOverrides") or {}).get("monitoringConfiguration") or {}
    return "s3MonitoringConfiguration" in monitoring or "cloudWatchMonitoringConfiguration" in monitoring


def submitter_pod(run: JobRun) -> dict[str, Any]:
    """The job submitter's pod; pod templates and Spark configuration don't reach it, emr-job-submitter does."""
    properties = classification(run, "emr-job-submitter")
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{run.id}-submitter",
            "namespace": run.namespace,
            "labels": {**_with_prefix(properties, _LABEL), **built_in_labels(run, "job.submitter")},
            "annotations": _with_prefix(properties, _ANNOTATION),
        },
        "spec": {
            "restartPolicy": "Never",
            "nodeSelector": _with_prefix(properties, _NODE_SELECTOR),
            "tolerations": _tolerations(_with_prefix(properties, _TOLERATION)),
            "containers": [_container("job-runner", "800m", "512Mi"), _container(_SIDECAR, "100m", "200Mi")],
        },
    }


def add_logging_sidecar(request: AdmissionRequest) -> dict[str, Any]:
    """Admission: EMR's logging sidecar in the driver, and in executors whose run keeps logs (annotated so by the runner)."""
    pod = request.object
    labels = pod.get("metadata", {}).get("labels") or {}
    if request.resource == "pods" and labels.get(emr.COMPONENT_LABEL) in ("driver", "executor"):
        annotations = pod["metadata"].get("annotations") or {}
        if labels[emr.COMPONENT_LABEL] == "driver" or annotations.get(LOGS_ANNOTATION) == "true":
            sidecar = {"name": _SIDECAR, "resources": {"requests": {"memory": f"{emr.LOGGING_SIDECAR_MEMORY_MIB}Mi"}}}
            pod["spec"]["containers"].append(sidecar)
    return pod


LOGS_ANNOTATION = "local.emr-containers/logs"


def _with_prefix(properties: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): value for key, value in properties.items() if key.startswith(prefix)}


def _tolerations(properties: Mapping[str, str]) -> list[dict[str, Any]]:
    """`key` = value, `key.effect` and `key.tolerationSeconds`, as emr-job-submitter has them."""
    tolerations = []
    for key, value in properties.items():
        if f"{key}.effect" not in properties:
            continue
        toleration: dict[str, Any] = {
            "key": key,
            "operator": "Equal",
            "value": value,
            "effect": properties[f"{key}.effect"],
        }
        if f"{key}.tolerationSeconds" in properties:
            toleration["tolerationSeconds"] = int(properties[f"{key}.tolerationSeconds"])
        tolerations.append(toleration)
    return tolerations


def _container(name: str, cpu: str, memory: str) -> dict[str, Any]:
    return {"name": name, "resources": {"requests": {"cpu": cpu, "memory": memory}}}
