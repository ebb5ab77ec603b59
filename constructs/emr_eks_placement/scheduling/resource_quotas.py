"""What ResourceQuotas count of a pod, and which values they require of each container.

Source: kubernetes/kubernetes, pkg/quota/v1/evaluator/core/pods.go.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from emr_eks_placement.scheduling.amounts import KINDS, Kind, Spec, amounts_of, containers, pod_amounts
from emr_eks_placement.scheduling.namespace_rules import Amounts, ResourceQuota, Scope

# With a quota on one of these, the API refuses a pod with a container or init container that does not set an amount
# (validationSet); other resources may be missing.
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
    """Returns the resources of the quota that each container must set and does not, by container."""
    asked = {counted: said for counted, said in _SAID_BY_EACH.items() if counted in quota.hard}
    missing: dict[str, list[str]] = {}
    for container in containers(spec) if asked else ():
        amounts = {kind: amounts_of(container, kind) for kind in KINDS}
        for counted, (kind, resource) in asked.items():
            if resource not in amounts[kind]:
                missing.setdefault(str(container.get("name")), []).append(counted)
    return missing


def usage(spec: Spec) -> Amounts:
    """Returns what a pod counts for, by resource of a quota, in thousandths."""
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
    """Returns whether the quota counts the pod, which must be in each of the scopes; None for a scope that is unknown
    here."""
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
    """Returns whether the priority class matches, as in a label selector: NotIn also matches a pod without a class."""
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
