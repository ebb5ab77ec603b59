"""The amounts that containers and pods request or are limited to, in thousandths, as the Kubernetes API counts them.

Source: kubernetes/kubernetes, staging/src/k8s.io/component-helpers/resource/helpers.go (PodRequests, PodLimits).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal, get_args

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.quantities import thousandths
from emr_eks_placement.scheduling.namespace_rules import Amounts
from emr_eks_placement.scheduling.pod import MIB

Spec = Mapping[str, Any]
Kind = Literal["limits", "requests"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_BYTES = ("memory", "storage", "hugepages-")


def containers(spec: Spec) -> Iterator[Mapping[str, Any]]:
    """Yields the containers of a pod's spec, those that run together first."""
    for kind in ("containers", "initContainers"):
        yield from spec.get(kind) or ()


def amounts_of(container: Mapping[str, Any], kind: Kind) -> Amounts:
    """Returns the amounts that the container sets; a limit without a request is also the request. Invalid quantities
    are left out."""
    resources = container.get("resources") or {}
    limits = resources.get("limits") or {}
    said = limits if kind == "limits" else {**limits, **(resources.get("requests") or {})}
    return _known(said)


def pod_amounts(spec: Spec, kind: Kind, *, overhead: bool = False) -> Amounts:
    """Returns the larger of all containers that run together and of any init container with the sidecars before it.

    A resource that no container names is absent. overhead: whether to add the pod's, which a limit includes only above
    0.
    """
    total: Counter[str] = Counter()
    for container in spec.get("containers") or ():
        total.update(amounts_of(container, kind))
    sidecars: Counter[str] = Counter()
    starting: dict[str, int] = {}
    for container in spec.get("initContainers") or ():
        own = amounts_of(container, kind)
        if container.get("restartPolicy") == "Always":
            total.update(own)
            sidecars.update(own)
            needed: Amounts = sidecars
        else:
            needed = Counter(own)
            needed.update(sidecars)
        starting |= {resource: max(amount, starting.get(resource, 0)) for resource, amount in needed.items()}
    pod = {resource: max(total[resource], starting.get(resource, 0)) for resource in (*total, *starting)}
    for resource, amount in _known(spec.get("overhead") or {}).items() if overhead else ():
        if kind == "requests" or pod.get(resource):
            pod[resource] = pod.get(resource, 0) + amount
    return pod


def as_text(amount: int) -> str:
    """Formats thousandths as a quantity: 2, 500m."""
    return str(amount // 1000) if amount % 1000 == 0 else f"{amount}m"


def in_words(resource: str, amount: int) -> str:
    """Formats thousandths for people: 4 vCPU, 5734 MiB, 3."""
    if resource.rpartition(".")[2].endswith("cpu"):
        return f"{_plain(amount / 1000)} vCPU"
    if any(one in resource for one in _BYTES):
        return f"{_plain(amount / 1000 / MIB)} MiB"
    return _plain(amount / 1000)


def _plain(number: float) -> str:
    """Formats a number with up to three decimal places."""
    return f"{number:.3f}".rstrip("0").rstrip(".")


def _known(said: Mapping[str, Any]) -> Amounts:
    read = {
        str(resource): _thousandths(amount)
        for resource, amount in said.items()
        if isinstance(amount, str | int | float)
    }
    return {resource: amount for resource, amount in read.items() if amount is not None}


@lru_cache(maxsize=4096, typed=True)
def _thousandths(amount: str | int | float) -> int | None:
    try:
        return thousandths(amount)
    except RuleError:
        return None
