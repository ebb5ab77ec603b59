"""What the Kubernetes API refuses of a container's requests and limits.

Source: kubernetes/kubernetes, pkg/apis/core/validation, validateResourceRequirements and validateContainerResourceName;
pkg/apis/core/helper.
"""

from decimal import Decimal

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.quantities import parse_quantity
from emr_eks_placement.pod_template.api_values import Part, Refusals, label_key, quantity

_STANDARD = ("cpu", "memory", "ephemeral-storage")
_HUGE_PAGES = "hugepages-"
_SOURCE = "validateResourceRequirements"


def refused_resources(resources: Part) -> Refusals:
    """Returns what the API refuses in a container's resources; a missing request is the limit."""
    requests, limits = (resources.value.get(kind) or {} for kind in ("requests", "limits"))
    for kind, amounts in (("requests", requests), ("limits", limits)):
        for name, amount in amounts.items():
            if name not in _STANDARD or _read(amount) is None:
                part = Part((*resources.path, kind, name), amount)
                yield from _refused_name(part)
                yield from _refused_amount(part)
    for name, amount in requests.items():
        if name not in _STANDARD or name in limits:
            request = Part((*resources.path, "requests", name), amount)
            yield from _refused_request(request, Part((*resources.path, "limits", name), limits.get(name)))
    named = requests.keys() | limits.keys()
    if any(name.startswith(_HUGE_PAGES) for name in named) and not named & {"cpu", "memory"}:
        yield resources.refused("huge pages require cpu or memory", "Add a request for memory", _SOURCE)


def _is_native(name: str) -> bool:
    return "/" not in name or "kubernetes.io/" in name


def _refused_name(amount: Part) -> Refusals:
    """Returns the refusal of a resource's name. Names without a domain are Kubernetes' own; all others are extended
    resources."""
    name = str(amount.path[-1])
    if "/" not in name:
        if name not in _STANDARD and not name.startswith(_HUGE_PAGES):
            rule = f"{name!r} must be a standard resource for containers: {', '.join(_STANDARD)} or {_HUGE_PAGES}SIZE"
            yield amount.refused(rule, "Correct the name", "validateContainerResourceName")
            return
    elif not _is_native(name) and name.startswith("requests."):
        yield amount.refused("an extended resource's name does not begin with 'requests.'", "Correct the name")
    yield from (broken.below(*amount.path) for broken in label_key(Part((), name)))


def _refused_amount(amount: Part) -> Refusals:
    name, number = str(amount.path[-1]), _number(amount)
    if number is None:
        yield from quantity(amount)
        return
    if not _is_native(name) and number % 1:
        yield amount.refused("an extended resource must be an integer", "Write a whole number", _SOURCE)
    if name.startswith(_HUGE_PAGES):
        page = _number(Part((), name.removeprefix(_HUGE_PAGES)))
        if not page or number % page:
            yield amount.refused(f"must be a whole multiple of {name.removeprefix(_HUGE_PAGES)}", source=_SOURCE)


def _refused_request(request: Part, limit: Part) -> Refusals:
    """Returns the refusal of a request above the limit, or other than the limit for unshared resources (extended
    resources, huge pages)."""
    name, asked, most = str(request.path[-1]), _number(request), _number(limit)
    shared = _is_native(name) and not name.startswith(_HUGE_PAGES)
    if limit.value is None:
        if not shared:
            yield request.refused(f"{name} needs a limit, the same as the request", "Write the limit alone", _SOURCE)
    elif asked is not None and most is not None:
        if not shared and asked != most:
            yield limit.refused(f"must be equal to the request, {request.value}", "Write the limit alone", _SOURCE)
        elif asked > most:
            rule = f"must be at least the request, {request.value}"
            yield limit.refused(rule, "Raise or remove the limit, or lower the request", _SOURCE)


def _number(amount: Part) -> Decimal | None:
    return None if amount.value is None else _read(amount.value)


def _read(text: str) -> Decimal | None:
    try:
        return parse_quantity(text)
    except RuleError:
        return None
