"""A request that has a problem, and the clusters that the cases share."""

from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from typing import Any

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.job.placement import Role
from emr_eks_placement.kubernetes_objects.namespaces import rules_of
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.scheduling.namespace_rules import NO_RULES, NamespaceRules, PodSecurity
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
    """A request that has a problem of a role; what: words of it; emr: further classifications; more: of the request."""

    role: Role
    what: str
    spark: dict[str, str] = field(default_factory=dict)
    where: Capacity = CAPACITY
    driver: dict[str, Any] | None = None
    executor: dict[str, Any] | None = None
    release: str = "emr-7.12.0-latest"
    emr: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


def on_fargate(what: str, spark: dict[str, str] | None = None, **fields: Any) -> Case:
    """A case of a driver on Fargate."""
    return Case("driver", what, {**ON_FARGATE, **(spark or {})}, **fields)


SELECTOR = "spark.kubernetes.node.selector."
ZONES = capacity(
    node_groups={"nodes": node_group("m6i.4xlarge", zones=(ZONE_A, ZONE_B), initial_size=2)},
    fargate_profiles={"spark": profile({LABEL: "fargate"}, (ZONE_A, ZONE_B))},
)
MANY = {"spark.executor.instances": "40", "spark.executor.cores": "4"}

# Of submitter, driver and executors no two share a t3.large, but for submitter and driver.
TIGHT = {
    "spark.executor.instances": "5",
    "spark.kubernetes.executor.request.cores": "1700m",
    "spark.kubernetes.driver.request.cores": "400m",
}


def required(kind: str, key: str, labels: dict[str, str]) -> dict[str, Any]:
    """A pod's affinity with one required term of podAffinity or podAntiAffinity."""
    term = {"topologyKey": key, "labelSelector": {"matchLabels": labels}}
    return {kind: {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def spread(key: str, labels: dict[str, str], **fields: Any) -> dict[str, Any]:
    """A topology spread constraint, which keeps pods waiting if the fields say nothing else."""
    selector = {"matchLabels": labels}
    usual = {"maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}
    return {"topologyKey": key, "labelSelector": selector, **usual, **fields}


def ruled(*objects: dict[str, Any], pod_security: PodSecurity = "privileged") -> Capacity:
    """The cluster whose namespace has these ResourceQuotas and LimitRanges, and a Pod Security Standard."""
    return capacity(namespace_rules={NAMESPACE: rules(*objects) & NamespaceRules(pod_security=pod_security)})


def rules(*objects: dict[str, Any]) -> NamespaceRules:
    """What Kubernetes objects of one namespace say."""
    read = [rules_of(Field(one)) for one in objects]
    return reduce(and_, (one[1] for one in read if isinstance(one, tuple)), NO_RULES)


def quota(hard: dict[str, Any], name: str = "team", used: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    """A ResourceQuota as it is written, or read from a live cluster with what is used."""
    made = {"kind": "ResourceQuota", "metadata": {"name": name, "namespace": NAMESPACE}, "spec": {"hard": hard, **spec}}
    return made | ({"status": {"hard": hard, "used": used}} if used is not None else {})


def limit_range(*limits: dict[str, Any], name: str = "limits") -> dict[str, Any]:
    """A LimitRange as it is written; an entry without a type is for containers."""
    entries = [{"type": "Container", **one} for one in limits]
    return {"kind": "LimitRange", "metadata": {"name": name, "namespace": NAMESPACE}, "spec": {"limits": entries}}


BASELINE = ruled(pod_security="baseline")


def side(**security: Any) -> dict[str, Any]:
    """A driver's template whose sidecar has a security context."""
    return template(sidecars=[{"name": "side", "image": "busybox", "securityContext": security}])
