"""Expresses a placement: as labels for Fargate, and as pod templates or Spark configuration for EC2 nodes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emr_eks_placement.common.errors import RuleError, below
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.job.job import Job
from emr_eks_placement.job.placement import (
    PLACEMENT_LABEL,
    ROLES,
    Ec2,
    Fargate,
    NodeSelection,
    Placement,
    Role,
    Toleration,
)
from emr_eks_placement.pod_template.build import PodTemplate, build_template
from emr_eks_placement.pod_template.rules import SPARK_ROLE, TemplateRole
from emr_eks_placement.scheduling.capacity import Capacity, NodeGroupCapacity, NodePoolCapacity
from emr_eks_placement.scheduling.nodes import candidates
from emr_eks_placement.scheduling.pod import PodShape


@dataclass(frozen=True)
class Mechanism:
    """A placement as Spark properties, pod templates by role, and properties of EMR's job submitter."""

    spark_properties: Mapping[str, str]
    pod_templates: Mapping[TemplateRole, PodTemplate]
    submitter_properties: Mapping[str, str]


def express(
    job: Job, placement: Placement, node_selection: NodeSelection | None, kubernetes_version: str, *, folder: str
) -> Mechanism:
    """Expresses the placement in a form that the job's release supports. node_selection None: pod templates, if
    supported.

    folder: of the pod templates, as in `build_template`.

    Raises RuleError, with a path from ("placement", …) or ("job", …), if the release can't express it.
    """
    properties = _fargate_labels(placement)
    templates: dict[TemplateRole, PodTemplate] = {}
    if not _by_template(job, node_selection):
        properties |= _node_selector_properties(job, placement)
    for role in SPARK_ROLE:
        target = placement.of(role)
        base = (job.driver if role == "driver" else job.executors).pod_template
        by_template = isinstance(target, Ec2) and _by_template(job, node_selection)
        if base is not None or (by_template and _asks_for_nodes(target)):
            templates[role] = _template(job, role, target if by_template else None, kubernetes_version, folder)
    return Mechanism(properties, templates, _submitter_properties(placement.submitter))


def _by_template(job: Job, node_selection: NodeSelection | None) -> bool:
    return node_selection == "pod-template" or (node_selection is None and job.release.has_pod_templates)


def _fargate_labels(placement: Placement) -> dict[str, str]:
    targets = {role: placement.of(role) for role in SPARK_ROLE}
    return {
        f"spark.kubernetes.{SPARK_ROLE[role]}.label.{PLACEMENT_LABEL}": target.label_value
        for role, target in targets.items()
        if isinstance(target, Fargate)
    }


def _asks_for_nodes(target: Fargate | Ec2) -> bool:
    return isinstance(target, Ec2) and bool(target.node_selector or target.tolerations)


def _template(job: Job, role: TemplateRole, target: Any, kubernetes_version: str, folder: str) -> PodTemplate:
    base = (job.driver if role == "driver" else job.executors).pod_template
    if not job.release.has_pod_templates:
        raise RuleError(
            job.release_label,
            "pod templates need EMR 5.33.0, 6.3.0 or later (EMR on EKS guide)",
            f"Raise release_label or remove {'node_selection' if base is None else 'pod_template'}",
            path=("job", "release_label"),
        )
    with below("job", role, "pod_template"):
        return build_template(role, base, target, kubernetes_version, folder=folder)


def _node_selector_properties(job: Job, placement: Placement) -> dict[str, str]:
    selectors: dict[TemplateRole, dict[str, str]] = {}
    for role in SPARK_ROLE:
        target = placement.of(role)
        if not isinstance(target, Ec2):
            continue
        if target.tolerations:
            raise RuleError(
                [toleration.as_kubernetes() for toleration in target.tolerations],
                "Spark has no property for tolerations (Spark on Kubernetes); they need a pod template, so EMR 5.33.0 or 6.3.0",
                "Use pod templates: raise release_label or remove node_selection",
                path=("placement", role, "tolerations"),
            )
        selectors[role] = target.node_selector
    if job.release.has_role_node_selectors:
        return {
            f"spark.kubernetes.{SPARK_ROLE[role]}.node.selector.{key}": value
            for role, selector in selectors.items()
            for key, value in selector.items()
        }
    return _common_node_selector(job, selectors)


def _common_node_selector(job: Job, selectors: Mapping[TemplateRole, dict[str, str]]) -> dict[str, str]:
    """Before EMR 6.8.0, a node selector in Spark's configuration applies to driver and executors alike."""
    asked = [selector for selector in selectors.values() if selector]
    if not asked:
        return {}
    if len(asked) < len(SPARK_ROLE) or asked[0] != asked[1]:
        raise RuleError(
            job.release_label,
            "before EMR 6.8.0 (Spark 3.3.0) Spark's configuration has one node selector for driver and executors alike, "
            "which no Fargate node satisfies, and before 5.33.0 and 6.3.0 there are no pod templates (Spark on Kubernetes)",
            "Raise release_label" if not job.release.has_pod_templates else "Remove node_selection",
            path=("job", "release_label"),
        )
    return {f"spark.kubernetes.node.selector.{key}": value for key, value in asked[0].items()}


def _submitter_properties(target: Fargate | Ec2) -> dict[str, str]:
    """Returns properties of the classification emr-job-submitter. Pod templates do not apply to the submitter (EMR on
    EKS guide)."""
    if isinstance(target, Fargate):
        return {f"jobsubmitter.label.{PLACEMENT_LABEL}": target.label_value}
    properties = {f"jobsubmitter.node.selector.{key}": value for key, value in target.node_selector.items()}
    for toleration in target.tolerations:
        properties |= _submitter_toleration(toleration)
    return properties


def _submitter_toleration(toleration: Toleration) -> dict[str, str]:
    if not (toleration.key and toleration.value and toleration.effect):
        raise RuleError(
            toleration.as_kubernetes(),
            "a toleration of the job submitter names key, value and effect: a property value can't be blank "
            "(emr-containers RequestIdentityString)",
            "Give all three, or taint the nodes with a value",
            path=("placement", "submitter", "tolerations"),
        )
    name = f"jobsubmitter.node.toleration.{toleration.key}"
    properties = {name: toleration.value, f"{name}.effect": toleration.effect}
    if toleration.toleration_seconds is not None:
        properties[f"{name}.tolerationSeconds"] = str(toleration.toleration_seconds)
    return properties


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
