"""What the Kubernetes API refuses of a pod beyond its schema: the server's rules for the creation of a Pod.

Source: kubernetes/kubernetes, pkg/apis/core/validation/validation.go, ValidatePodCreate and ValidatePodSpec, and the
admission plugins Priority and RuntimeClass; feature gates are those of EKS, at their defaults. Not included: labels and
node selectors, which have a separate code, and fields that EMR refuses or Spark overwrites.
"""

from collections.abc import Collection, Mapping, Set
from typing import Any

from emr_eks_placement.pod_template.api_environment import PROBES, refused_environment, refused_probes
from emr_eks_placement.pod_template.api_resources import refused_resources
from emr_eks_placement.pod_template.api_scheduling import refused_affinity, refused_spread, refused_tolerations
from emr_eks_placement.pod_template.api_values import (
    Check,
    Part,
    Refusals,
    address,
    check_fields,
    dns_label,
    dns_name,
    label_key,
    one_of,
    port,
    port_name,
    required,
    unique,
    within,
)
from emr_eks_placement.pod_template.api_volumes import refused_mounts, refused_volumes

_SPEC: dict[str, Check] = {
    "activeDeadlineSeconds": within(1),
    "hostname": dns_label,
    "subdomain": dns_label,
    "nodeName": dns_name,
    "priorityClassName": dns_name,
    "runtimeClassName": dns_name,
    "preemptionPolicy": one_of("PreemptLowerPriority", "Never"),
}
_PORT: dict[str, Check] = {
    "name": port_name,
    "containerPort": port,
    "hostPort": lambda part: port(part) if part.value else iter(()),
    "protocol": one_of("TCP", "UDP", "SCTP"),
}
_RESTART_RULES_FROM = (1, 35)  # feature gate ContainerRestartRules: beta, so enabled
_OF_RUNNING = frozenset((*PROBES, "lifecycle"))
_MOST_ANNOTATIONS = 256 * 1024  # bytes, keys and values together (ValidateAnnotations, apimachinery)


def refused_by_api(pod: Mapping[str, Any], kubernetes_version: str, *, with_image: Collection[str]) -> Refusals:
    """Returns everything that the API server of a Kubernetes version, such as 1.35, refuses of a pod with a valid
    schema.

    with_image: the names of containers whose image EMR sets.
    """
    spec = Part(("spec",), pod["spec"])
    version = tuple(int(part) for part in kubernetes_version.split(".")[:2])
    if pod["metadata"].get("annotations"):
        yield from _refused_annotations(Part(("metadata",), pod["metadata"]))
    yield from check_fields(spec, _SPEC)
    for name, rule in _LISTS.items():
        if spec.value.get(name):
            yield from rule(spec)
    yield from _refused_by_admission(spec)
    yield from _refused_containers(spec, version, with_image)


def _refused_aliases(spec: Part) -> Refusals:
    """ValidateHostAliases."""
    for alias in spec.each("hostAliases"):
        yield from address(Part(alias.field("ip").path, alias.field("ip").value or ""))
        for name in alias.each("hostnames"):
            yield from dns_name(name)


def _refused_gates(spec: Part) -> Refusals:
    """validateReadinessGates."""
    for gate in spec.each("readinessGates"):
        yield from label_key(gate.field("conditionType"))


_LISTS: dict[str, Check] = {
    "hostAliases": _refused_aliases,
    "readinessGates": _refused_gates,
    "tolerations": refused_tolerations,
    "affinity": refused_affinity,
    "topologySpreadConstraints": refused_spread,
    "volumes": refused_volumes,
}


def _refused_annotations(metadata: Part) -> Refusals:
    annotations = metadata.field("annotations")
    for one in metadata.each("annotations"):
        yield from (broken.below(*one.path) for broken in label_key(Part((), str(one.path[-1]).lower())))
    size = sum(len(key.encode()) + len(value.encode()) for key, value in (annotations.value or {}).items())
    if size > _MOST_ANNOTATIONS:
        rule = f"annotations must have at most {_MOST_ANNOTATIONS} bytes, these have {size}"
        yield annotations.refused(rule, "Shorten or remove some", "ValidateAnnotations")


def _refused_by_admission(spec: Part) -> Refusals:
    """Returns fields that only classes may set (plugin/pkg/admission/priority and runtimeclass)."""
    if not spec.value.get("priorityClassName"):
        for name, default in (("priority", 0), ("preemptionPolicy", "PreemptLowerPriority")):
            if spec.value.get(name) not in (None, "", default):
                rule = "must not be set without a priority class, which sets it"
                yield spec.field(name).refused(rule, "Remove it, or name a priorityClassName", "admission of Priority")
    if spec.value.get("overhead") and not spec.value.get("runtimeClassName"):
        rule = "must not be set without a RuntimeClass, which sets it"
        yield spec.field("overhead").refused(rule, "Remove it", "admission of RuntimeClass")
    if spec.value.get("ephemeralContainers"):
        rule = "must not be set on create"
        yield spec.field("ephemeralContainers").refused(rule, "Remove it: kubectl debug adds them", "ValidatePodCreate")


