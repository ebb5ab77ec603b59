"""The size that Fargate grants a pod: whether there is one, and what it depends on."""

from collections.abc import Iterator

from emr_eks_placement.facts.fargate import MOST_STORAGE_GIB
from emr_eks_placement.facts.quantities import cpu_millis
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.fargate import FargateSize, granted_size, granted_sizes
from emr_eks_placement.scheduling.pod import MIB, Pod, pod_of_manifest


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
