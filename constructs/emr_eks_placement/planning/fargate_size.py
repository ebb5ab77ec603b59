"""The size that Fargate grants a pod: that there is none, and what it depends on."""

from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.facts.fargate import MOST_STORAGE_GIB
from emr_eks_placement.facts.quantities import cpu_millis
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.fargate import FargateSize, granted_size, granted_sizes
from emr_eks_placement.scheduling.pod import MIB, PodShape, pod_of_manifest


def problems_of_size(role: Role, pod: PodShape, spec: Mapping[str, Any]) -> Iterator[Problem]:
    """Of the pod's requests: CPU and memory, ephemeral storage, and its sidecars' share of them."""
    size, least = granted_sizes(pod)
    asked = f"it requests {pod.cpu_millis / 1000:g} vCPU and {pod.memory_mib} MiB"
    lower = f"if EMR's logging sidecar requests {pod.memory_slack_bytes // MIB} MiB less than documented"
    if least is None:
        yield Problem("FARGATE_TOO_LARGE", role, asked)
    elif size is None:
        yield Problem("FARGATE_PERHAPS_TOO_LARGE", role, f"{asked}, and is granted {least} only {lower}")
    elif least != size:
        yield Problem("FARGATE_SIDECAR_MEMORY", role, f"it is granted {size}, or {least} {lower}")
    if pod.storage_mib > MOST_STORAGE_GIB * 1024:
        what = f"it requests {pod.storage_mib / 1024:g} GiB of ephemeral storage"
        yield Problem("FARGATE_STORAGE", role, what)
    yield from _problems_of_sidecars(role, pod, spec, size)


def _problems_of_sidecars(
    role: Role, pod: PodShape, spec: Mapping[str, Any], size: FargateSize | None
) -> Iterator[Problem]:
    init = list(spec.get("initContainers") or ())
    native = [one for one in init if one.get("restartPolicy") == "Always"]
    sidecars = [*list(spec.get("containers") or ())[1:], *native]
    cpu = sum(cpu_millis(((one.get("resources") or {}).get("requests") or {}).get("cpu", 0)) for one in sidecars)
    without = granted_size(pod.cpu_millis - cpu, pod.memory_mib)
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
