"""What the Kubernetes API refuses of environment variables, probes and hooks of a container.

Source: kubernetes/kubernetes, pkg/apis/core/validation, ValidateEnv, ValidateEnvFrom, validateProbe and validateHandler.
"""

import re

from emr_eks_placement.pod_template.api_values import (
    Check,
    Part,
    Refusals,
    check_fields,
    data_key,
    dns_name,
    label_key,
    one_of,
    only_one,
    port,
    required,
    within,
)

_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef")
_FIELD_PATHS = (
    *("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName"),
    *("spec.host", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"),
)
_SUBSCRIPT = re.compile(r"metadata\.(annotations|labels)\['(.*)'\]")
_RESOURCE = re.compile(r"(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.*)")
_NAME = re.compile(r"[\x20-\x3c\x3e-\x7e]+")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_PROBE: dict[str, Check] = {
    name: within(0)
    for name in ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
}
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def refused_environment(container: Part) -> Refusals:
    """ValidateEnv and ValidateEnvFrom, with names as Kubernetes accepts them from 1.32 on."""
    for variable in container.each("env"):
        yield from required(variable, "name")
        yield from check_fields(variable, {"name": _variable_name})
        source = variable.field("valueFrom")
        if source.value is not None:
            yield from _refused_source(source)
            if variable.field("value").value:
                yield source.refused("excludes value", "Keep one", "validateEnvVarValueFrom")
    for group in container.each("envFrom"):
        yield from check_fields(group, {"prefix": _variable_name})
        yield from only_one(group, ("configMapRef", "secretRef"), "the source of variables")
        for name in ("configMapRef", "secretRef"):
            if group.field(name).value is not None:
                yield from required(group.field(name), "name")
                yield from check_fields(group.field(name), {"name": dns_name})


def _variable_name(part: Part) -> Refusals:
    if not _NAME.fullmatch(part.value):
        yield part.refused("must be of printable ASCII characters other than '='", "Rename it", "ValidateEnv")


def _refused_source(source: Part) -> Refusals:
    """validateEnvVarValueFrom."""
    yield from only_one(source, (*_SOURCES, "fileKeyRef"), "the source of a variable")
    for name in ("configMapKeyRef", "secretKeyRef"):
        if source.field(name).value is not None:
            yield from required(source.field(name), "name", "key")
            yield from check_fields(source.field(name), {"name": dns_name, "key": data_key})
    if source.field("fieldRef").value is not None:
        yield from _refused_field_path(source.at("fieldRef", "fieldPath"))
    if source.field("resourceFieldRef").value is not None:
        resource = source.at("resourceFieldRef", "resource")
        if not _RESOURCE.fullmatch(resource.value or ""):
            rule = "must be limits or requests of cpu, memory or ephemeral-storage, such as limits.memory"
            yield resource.refused(rule, "Correct it", "validateContainerResourceFieldSelector")


def _refused_field_path(path: Part) -> Refusals:
    subscripted = _SUBSCRIPT.fullmatch(path.value or "")
    if subscripted:
        key = subscripted[2].lower() if subscripted[1] == "annotations" else subscripted[2]
        yield from (broken.below(*path.path) for broken in label_key(Part((), key)))
    elif path.value not in _FIELD_PATHS:
        yield path.refused(f"must be one of {', '.join(_FIELD_PATHS)}", "Correct it", "validateObjectFieldSelector")


def refused_probes(container: Part) -> Refusals:
    """Returns what the API refuses in the probes of a container that keeps running."""
    for name in PROBES:
        if container.value.get(name) is None:
            continue
        probe = container.field(name)
        yield from check_fields(probe, _PROBE)
        yield from _refused_handler(probe)
        grace = probe.field("terminationGracePeriodSeconds")
        if grace.value is not None and (name == "readinessProbe" or grace.value < 1):
            rule = "must not be set for readinessProbe" if name == "readinessProbe" else "must be greater than 0"
            yield grace.refused(rule, "Remove it", "validateReadinessProbe")
        success = probe.field("successThreshold")
        if name != "readinessProbe" and success.value not in (None, 0, 1):
            yield success.refused("must be 1", "Remove it", "validateLivenessProbe")
    for hook in ("postStart", "preStop") if container.value.get("lifecycle") else ():
        if container.at("lifecycle", hook).value is not None:
            yield from _refused_handler(container.at("lifecycle", hook), hook=True)


def _refused_handler(handler: Part, *, hook: bool = False) -> Refusals:
    """validateHandler."""
    kinds = (*_HANDLERS[:3], "sleep") if hook else _HANDLERS
    yield from only_one(handler, kinds, "the handler")
    if handler.field("exec").value is not None:
        yield from required(handler.field("exec"), "command")
    for kind in _HANDLERS[1:]:
        action = handler.field(kind)
        if action.value is not None:
            yield from port(Part(action.field("port").path, action.field("port").value or 0))
            yield from check_fields(action, {"scheme": one_of("HTTP", "HTTPS")} if kind == "httpGet" else {})
