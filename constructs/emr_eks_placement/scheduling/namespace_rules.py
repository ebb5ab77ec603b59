"""What the Kubernetes API admits to a namespace, independent of its nodes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

PodSecurity = Literal["privileged", "baseline", "restricted"]
POD_SECURITY_LEVELS: tuple[PodSecurity, ...] = get_args(PodSecurity)
# Amounts by resource, in thousandths: the Kubernetes API rounds every amount up to these.
Amounts = Mapping[str, int]


@dataclass(frozen=True)
class Scope:
    """A scope of a ResourceQuota: the pods that it counts. operator: In, NotIn, Exists or DoesNotExist."""

    name: str
    operator: str = "Exists"
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ResourceQuota:
    """The limits of the objects of a namespace together. used: their current use, if it was read from a live cluster.

    scopes: it counts only pods that are in all of them.
    """

    name: str
    hard: Amounts
    used: Amounts = field(default_factory=dict, compare=False)
    scopes: tuple[Scope, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Limits:
    """An entry of a LimitRange: the limits of each object of a type: Container, Pod or PersistentVolumeClaim.

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
    """The limits of each pod, container and claim of a namespace, and the defaults of containers."""

    name: str
    limits: tuple[Limits, ...] = ()

    def of(self, kind: str) -> Iterator[Limits]:
        """Yields the entries of a type."""
        return (one for one in self.limits if one.type == kind)


@dataclass(frozen=True, kw_only=True)
class NamespaceRules:
    """quotas, limit_ranges: by name; all of them apply. pod_security: the standard that pods must meet.

    not_read: what else of the namespace may refuse or change pods, in words.
    """

    quotas: tuple[ResourceQuota, ...] = ()
    limit_ranges: tuple[LimitRange, ...] = ()
    pod_security: PodSecurity = "privileged"
    not_read: tuple[str, ...] = ()

    def __and__(self, other: "NamespaceRules") -> "NamespaceRules":
        """Returns the combination of both rules."""
        return NamespaceRules(
            quotas=tuple(sorted((*self.quotas, *other.quotas), key=lambda one: one.name)),
            limit_ranges=tuple(sorted((*self.limit_ranges, *other.limit_ranges), key=lambda one: one.name)),
            pod_security=max(self.pod_security, other.pod_security, key=POD_SECURITY_LEVELS.index),
            not_read=(*self.not_read, *other.not_read),
        )


NO_RULES = NamespaceRules()
