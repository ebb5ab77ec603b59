"""What Kubernetes objects say of namespaces: their quotas, limits and Pod Security Standards."""

from collections.abc import Callable
from decimal import Decimal

from emr_eks_placement.facts import kubernetes
from emr_eks_placement.facts.quantities import memory_bound_mib, parse_quantity
from emr_eks_placement.fields import Field
from emr_eks_placement.scheduling.namespace_rules import NO_RULES, POD_SECURITY_LEVELS, NamespaceRules, PodSecurity


def rules_of(one: Field) -> tuple[str, NamespaceRules] | None:
    """The namespace that an object has rules for, with them; None for others.

    Raises RuleError for rules that are malformed or known only at deployment.
    """
    read = _READ.get(one["kind"].known_text() or "")
    namespace, rules = read(one) if read else (None, NO_RULES)
    return None if namespace is None or rules == NO_RULES else (namespace, rules)


def _namespace(one: Field) -> tuple[str | None, NamespaceRules]:
    level = one["metadata"]["labels"][kubernetes.POD_SECURITY].known_text()
    enforced: PodSecurity = next((known for known in POD_SECURITY_LEVELS if known == level), "privileged")
    return one["metadata"]["name"].known_text(), NamespaceRules(pod_security=enforced)


def _resource_quota(one: Field) -> tuple[str | None, NamespaceRules]:
    """One with scopes holds for some pods only, and counts for none here."""
    hard = {} if one["spec"]["scopes"].value or one["spec"]["scopeSelector"].value else one["spec"]["hard"].entries()
    pods = [_amount(hard[key], parse_quantity) for key in ("pods", "count/pods") if key in hard]
    memory = [_amount(hard[key], memory_bound_mib) for key in ("requests.memory", "memory") if key in hard]
    return _place(one), NamespaceRules(pods=min(pods, default=None), memory_mib=min(memory, default=None))


def _limit_range(one: Field) -> tuple[str | None, NamespaceRules]:
    limits = [
        _amount(limit["max"]["memory"], memory_bound_mib)
        for limit in one["spec"]["limits"].items()
        if limit["type"].known_text() == "Container" and limit["max"]["memory"].value is not None
    ]
    return _place(one), NamespaceRules(container_memory_mib=min(limits, default=None))


def _place(one: Field) -> str | None:
    """The object's namespace; None where it is known only at deployment."""
    namespace = one["metadata"]["namespace"]
    return "default" if namespace.value is None else namespace.known_text()


def _amount(field: Field, read: Callable[[str | int | float], int | Decimal]) -> int:
    value = field.value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise field.refused("must be an amount (Kubernetes Quantity)", "Write for example 200 or 64Gi")
    return int(field.checked(lambda: read(value)))


_READ: dict[str, Callable[[Field], tuple[str | None, NamespaceRules]]] = {
    "Namespace": _namespace,
    "ResourceQuota": _resource_quota,
    "LimitRange": _limit_range,
}
