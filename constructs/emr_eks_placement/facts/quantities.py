"""Kubernetes resource quantities (Kubernetes reference, Quantity)."""

import math
import re
from decimal import Decimal

from emr_eks_placement.errors import RuleError

_QUANTITY = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(m|k|[KMGTPE]i?|[eE]-?\d+)?")
_FACTOR = {"": Decimal(1), "m": Decimal("0.001"), "k": Decimal(1000)}
_FACTOR |= {unit: Decimal(1000) ** power for power, unit in enumerate("KMGTPE", start=1) if unit != "K"}
_FACTOR |= {f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", start=1)}


def parse_quantity(text: str | int | float) -> Decimal:
    """A quantity such as 500m, 2, 1.5Gi as a number of its unit. Raises RuleError for what is none, negative ones too."""
    match = _QUANTITY.fullmatch(str(text))
    suffix = (match[2] or "") if match else "?"
    if match and suffix in _FACTOR:
        return Decimal(match[1]) * _FACTOR[suffix]
    if match and suffix[0] in "eE":
        return Decimal(f"{match[1]}{suffix}")
    raise RuleError(
        text, "a Kubernetes quantity is a number and a unit such as m, k, M, G, Mi, Gi", "Write for example 500m or 2Gi"
    )


def cpu_millis(text: str | int | float) -> int:
    """A CPU quantity in thousandths of a core, rounded up as Kubernetes does."""
    return math.ceil(parse_quantity(text) * 1000)


def memory_mib(text: str | int | float) -> int:
    """A memory quantity in MiB, rounded up."""
    return math.ceil(parse_quantity(text) / (1024 * 1024))
