"""The job submitter's pod: neither Spark's configuration nor pod templates reach it, only emr-job-submitter does."""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.facts import emr

_TOLERATION = "jobsubmitter.node.toleration."


def submitter_pod(properties: Mapping[str, str]) -> dict[str, Any]:
    """The pod as a manifest; properties: of the classification emr-job-submitter (EMR on EKS guide)."""
    containers = [_container("job-runner", emr.SUBMITTER_CPU, emr.SUBMITTER_MEMORY)]
    if properties.get("jobsubmitter.logging") != "DISABLED":
        cpu = properties.get("jobsubmitter.logging.request.cores", emr.SUBMITTER_LOGGING_CPU)
        memory = properties.get("jobsubmitter.logging.request.memory", emr.SUBMITTER_LOGGING_MEMORY)
        containers.append(_container(emr.LOGGING_SIDECAR, cpu, memory))
    spec: dict[str, Any] = {
        "nodeSelector": _prefixed(properties, "jobsubmitter.node.selector."),
        "tolerations": _tolerations(_prefixed(properties, _TOLERATION)),
        "containers": containers,
    }
    if "jobsubmitter.scheduler.name" in properties:
        spec["schedulerName"] = properties["jobsubmitter.scheduler.name"]
    labels = {**_prefixed(properties, "jobsubmitter.label."), emr.COMPONENT_LABEL: "job.submitter"}
    metadata = {"labels": labels, "annotations": _prefixed(properties, "jobsubmitter.annotation.")}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _prefixed(properties: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): value for key, value in properties.items() if key.startswith(prefix)}


def _tolerations(properties: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each is KEY = value, KEY.effect, which is required, and KEY.tolerationSeconds."""
    tolerations = []
    for key, value in properties.items():
        if f"{key}.effect" not in properties:
            continue
        toleration: dict[str, Any] = {"key": key, "operator": "Equal", "value": value}
        toleration["effect"] = properties[f"{key}.effect"]
        if f"{key}.tolerationSeconds" in properties:
            toleration["tolerationSeconds"] = int(properties[f"{key}.tolerationSeconds"])
        tolerations.append(toleration)
    return tolerations


def _container(name: str, cpu: str, memory: str) -> dict[str, Any]:
    return {"name": name, "resources": {"requests": {"cpu": cpu, "memory": memory}}}
