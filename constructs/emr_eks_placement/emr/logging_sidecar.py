"""EMR's logging sidecar in driver and executor pods: whether a pod has it, and what it requests.

Source: EMR on EKS guide, emr-containers-defaults; the pods of EMR 6.8.0.
"""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.emr.request import Request, logging_requests
from emr_eks_placement.facts import emr
from emr_eks_placement.pod_template.rules import TemplateRole

_MEMORY = "logging.request.memory"
_KINDS = ("containers", "initContainers")


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
