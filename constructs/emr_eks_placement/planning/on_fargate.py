"""What prevents a pod that a Fargate profile takes from running there, and what is expensive."""

from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.common.errors import FieldPath
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.fargate_size import problems_of_size
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.planning.selectors import code_of_selector
from emr_eks_placement.scheduling import affinity
from emr_eks_placement.scheduling.capacity import Capacity, FargateProfileCapacity
from emr_eks_placement.scheduling.fargate import node_labels, unsatisfied_by_fargate, zones_of
from emr_eks_placement.scheduling.pod import Pod
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
