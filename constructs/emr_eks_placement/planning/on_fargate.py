"""What prevents a pod that a Fargate profile takes from running there, and what is expensive."""

from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.common.errors import FieldPath
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.facts.fargate import MOST_STORAGE_GIB
from emr_eks_placement.facts.quantities import cpu_millis
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.planning.selectors import code_of_selector
from emr_eks_placement.scheduling import affinity
from emr_eks_placement.scheduling.capacity import Capacity, FargateProfileCapacity
from emr_eks_placement.scheduling.fargate import (
    FargateSize,
    granted_size,
    granted_sizes,
    node_labels,
    unsatisfied_by_fargate,
    zones_of,
)
from emr_eks_placement.scheduling.pod import MIB, Pod, pod_of_manifest
from emr_eks_placement.spark.volumes import ON_DEMAND

# Volumes that need what Fargate does not have (EKS guide, Fargate storage); claims are distinguished below.
_VOLUMES = ("hostPath", "ephemeral", "awsElasticBlockStore")
_EFS_DRIVER = "efs.csi.aws.com"  # the default of Fargate's nodes


def problems_of_profiles(
    pod: Pod, capacity: Capacity, profiles: Mapping[str, FargateProfileCapacity]
) -> Iterator[Problem]:
    """Yields problems of the profiles that may take the pod: that there are several, and what their nodes lack."""
    asked = pod.shape.labels.get(kubernetes.FARGATE_PROFILE)
    chosen = [profile.deployed_name for profile in profiles.values()]
    if len(profiles) > 1:
        yield Problem("FARGATE_PROFILES", pod.role, f"{', '.join(profiles)} select it")
    elif asked is not None and asked not in chosen and chosen != [None]:
        path: FieldPath = ("metadata", "labels", kubernetes.FARGATE_PROFILE)
        what = f"its label names profile {asked}, which does not select it; {chosen[0]} does"
        yield Problem("FARGATE_PROFILE_LABEL", pod.role, what, path, asked)
    found = {problem for profile in profiles.values() for problem in _unsatisfied(pod, capacity.region, profile.zones)}
    yield from sorted(found, key=lambda problem: problem.what)


def problems_of_pod(pod: Pod) -> Iterator[Problem]:
    """Yields problems of the pod itself: what Fargate can't run, and what it ignores."""
    role, spec = pod.role, pod.spec
    for field in ("schedulerName", "nodeName"):
        if spec.get(field) and spec[field] != kubernetes.DEFAULT_SCHEDULER:
            yield Problem("FARGATE_SCHEDULER", role, f"{field} is {spec[field]}", ("spec", field), spec[field])
    yield from _problems_of_volumes(role, spec)
    yield from _problems_of_containers(role, spec)
    for resource, _ in pod.shape.devices:
        yield Problem("FARGATE_GPU", role, f"it requests {resource}", *_place_of_request(spec, resource))
    yield from problems_of_size(pod)
    ignored = [key for key in ("podAffinity", "podAntiAffinity") if (spec.get("affinity") or {}).get(key)]
    ignored += ["topologySpreadConstraints"] if spec.get("topologySpreadConstraints") else []
    if ignored:
        yield Problem("FARGATE_SPREAD", role, f"it has {', '.join(ignored)}")


def _unsatisfied(pod: Pod, region: str, zones: tuple[str, ...]) -> Iterator[Problem]:
    role, shape = pod.role, pod.shape
    if zones_of(shape, region, zones):
        return
    entry = unsatisfied_by_fargate(shape.node_selector, region, zones)
    if entry is not None:
        key, value = entry
        zone_keys = (kubernetes.ZONE, kubernetes.OLDER_KEYS[kubernetes.ZONE])
        code = code_of_selector(key, value) or ("FARGATE_ZONE" if key in zone_keys else "FARGATE_NODE_SELECTOR")
        what = f"it asks for {key}={value}"
        what += f"; the profile's zones are {', '.join(zones)}" if code == "FARGATE_ZONE" else ""
        yield Problem(code, role, what, ("spec", "nodeSelector", key), value)
    elif not any(affinity.matches(shape.node_affinity, node_labels(region, zone)) for zone in zones):
        path: FieldPath = ("spec", "affinity", "nodeAffinity")
        what = "no Fargate node has what its node affinity requires"
        yield Problem("FARGATE_AFFINITY", role, what, path, pod.spec["affinity"]["nodeAffinity"])
    else:
        what = "no zone of the profile satisfies its node selector and its node affinity together"
        yield Problem("FARGATE_ZONE", role, what, ("spec", "nodeSelector", kubernetes.ZONE))


