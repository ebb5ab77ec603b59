"""Formats a plan for tables and reviews."""

from emr_eks_placement.planning.nodes_needed import NodesNeeded
from emr_eks_placement.planning.planned_pod import PlannedPod

PENDING, REFUSED = "nowhere: Pending", "nowhere: refused"


def requests_in_words(pod: PlannedPod) -> str:
    """Formats requests: 1 vCPU 3328 MiB."""
    shape = pod.shape
    disk = f" {shape.storage_mib} MiB of disk" if shape.storage_mib else ""
    return f"{shape.cpu_millis / 1000:g} vCPU {shape.memory_mib} MiB{disk}"


def target_in_words(pod: PlannedPod) -> str:
    """Formats where a pod lands: Fargate 1vCPU 4GB (spark); EC2 (system, spark-drivers); nowhere: Pending."""
    landing = pod.landing
    if landing.pending:
        return REFUSED if landing.refused else PENDING
    if not landing.on:
        return "nodes that a plan does not know"
    name = ", ".join(landing.on)
    return f"Fargate {landing.size or ''} ({name})" if landing.compute == "fargate" else f"EC2 ({name})"


def nodes_in_words(needed: NodesNeeded) -> str:
    """Formats the nodes: nodes for driver: 1, of system or drivers in us-east-1a; 2 run now, at most 4."""
    names, roles = " or ".join(needed.names), " and ".join(needed.roles)
    number = f"{needed.least} packed"
    if needed.most is None:
        number += ", no number is sure to be enough"
    elif needed.most != needed.least:
        number += f", up to {needed.most} as the scheduler spreads pods"
    else:
        number = f"{needed.least}"
    most = "as many as it takes" if needed.allowed is None else f"at most {needed.allowed}"
    return f"nodes for {roles}: {number}, of {names} in {', '.join(needed.zones)}; {needed.running} run now, {most}"
