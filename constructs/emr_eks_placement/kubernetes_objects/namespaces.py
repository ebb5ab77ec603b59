"""Reads quotas, limits and Pod Security Standards of namespaces from Kubernetes objects."""

from collections.abc import Callable, Mapping

from emr_eks_placement.common.document_field import Field, Unresolved
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.facts.quantities import thousandths
from emr_eks_placement.scheduling.namespace_rules import (
    NO_RULES,
    POD_SECURITY_LEVELS,
    Amounts,
    LimitRange,
    Limits,
    NamespaceRules,
    PodSecurity,
    ResourceQuota,
    Scope,
)

_TYPES = ("Container", "Pod", "PersistentVolumeClaim")


def rules_of(one: Field) -> tuple[str, NamespaceRules] | str | None:
    """Returns the namespace that an object has rules for, and the rules. Returns a description if they are known only
    at deployment, and None for an object without rules.

    Raises RuleError for malformed rules.
    """
    kind = one["kind"].known_text() or ""
    read = _READ.get(kind)
    rules = read(one) if read else NO_RULES
    if rules == NO_RULES:
        return None
    namespace = one["metadata"]["name"] if kind == "Namespace" else one["metadata"]["namespace"]
    if namespace.known_text() is None and namespace.value is not None:
        return f"{kind} {_name(one)} was not read: its namespace is known only at deployment"
    if namespace.value is None and kind == "Namespace":
        return None
    return namespace.known_text() or "default", rules


def _name(one: Field) -> str:
    return one["metadata"]["name"].known_text() or "of a name that is known only at deployment"


def _namespace(one: Field) -> NamespaceRules:
    label = one["metadata"]["labels"][kubernetes.POD_SECURITY]
    if isinstance(label.value, Unresolved):
        return NamespaceRules(not_read=(f"its label {kubernetes.POD_SECURITY}, which is known only at deployment",))
    level = label.known_text()
    enforced: PodSecurity = next((known for known in POD_SECURITY_LEVELS if known == level), "privileged")
    return NamespaceRules(pod_security=enforced)


def _resource_quota(one: Field) -> NamespaceRules:
    spec, open_amounts = one["spec"], list[str]()
    hard = _amounts(spec["hard"], open_amounts)
    if not hard and not open_amounts:
        return NO_RULES
    scopes = [
        *(Scope(scope.text()) for scope in spec["scopes"].items()),
        *(
            Scope(term["scopeName"].text(), term["operator"].text(), tuple(v.text() for v in term["values"].items()))
            for term in spec["scopeSelector"]["matchExpressions"].items()
        ),
    ]
    used = _amounts(one["status"]["used"], [])
    quota = ResourceQuota(name=_name(one), hard=hard, used=used, scopes=tuple(scopes))
    return NamespaceRules(quotas=(quota,), not_read=_open("ResourceQuota", quota.name, open_amounts))


def _limit_range(one: Field) -> NamespaceRules:
    open_amounts = list[str]()
    entries = [_limits(entry, open_amounts) for entry in one["spec"]["limits"].items()]
    known = tuple(entry for entry in entries if entry.type in _TYPES and entry != Limits(type=entry.type))
    others = [f"the type {entry.type} of LimitRange {_name(one)}" for entry in entries if entry.type not in _TYPES]
    limit_ranges = (LimitRange(name=_name(one), limits=known),) if known else ()
    return NamespaceRules(limit_ranges=limit_ranges, not_read=(*_open("LimitRange", _name(one), open_amounts), *others))


def _limits(entry: Field, open_amounts: list[str]) -> Limits:
    """Returns the limits with the API's defaults: the default limit is the maximum; the default request is that limit
    or else the minimum."""
    kind = entry["type"].known_text() or "that is known only at deployment"
    read = {
        name: _amounts(entry[name], open_amounts)
        for name in ("default", "defaultRequest", "min", "max", "maxLimitRequestRatio")
    }
    is_container = kind == "Container"
    default = {**read["max"], **read["default"]} if is_container else {}
    return Limits(
        type=kind,
        default=default,
        default_request={**read["min"], **default, **read["defaultRequest"]} if is_container else {},
        min=read["min"],
        max=read["max"],
        max_ratio=read["maxLimitRequestRatio"],
    )


def _amounts(field: Field, open_amounts: list[str]) -> Amounts:
    """Returns the known amounts; adds the names of the others to open_amounts."""
    if isinstance(field.value, Unresolved):
        open_amounts.append(str(field.path[-1]))
        return {}
    known, entries = {}, field.entries()
    for resource, amount in entries.items():
        if isinstance(amount.value, Unresolved):
            open_amounts.append(resource)
        else:
            known[resource] = _amount(amount)
    return known


def _open(kind: str, name: str, open_amounts: list[str]) -> tuple[str, ...]:
    what = ", ".join(dict.fromkeys(open_amounts))
    return (f"{what} of {kind} {name}, known only at deployment",) if what else ()


def _amount(field: Field) -> int:
    value = field.value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise field.refused("must be an amount (Kubernetes Quantity)", "Write for example 200 or 64Gi")
    return field.checked(lambda: thousandths(value))


_READ: Mapping[str, Callable[[Field], NamespaceRules]] = {
    "Namespace": _namespace,
    "ResourceQuota": _resource_quota,
    "LimitRange": _limit_range,
}
