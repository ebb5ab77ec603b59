"""The job submitter's pod: neither Spark's configuration nor pod templates reach it, only emr-job-submitter does."""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.errors import RuleError
from emr_eks_placement.facts import emr
from emr_eks_placement.facts.kubernetes import EKS_TAINT_EFFECTS

_TOLERATION = "jobsubmitter.node.toleration."


def submitter_pod(properties: Mapping[str, str]) -> dict[str, Any]:
    """The pod as a manifest; properties: of the classification emr-job-submitter (EMR on EKS guide).

    Raises RuleError, with the property as path, for a toleration that Kubernetes does not take.
    """
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
        toleration["effect"] = _effect(f"{key}.effect", properties)
        if f"{key}.tolerationSeconds" in properties:
            toleration["tolerationSeconds"] = _seconds(f"{key}.tolerationSeconds", properties, toleration["effect"])
        tolerations.append(toleration)
    return tolerations


def _effect(name: str, properties: Mapping[str, str]) -> str:
    effect = properties[name]
    if effect not in EKS_TAINT_EFFECTS:
        rule = f"must be one of {', '.join(EKS_TAINT_EFFECTS)} (Kubernetes tolerations)"
        raise RuleError(effect, rule, "Write one of these", path=(f"{_TOLERATION}{name}",))
    return effect


def _seconds(name: str, properties: Mapping[str, str], effect: str) -> int:
    text = properties[name]
    if effect != "NoExecute" or not text.isascii() or not text.isdigit():
        rule = "is a whole number of seconds, and given only with effect NoExecute (Kubernetes tolerations)"
        raise RuleError(text, rule, "Correct the seconds or the effect", path=(f"{_TOLERATION}{name}",))
    return int(text)


def _container(name: str, cpu: str, memory: str) -> dict[str, Any]:
    return {"name": name, "resources": {"requests": {"cpu": cpu, "memory": memory}}}