def _refused_containers(spec: Part, version: tuple[int, ...], with_image: Collection[str]) -> Refusals:
    if not spec.field("containers").value:
        yield spec.field("containers").refused("is required", "Add a container")
    volumes = {volume.field("name").value for volume in spec.each("volumes")}
    containers, first = list(spec.each("containers")), list(spec.each("initContainers"))
    named = (one.field("name") for one in (*containers, *first) if one.value.get("name"))
    yield from unique(named, "a container of this name")
    for container in containers:
        yield from _refused_container(container, volumes, with_image)
        if not _OF_RUNNING.isdisjoint(container.value):
            yield from refused_probes(container)
        yield from _refused_restart(container, version, before=())
    yield from _refused_host_ports(containers)
    for container in first:
        yield from _refused_container(container, volumes, with_image)
        yield from _refused_restart(container, version, before=("Always",))
        yield from _refused_host_ports([container])
        if container.value.get("restartPolicy") == "Always":
            yield from refused_probes(container)
            continue
        for name in (*PROBES, "lifecycle"):
            if container.field(name).value is not None:
                rule = "must not be set for an init container without restartPolicy: Always"
                yield container.field(name).refused(rule, "Remove it", "validateInitContainers")


def _refused_container(container: Part, volumes: Set[str], with_image: Collection[str]) -> Refusals:
    """validateContainerCommon."""
    yield from required(container, "name")
    yield from check_fields(container, _CONTAINER)
    image = container.value.get("image") or ""
    if not image and container.value.get("name") not in with_image:
        rule = "is required: EMR sets an image only for Spark's container and its own"
        yield container.field("image").refused(rule, "Add it", "validateContainerCommon")
    elif image != image.strip():
        rule = "must not have blanks around it"
        yield container.field("image").refused(rule, "Remove them", "validateContainerOnlyForPod")
    if container.value.get("env") or container.value.get("envFrom"):
        yield from refused_environment(container)
    if container.value.get("volumeMounts") or container.value.get("volumeDevices"):
        yield from refused_mounts(container, volumes)


def _refused_ports(ports: Part) -> Refusals:
    """validateContainerPorts."""
    found = [Part((*ports.path, index), one) for index, one in enumerate(ports.value)]
    for one in found:
        yield from check_fields(one, _PORT)
    yield from unique((one.field("name") for one in found if one.field("name").value), "a port of this name")


def _refused_host_ports(containers: list[Part]) -> Refusals:
    """AccumulateUniqueHostPorts."""
    taken: set[tuple[object, ...]] = set()
    for container in containers:
        for one in container.each("ports") if "ports" in container.value else ():
            key = (one.field("hostPort").value, one.field("protocol").value or "TCP", one.field("hostIP").value or "")
            if key[0] and key in taken:
                rule = "another port binds this port of the node"
                yield one.field("hostPort").refused(rule, "Choose another", "checkHostPortConflicts")
            taken.add(key)


def _refused_restart(container: Part, version: tuple[int, ...], before: tuple[str, ...]) -> Refusals:
    """before: the values of restartPolicy in versions without ContainerRestartRules."""
    if container.value.get("restartPolicy") in (None, ""):
        return
    policy = container.field("restartPolicy")
    allowed = ("Always", "OnFailure", "Never") if version >= _RESTART_RULES_FROM else before
    if not allowed:
        yield policy.refused(
            "must not be set for a container that is no init container", "Remove it", "validateContainers"
        )
    elif policy.value not in allowed:
        yield from one_of(*allowed)(policy)


def _refused_privileges(context: Part) -> Refusals:
    """ValidateSecurityContext."""
    if context.field("allowPrivilegeEscalation").value is False:
        added = context.at("capabilities", "add").value or ()
        if context.field("privileged").value or {"SYS_ADMIN", "CAP_SYS_ADMIN"} & set(added):
            rule = "must not be false for a container that is privileged or has the capability SYS_ADMIN"
            yield context.field("allowPrivilegeEscalation").refused(rule, "Remove it", "ValidateSecurityContext")
    yield from check_fields(context, {"runAsUser": within(0), "runAsGroup": within(0)})


_CONTAINER: dict[str, Check] = {
    "name": dns_label,
    "imagePullPolicy": one_of("Always", "IfNotPresent", "Never"),
    "terminationMessagePolicy": one_of("File", "FallbackToLogsOnError"),
    "ports": _refused_ports,
    "resources": refused_resources,
    "securityContext": _refused_privileges,
}
