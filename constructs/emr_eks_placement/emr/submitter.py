"""The job submitter's pod: Spark's configuration and pod templates do not apply to it, only emr-job-submitter does."""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.emr.request import logging_requests
from emr_eks_placement.facts import emr
from emr_eks_placement.facts.kubernetes import EKS_TAINT_EFFECTS

_TOLERATION = "jobsubmitter.node.toleration."


def submitter_pod(properties: Mapping[str, str]) -> dict[str, Any]:
    """Returns the pod as a manifest. properties: of the classification emr-job-submitter (EMR on EKS guide).

    Raises RuleError, with the property as path, for a toleration that Kubernetes does not accept.
    """
    image = properties.get("jobsubmitter.container.image", emr.IMAGE)
    containers = [_container("job-runner", image, {"cpu": emr.SUBMITTER_CPU, "memory": emr.SUBMITTER_MEMORY})]
    asked = {"cpu": emr.SUBMITTER_LOGGING_CPU, "memory": emr.SUBMITTER_LOGGING_MEMORY}
    asked |= logging_requests(properties, "jobsubmitter.logging.request.")
    if properties.get("jobsubmitter.logging") != "DISABLED":
        image = properties.get("jobsubmitter.logging.image", emr.IMAGE)
        containers.append(_container(emr.LOGGING_SIDECAR, image, asked))
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
    """Reads tolerations. Each is KEY = value, KEY.effect, which is required, and KEY.tolerationSeconds.

    In the guide, a toleration without a value matches any value, but the API does not accept a blank value.
    """
    tolerations = []
    for key, value in properties.items():
        if f"{key}.effect" not in properties:
            continue
        toleration: dict[str, Any] = {"key": key, "operator": "Equal", "value": value}
        if not value:
            toleration = {"key": key, "operator": "Exists"}
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
        rule = "is a whole number of seconds, and allowed only with effect NoExecute (Kubernetes tolerations)"
        raise RuleError(text, rule, "Correct the seconds or the effect", path=(f"{_TOLERATION}{name}",))
    return int(text)


def _container(name: str, image: str, requests: dict[str, str]) -> dict[str, Any]:
    return {"name": name, "image": image, "resources": {"requests": requests}}
