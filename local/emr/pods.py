"""What EMR adds to the pods of a job run, as this package understands it (EMR on EKS guide)."""

import json
from typing import Any

from emr_eks_placement.common.errors import InputError
from emr_eks_placement.emr.request import Request
from emr_eks_placement.emr.submitter import submitter_pod
from emr_eks_placement.facts import emr
from emr_eks_placement.pod_template.read import with_main_container
from emr_eks_placement.pod_template.rules import TemplateRole
from emr_eks_placement.pod_template.text import parse_template
from emr_eks_placement.spark.configuration import classification
from local.aws.emr_containers.job_runs import JobRun
from local.kubernetes import AdmissionRequest

LOGS_ANNOTATION = "local.emr-containers/logs"


def built_in_labels(run: JobRun, component: str) -> dict[str, str]:
    """Returns the labels that EMR sets on every pod of a run. component: job.submitter, driver or executor."""
    return {
        emr.RESOURCE_TYPE_LABEL: "job.run",
        emr.COMPONENT_LABEL: component,
        emr.JOB_ID_LABEL: run.id,
        emr.VIRTUAL_CLUSTER_LABEL: run.virtual_cluster_id,
    }


def logs_are_kept(run: JobRun) -> bool:
    """Returns whether the run's containers log to S3 or CloudWatch."""
    return Request(run.request).monitoring.keeps_logs


def submitter_pod_of(run: JobRun) -> dict[str, Any]:
    """Returns the job submitter's pod of a run."""
    pod = submitter_pod(classification(run.request, "emr-job-submitter"))
    pod["metadata"] |= {"name": f"{run.id}-submitter", "namespace": run.namespace}
    pod["metadata"]["labels"] |= built_in_labels(run, "job.submitter")
    return pod


def as_emr_merges(template: bytes, role: TemplateRole) -> bytes:
    """Returns a pod template with Spark's container, which EMR adds itself: open-source Spark would use the first one.

    A template that has it, or that is no Pod, is returned unchanged, as is what Spark reads from its text.
    """
    try:
        read = parse_template(template.decode(), "pod template").data
    except (UnicodeDecodeError, InputError):
        return template
    merged = with_main_container(read, role) if isinstance(read, dict) else read
    return template if merged is read else json.dumps(merged, default=str).encode()


def add_logging_sidecar(request: AdmissionRequest) -> dict[str, Any]:
    """Admission hook: adds EMR's logging sidecar to the driver, and to executors whose run keeps logs (by the runner's
    annotation)."""
    pod = request.object
    labels = pod.get("metadata", {}).get("labels") or {}
    if request.resource == "pods" and labels.get(emr.COMPONENT_LABEL) in ("driver", "executor"):
        annotations = pod["metadata"].get("annotations") or {}
        if labels[emr.COMPONENT_LABEL] == "driver" or annotations.get(LOGS_ANNOTATION) == "true":
            resources = {"requests": {"memory": emr.LOGGING_SIDECAR_MEMORY}}
            pod["spec"]["containers"].append({"name": emr.LOGGING_SIDECAR, "resources": resources})
    return pod
