"""What the Pod Security Standard baseline forbids of a pod."""

from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.common.errors import FieldPath
from emr_eks_placement.facts import pod_security

Forbidden = tuple[str, FieldPath, object]

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HOOKS = ("postStart", "preStop")


def forbidden_by_baseline(spec: Mapping[str, Any], annotations: Mapping[str, str]) -> Iterator[Forbidden]:
    """Yields what is forbidden, in words, with its path in the pod and its value (Kubernetes, Pod Security Standards)."""
    for field in pod_security.HOST_NAMESPACES:
        if spec.get(field):
            yield f"it shares its node's namespace ({field})", ("spec", field), spec[field]
    for number, volume in enumerate(spec.get("volumes") or ()):
        if "hostPath" in volume:
            what = f"volume {volume.get('name')} is a directory of its node (hostPath)"
            yield what, ("spec", "volumes", number, "hostPath"), volume["hostPath"]
    for key, profile in annotations.items():
        if key.startswith(pod_security.APPARMOR_ANNOTATION) and not (
            profile == "runtime/default" or profile.startswith("localhost/")
        ):
            yield f"its AppArmor profile is {profile}", ("metadata", "annotations", key), profile
    yield from _of_context("it", spec.get("securityContext") or {}, ("spec", "securityContext"))
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        for number, container in enumerate(spec.get(kind) or ()):
            yield from _of_container(container, ("spec", kind, number))


def _of_container(container: Mapping[str, Any], path: FieldPath) -> Iterator[Forbidden]:
    name = f"container {container.get('name')}"
    for number, port in enumerate(container.get("ports") or ()):
        if port.get("hostPort"):
            what = f"{name} binds port {port['hostPort']} of its node"
            yield what, (*path, "ports", number, "hostPort"), port["hostPort"]
    for field, handler in _handlers(container):
        for action in ("httpGet", "tcpSocket"):
            host = (handler.get(action) or {}).get("host")
            if host:
                yield f"{name} has a probe or hook of host {host}", (*path, *field, action, "host"), host
    yield from _of_context(name, container.get("securityContext") or {}, (*path, "securityContext"))


def _handlers(container: Mapping[str, Any]) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
    """Yields probes and lifecycle hooks."""
    for probe in _PROBES:
        yield (probe,), container.get(probe) or {}
    for hook in _HOOKS:
        yield ("lifecycle", hook), (container.get("lifecycle") or {}).get(hook) or {}


def _of_context(name: str, context: Mapping[str, Any], path: FieldPath) -> Iterator[Forbidden]:
    """Yields what is forbidden in the security context of a pod or a container, each of which has some of these fields."""
    if context.get("privileged"):
        yield f"{name} is privileged", (*path, "privileged"), True
    if (context.get("windowsOptions") or {}).get("hostProcess"):
        yield f"{name} is a host process", (*path, "windowsOptions", "hostProcess"), True
    added = (context.get("capabilities") or {}).get("add") or []
    if not pod_security.CAPABILITIES.issuperset(added):
        more = ", ".join(sorted(set(added) - pod_security.CAPABILITIES))
        yield f"{name} adds the capabilities {more}", (*path, "capabilities", "add"), added
    if context.get("procMount") not in (None, "Default"):
        yield f"{name} has procMount {context['procMount']}", (*path, "procMount"), context["procMount"]
    for field in ("seccompProfile", "appArmorProfile"):
        if (context.get(field) or {}).get("type") == "Unconfined":
            yield f"{name} has {field} Unconfined", (*path, field, "type"), "Unconfined"
    selinux = context.get("seLinuxOptions") or {}
    if (selinux.get("type") or "") not in pod_security.SELINUX_TYPES or selinux.get("user") or selinux.get("role"):
        yield f"{name} sets seLinuxOptions", (*path, "seLinuxOptions"), selinux
    for number, sysctl in enumerate(context.get("sysctls") or ()):
        if sysctl.get("name") not in pod_security.SYSCTLS:
            yield f"it sets {sysctl.get('name')}", (*path, "sysctls", number), sysctl
