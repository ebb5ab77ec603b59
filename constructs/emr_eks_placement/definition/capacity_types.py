"""Chooses the label for a capacity type: nodes of node groups and of node pools have different ones."""

from collections.abc import Mapping

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.job.placement import ROLES, Ec2, Fargate, Placement, Role
from emr_eks_placement.scheduling.capacity import Capacity, NodeGroupCapacity, NodePoolCapacity
from emr_eks_placement.scheduling.nodes import candidates
from emr_eks_placement.scheduling.pod import PodShape


def with_capacity_labels(placement: Placement, capacity: Capacity) -> Placement:
    """Returns the placement with the node pools' label if only node pools have the capacity type.

    The other labels of the placement decide which node groups and node pools remain. Raises RuleError, with a path from
    ("placement", …), if both remain.
    """
    # The copy is not validated: in a placement that users write, this label has a separate field.
    return placement.model_copy(update={str(role): _with_label(role, placement.of(role), capacity) for role in ROLES})


def _with_label(role: Role, target: Fargate | Ec2, capacity: Capacity) -> Fargate | Ec2:
    if isinstance(target, Fargate) or target.capacity_type is None:
        return target
    by_label = {**target.node_labels, kubernetes.POOL_CAPACITY_TYPE: target.capacity_type}
    of_pool = target.model_copy(update={"capacity_type": None, "node_labels": by_label})
    groups, pools = _left(target, capacity.node_groups), _left(of_pool, capacity.node_pools)
    if groups and pools:
        raise RuleError(
            target.capacity_type,
            f"{', '.join(groups)} and {', '.join(pools)} have such nodes, and a node selector asks for one label: "
            f"{kubernetes.CAPACITY_TYPE} of node groups or {kubernetes.POOL_CAPACITY_TYPE} of node pools (EKS guide)",
            f"Add node labels that only one kind has, such as {kubernetes.NODE_POOL}: {pools[0]}",
            path=("placement", role, "capacity_type"),
        )
    return of_pool if pools else target


def _left(target: Ec2, named: Mapping[str, NodeGroupCapacity | NodePoolCapacity]) -> tuple[str, ...]:
    """Returns those with a node that matches the target, whatever the pod's size."""
    pod = PodShape(
        namespace="", node_selector=target.node_selector, tolerations=target.tolerations, cpu_millis=0, memory_bytes=0
    )
    return candidates(pod, named).names
