"""What the Kubernetes API admits into a namespace, whatever nodes there are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

PodSecurity = Literal["privileged", "baseline", "restricted"]
POD_SECURITY_LEVELS: tuple[PodSecurity, ...] = get_args(PodSecurity)
# Amounts by resource, in thousandths: to these the Kubernetes API rounds every amount up.
Amounts = Mapping[str, int]


@dataclass(frozen=True)
class Scope:
    """Of a ResourceQuota: the pods that it counts; operator: In, NotIn, Exists or DoesNotExist."""

    name: str
    operator: str = "Exists"
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ResourceQuota:
    """What the objects of a namespace may take together; used: what they take now, where a live cluster says so.

    scopes: it counts only the pods that are in each of them.
    """

    name: str
    hard: Amounts
    used: Amounts = field(default_factory=dict, compare=False)
    scopes: tuple[Scope, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Limits:
    """An entry of a LimitRange: the bounds of each object of a type: Container, Pod or PersistentVolumeClaim.

    default, default_request: the limits and requests of containers that have none; max_ratio: of limit to request.
    """

    type: str
    default: Amounts = field(default_factory=dict)
    default_request: Amounts = field(default_factory=dict)
    min: Amounts = field(default_factory=dict)
    max: Amounts = field(default_factory=dict)
    max_ratio: Amounts = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LimitRange:
    """What each pod, container and claim of a namespace may have, and what containers get that say nothing."""

    name: str
    limits: tuple[Limits, ...] = ()

    def of(self, kind: str) -> Iterator[Limits]:
        """The entries of a type."""
        return (one for one in self.limits if one.type == kind)


@dataclass(frozen=True, kw_only=True)
class NamespaceRules:
    """quotas, limit_ranges: by name; all of them hold. pod_security: the standard that pods must meet.

    not_read: what else of the namespace may refuse or change pods, in words.
    """

    quotas: tuple[ResourceQuota, ...] = ()
    limit_ranges: tuple[LimitRange, ...] = ()
    pod_security: PodSecurity = "privileged"
    not_read: tuple[str, ...] = ()

    def __and__(self, other: "NamespaceRules") -> "NamespaceRules":
        """Both hold."""
        return NamespaceRules(
            quotas=tuple(sorted((*self.quotas, *other.quotas), key=lambda one: one.name)),
            limit_ranges=tuple(sorted((*self.limit_ranges, *other.limit_ranges), key=lambda one: one.name)),
            pod_security=max(self.pod_security, other.pod_security, key=POD_SECURITY_LEVELS.index),
            not_read=(*self.not_read, *other.not_read),
        )


NO_RULES = NamespaceRules()
