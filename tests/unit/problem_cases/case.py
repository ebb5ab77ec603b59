"""A request that has a problem, and the clusters that the cases share."""

from dataclasses import dataclass, field
from typing import Any

from emr_eks_placement.placement import Role
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.scheduling.namespace_rules import NamespaceRules
from tests.unit.planned import (
    CAPACITY,
    LABEL,
    NAMESPACE,
    ON_FARGATE,
    ZONE_A,
    ZONE_B,
    capacity,
    node_group,
    profile,
    template,
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A request that has a problem of a role; what: words of it."""

    role: Role
    what: str
    spark: dict[str, str] = field(default_factory=dict)
    where: Capacity = CAPACITY
    driver: dict[str, Any] | None = None
    executor: dict[str, Any] | None = None
    release: str = "emr-7.12.0-latest"
    emr: dict[str, Any] = field(default_factory=dict)


def on_fargate(what: str, spark: dict[str, str] | None = None, **fields: Any) -> Case:
    """A case of a driver on Fargate."""
    return Case("driver", what, {**ON_FARGATE, **(spark or {})}, **fields)


SELECTOR = "spark.kubernetes.node.selector."
ZONES = capacity(
    node_groups={"nodes": node_group("m6i.4xlarge", zones=(ZONE_A, ZONE_B), initial_size=2)},
    fargate_profiles={"spark": profile({LABEL: "fargate"}, (ZONE_A, ZONE_B))},
)
MANY = {"spark.executor.instances": "40", "spark.executor.cores": "4"}


def ruled(**rules: Any) -> Capacity:
    """The cluster whose namespace has rules."""
    return capacity(namespace_rules={NAMESPACE: NamespaceRules(**rules)})


BASELINE = ruled(pod_security="baseline")


def side(**security: Any) -> dict[str, Any]:
    """A driver's template whose sidecar has a security context."""
    return template(sidecars=[{"name": "side", "securityContext": security}])