def _problems_of_volumes(role: Role, spec: Mapping[str, Any]) -> Iterator[Problem]:
    for index, volume in enumerate(spec.get("volumes") or ()):
        name = volume.get("name")
        for kind in _VOLUMES:
            if kind in volume:
                path: FieldPath = ("spec", "volumes", index, kind)
                yield Problem("FARGATE_VOLUME", role, f"volume {name} is of type {kind}", path, volume[kind])
        driver = (volume.get("csi") or {}).get("driver")
        if driver is not None and driver != _EFS_DRIVER:
            path = ("spec", "volumes", index, "csi", "driver")
            yield Problem("FARGATE_VOLUME", role, f"volume {name} is of CSI driver {driver}", path, driver)
        claim = volume.get("persistentVolumeClaim")
        if claim is not None and ON_DEMAND in str(claim.get("claimName")):
            yield Problem("FARGATE_VOLUME", role, f"volume {name} is claimed for this pod alone (OnDemand)")
        elif claim is not None:
            path = ("spec", "volumes", index, "persistentVolumeClaim")
            yield Problem("FARGATE_CLAIM", role, f"volume {name} is claim {claim.get('claimName')}", path)


def _containers(spec: Mapping[str, Any]) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
    for kind in ("initContainers", "containers"):
        for index, container in enumerate(spec.get(kind) or ()):
            yield ("spec", kind, index), container


def _problems_of_containers(role: Role, spec: Mapping[str, Any]) -> Iterator[Problem]:
    for path, container in _containers(spec):
        name = container.get("name")
        if (container.get("securityContext") or {}).get("privileged"):
            field = (*path, "securityContext", "privileged")
            yield Problem("FARGATE_PRIVILEGED", role, f"container {name} is privileged", field, True)
        for number, port in enumerate(container.get("ports") or ()):
            if port.get("hostPort"):
                field = (*path, "ports", number, "hostPort")
                what = f"container {name} binds port {port['hostPort']} of its node"
                yield Problem("FARGATE_PRIVILEGED", role, what, field, port["hostPort"])


def _place_of_request(spec: Mapping[str, Any], resource: str) -> tuple[FieldPath, object]:
    """Returns the field that requests the resource, and the amount."""
    for path, container in _containers(spec):
        for kind, amounts in (container.get("resources") or {}).items():
            if kind in ("requests", "limits") and resource in (amounts or {}):
                return (*path, "resources", kind, resource), amounts[resource]
    return (), None


def problems_of_size(pod: Pod) -> Iterator[Problem]:
    """Yields problems of the pod's requests: CPU and memory, ephemeral storage, and its sidecars' share of them."""
    role, shape = pod.role, pod.shape
    size, least = granted_sizes(shape)
    asked = f"it requests {shape.cpu_millis / 1000:g} vCPU and {shape.memory_mib} MiB"
    lower = f"if EMR's logging sidecar requests {shape.memory_slack_bytes // MIB} MiB less than documented"
    if least is None:
        yield Problem("FARGATE_TOO_LARGE", role, asked)
    elif size is None:
        yield Problem("FARGATE_PERHAPS_TOO_LARGE", role, f"{asked}, and is granted {least} only {lower}")
    elif least != size:
        yield Problem("FARGATE_SIDECAR_MEMORY", role, f"it is granted {size}, or {least} {lower}")
    if shape.storage_mib > MOST_STORAGE_GIB * 1024:
        what = f"it requests {shape.storage_mib / 1024:g} GiB of ephemeral storage"
        yield Problem("FARGATE_STORAGE", role, what)
    yield from _problems_of_sidecars(pod, size)


def _problems_of_sidecars(pod: Pod, size: FargateSize | None) -> Iterator[Problem]:
    role, spec = pod.role, pod.spec
    init = list(spec.get("initContainers") or ())
    native = [one for one in init if one.get("restartPolicy") == "Always"]
    sidecars = [*list(spec.get("containers") or ())[1:], *native]
    cpu = sum(cpu_millis(((one.get("resources") or {}).get("requests") or {}).get("cpu", 0)) for one in sidecars)
    without = granted_size(pod.shape.cpu_millis - cpu, pod.shape.memory_mib)
    if size and without and cpu and without.vcpus < size.vcpus:
        what = f"with the {cpu}m that its sidecars request it is granted {size}, without them {without}"
        yield Problem("FARGATE_SIDECAR_CPU", role, what)
    if native:
        names = ", ".join(str(one.get("name")) for one in native)
        alone = [{**one, "restartPolicy": None} for one in init]
        apart = pod_of_manifest({"metadata": {}, "spec": {**spec, "initContainers": alone}})
        other = granted_size(apart.cpu_millis, apart.memory_mib)
        what = f"{names} runs beside the others: with it the pod is granted {size or 'no size'}"
        yield Problem("FARGATE_NATIVE_SIDECAR", role, f"{what}, counted as an init container {other or 'none'}")
