"""What ResourceQuotas count of a pod, and what they make each container say.

Source: kubernetes/kubernetes, pkg/quota/v1/evaluator/core/pods.go.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from emr_eks_placement.scheduling.amounts import KINDS, Kind, Spec, amounts_of, containers, pod_amounts
from emr_eks_placement.scheduling.namespace_rules import Amounts, ResourceQuota, Scope

# A quota on one of these makes the API refuse a pod with a container, or init container, that does not say how much
# (validationSet); other resources may be left out.
_SAID_BY_EACH: Mapping[str, tuple[Kind, str]] = {
    "cpu": ("requests", "cpu"),
    "requests.cpu": ("requests", "cpu"),
    "limits.cpu": ("limits", "cpu"),
    "memory": ("requests", "memory"),
    "requests.memory": ("requests", "memory"),
    "limits.memory": ("limits", "memory"),
}
_ALSO_BARE = ("cpu", "memory", "ephemeral-storage")
_COMPUTE = ("cpu", "memory")


def unspecified(spec: Spec, quota: ResourceQuota) -> dict[str, list[str]]:
    """By container that lacks what the quota makes each say, the resources of the quota that it lacks."""
    asked = {counted: said for counted, said in _SAID_BY_EACH.items() if counted in quota.hard}
    missing: dict[str, list[str]] = {}
    for container in containers(spec) if asked else ():
        amounts = {kind: amounts_of(container, kind) for kind in KINDS}
        for counted, (kind, resource) in asked.items():
            if resource not in amounts[kind]:
                missing.setdefault(str(container.get("name")), []).append(counted)
    return missing


def usage(spec: Spec) -> Amounts:
    """What a pod counts for, by resource of a quota, in thousandths."""
    counted = {"pods": 1000, "count/pods": 1000}
    for resource, amount in pod_amounts(spec, "requests", overhead=True).items():
        counted[f"requests.{resource}"] = amount
        if resource in _ALSO_BARE or resource.startswith("hugepages-"):
            counted[resource] = amount
    for resource, amount in pod_amounts(spec, "limits", overhead=True).items():
        if resource in _ALSO_BARE:
            counted[f"limits.{resource}"] = amount
    return counted


def counts(quota: ResourceQuota, spec: Spec) -> bool | None:
    """Whether the quota counts the pod: it is in each of the scopes; None: there is a scope that is not known here."""
    found = [_is_in(scope, spec) for scope in quota.scopes]
    return False if False in found else None if None in found else True


def _is_in(scope: Scope, spec: Spec) -> bool | None:
    ends = spec.get("activeDeadlineSeconds") is not None
    match scope.name:
        case "Terminating":
            return ends
        case "NotTerminating":
            return not ends
        case "BestEffort":
            return _is_best_effort(spec)
        case "NotBestEffort":
            return not _is_best_effort(spec)
        case "PriorityClass":
            return _has_priority_class(scope, spec.get("priorityClassName") or None)
        case "CrossNamespacePodAffinity":
            return _names_other_namespaces(spec)
    return None


def _is_best_effort(spec: Spec) -> bool:
    said = [amounts_of(one, kind) for one in containers(spec) for kind in KINDS]
    return not any(amounts.get(resource) for amounts in said for resource in _COMPUTE)


def _has_priority_class(scope: Scope, name: str | None) -> bool | None:
    """As of a label selector: NotIn takes a pod without a class too."""
    match scope.operator:
        case "Exists":
            return name is not None
        case "DoesNotExist":
            return name is None
        case "In":
            return name in scope.values
        case "NotIn":
            return name not in scope.values
    return None


def _names_other_namespaces(spec: Spec) -> bool:
    affinity = spec.get("affinity") or {}
    terms = [term for kind in ("podAffinity", "podAntiAffinity") for term in _terms(affinity.get(kind) or {})]
    return any(term.get("namespaces") or term.get("namespaceSelector") is not None for term in terms)


def _terms(rules: Spec) -> Iterable[dict[str, Any]]:
    yield from rules.get("requiredDuringSchedulingIgnoredDuringExecution") or ()
    for weighted in rules.get("preferredDuringSchedulingIgnoredDuringExecution") or ():
        yield weighted.get("podAffinityTerm") or {}
