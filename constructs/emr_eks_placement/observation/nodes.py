"""Compares the node of a pod with the planned nodes: instance type and labels."""

from collections.abc import Iterator, Mapping

from emr_eks_placement.observation.difference import Difference
from emr_eks_placement.observation.pod import ObservedPod
from emr_eks_placement.planning import PlannedPod
from emr_eks_placement.scheduling.capacity import Node
from emr_eks_placement.scheduling.fargate import node_labels


def node_differences(planned: PlannedPod, pod: ObservedPod, region: str) -> Iterator[Difference]:
    """Yields an instance type that no planned node has, and missing labels; none if the node was not read."""
    if pod.node_labels is None or pod.compute != planned.landing.compute:
        return
    if pod.compute == "fargate":
        wanted: Mapping[str, str] = node_labels(region, pod.zone) if pod.zone else {}
    else:
        nodes = [node for some in planned.landing.nodes.values() for node in some]
        types = {node.machine.name: None for node in nodes}
        if nodes and pod.instance_type not in types:
            what = f"its node is {pod.instance_type or 'of no instance type'}, not {' or '.join(types)}"
            yield Difference("nodes", "warning", what, planned.role)
            return
        wanted = _labels_of_nodes_like(pod, nodes)
    missing = [f"{key}={value}" for key, value in wanted.items() if pod.node_labels.get(key) != value]
    if missing:
        yield Difference("nodes", "warning", f"its node lacks the labels {', '.join(missing)}", planned.role)


def _labels_of_nodes_like(pod: ObservedPod, nodes: list[Node]) -> Mapping[str, str]:
    """Returns the labels that every planned node of the pod's instance type and zone has, from the most similar node."""
    alike = [node for node in nodes if node.machine.name == pod.instance_type and node.zone == pod.zone]
    if not alike:
        return {}
    seen = (pod.node_labels or {}).items()
    return max(alike, key=lambda node: len(seen & node.labels.items())).labels
