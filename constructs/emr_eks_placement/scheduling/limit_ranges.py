"""Applies LimitRanges to pods: the defaults that they set, and what they refuse.

Source: kubernetes/kubernetes, plugin/pkg/admission/limitranger/admission.go (defaults of all LimitRanges first, then
minima, maxima and ratios) and pkg/apis/core/v1/defaults.go (SetDefaults_Pod before that).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from emr_eks_placement.scheduling.amounts import Kind, Spec, amounts_of, as_text, containers, pod_amounts
from emr_eks_placement.scheduling.namespace_rules import Amounts, LimitRange, Limits

_Broken = tuple[Kind | None, int]  # kind and amount that break a limit; None if the pod has none


@dataclass(frozen=True)
class Default:
    """A default that a LimitRange added to a container. contested: whether another LimitRange would add a different
    one."""

    limit_range: str
    container: str
    kind: Kind
    resource: str
    amount: int
    contested: bool


@dataclass(frozen=True)
class Refusal:
    """What a LimitRange refuses. container: None for the pod as a whole.

    rule: the broken limit, or "default" if a limit that a LimitRange added is below the request; kind: of the amount,
    None if the pod lacks the required one; amount, bound: in thousandths, for a ratio both.
    """

    limit_range: str
    container: str | None
    resource: str
    rule: Literal["min", "max", "maxLimitRequestRatio", "default"]
    kind: Kind | None
    amount: int
    bound: int


def with_defaults(spec: Spec, limit_ranges: Iterable[LimitRange]) -> tuple[Spec, tuple[Default, ...]]:
    """Returns the pod's spec with the requests and limits that LimitRanges add to its containers, and these defaults.

    Several LimitRanges are applied by name; Kubernetes defines no order.
    """
    givers = [
        one for one in limit_ranges if any(entry.default or entry.default_request for entry in one.of("Container"))
    ]
    if not givers:
        return spec, ()
    given: list[Default] = []
    made = {
        kind: [_with_defaults(container, givers, given) for container in spec[kind]]
        for kind in ("initContainers", "containers")
        if spec.get(kind)
    }
    return {**spec, **made}, tuple(given)


def _with_defaults(container: Mapping[str, Any], givers: list[LimitRange], given: list[Default]) -> dict[str, Any]:
    resources = container.get("resources") or {}
    limits = dict(resources.get("limits") or {})
    kinds: dict[Kind, dict[str, Any]] = {"limits": limits, "requests": {**limits, **(resources.get("requests") or {})}}
    for giver in givers:
        for kind, present in kinds.items():
            for resource, amount in _defaults(giver, kind).items():
                if resource not in present:
                    present[resource] = as_text(amount)
                    others = {_defaults(one, kind).get(resource, amount) for one in givers}
                    name = str(container.get("name"))
                    given.append(Default(giver.name, name, kind, resource, amount, others != {amount}))
    return {**container, "resources": {**resources, **kinds}}


def _defaults(giver: LimitRange, kind: Kind) -> Amounts:
    """Returns the defaults. The last of several entries for containers in one LimitRange counts."""
    merged: dict[str, int] = {}
    for entry in giver.of("Container"):
        merged |= entry.default if kind == "limits" else entry.default_request
    return merged


def refusals(spec: Spec, limit_ranges: Iterable[LimitRange], given: Iterable[Default]) -> tuple[Refusal, ...]:
    """Returns what the LimitRanges refuse of a pod's spec with their defaults; a limit that is also a default appears
    once."""
    bounds = tuple(_refused_by_bounds(spec, limit_ranges))
    said = {(one.container, one.resource) for one in bounds if one.rule == "max"}
    below = (one for giver in given if giver.kind == "limits" for one in _below_request(spec, giver))
    return (*bounds, *(one for one in below if (one.container, one.resource) not in said))


def _refused_by_bounds(spec: Spec, limit_ranges: Iterable[LimitRange]) -> Iterator[Refusal]:
    for limit_range in limit_ranges:
        for entry in limit_range.of("Container"):
            for container in containers(spec):
                name = str(container.get("name"))
                requests, limits = amounts_of(container, "requests"), amounts_of(container, "limits")
                yield from _out_of_bounds(limit_range.name, name, entry, requests, limits)
        for entry in limit_range.of("Pod"):
            requests, limits = pod_amounts(spec, "requests"), pod_amounts(spec, "limits")
            yield from _out_of_bounds(limit_range.name, None, entry, requests, limits)


def refused_claims(claims: Iterable[tuple[str, int]], limit_ranges: Iterable[LimitRange]) -> Iterator[Refusal]:
    """Yields what the LimitRanges refuse of claims. claims: the name of the volume and its requested storage."""
    asked = list(claims)
    for limit_range in limit_ranges:
        for entry in limit_range.of("PersistentVolumeClaim"):
            for name, amount in asked:
                if amount < entry.min.get("storage", 0):
                    yield Refusal(limit_range.name, name, "storage", "min", "requests", amount, entry.min["storage"])
                if amount > entry.max.get("storage", amount):
                    yield Refusal(limit_range.name, name, "storage", "max", "requests", amount, entry.max["storage"])


def _below_request(spec: Spec, giver: Default) -> Iterator[Refusal]:
    """Yields limits below the request: Kubernetes sets the limit, then refuses the container
    (ValidateResourceRequirements)."""
    for container in containers(spec):
        asked = amounts_of(container, "requests").get(giver.resource, 0)
        if container.get("name") == giver.container and asked > giver.amount:
            yield Refusal(
                giver.limit_range, giver.container, giver.resource, "default", "requests", asked, giver.amount
            )


def _out_of_bounds(
    limit_range: str, container: str | None, entry: Limits, requests: Amounts, limits: Amounts
) -> Iterator[Refusal]:
    """Yields broken limits. A minimum requires a request, a maximum a limit, a ratio both; each applies to requests and
    limits."""
    broken: list[tuple[str, Literal["min", "max", "maxLimitRequestRatio"], _Broken | None, int]] = [
        *((one, "min", _too_low(one, bound, requests, limits), bound) for one, bound in entry.min.items()),
        *((one, "max", _too_high(one, bound, requests, limits), bound) for one, bound in entry.max.items()),
        *(
            (one, "maxLimitRequestRatio", _ratio(one, bound, requests, limits), bound)
            for one, bound in entry.max_ratio.items()
        ),
    ]
    for resource, rule, found, bound in broken:
        if found:
            yield Refusal(limit_range, container, resource, rule, *found, bound)


def _too_low(resource: str, bound: int, requests: Amounts, limits: Amounts) -> _Broken | None:
    if resource not in requests:
        return None, 0
    if requests[resource] < bound:
        return "requests", requests[resource]
    return ("limits", limits[resource]) if limits.get(resource, bound) < bound else None


def _too_high(resource: str, bound: int, requests: Amounts, limits: Amounts) -> _Broken | None:
    if resource not in limits:
        return None, 0
    if limits[resource] > bound:
        return "limits", limits[resource]
    return ("requests", requests[resource]) if requests.get(resource, bound) > bound else None


def _ratio(resource: str, bound: int, requests: Amounts, limits: Amounts) -> _Broken | None:
    """Returns the ratio as a float, as the plug-in compares it."""
    request, limit = requests.get(resource, 0), limits.get(resource, 0)
    if not request or not limit:
        return None, 0
    return ("limits", round(limit / request * 1000)) if limit / request * 1000 > bound else None
