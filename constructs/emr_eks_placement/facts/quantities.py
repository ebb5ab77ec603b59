"""Kubernetes resource quantities (Kubernetes reference, Quantity)."""

import math
import re
from decimal import Decimal
from functools import lru_cache

from emr_eks_placement.common.errors import RuleError

_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([num]|k|[KMGTPE]i?|[eE][+-]?[0-9]{1,3})?")
_FACTOR = {"": Decimal(1), "k": Decimal(1000)}
_FACTOR |= {unit: Decimal(10) ** -power for unit, power in (("m", 3), ("u", 6), ("n", 9))}
_FACTOR |= {unit: Decimal(1000) ** power for power, unit in enumerate("KMGTPE", start=1) if unit != "K"}
_FACTOR |= {f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", start=1)}
_LARGEST = Decimal(2**63 - 1)


@lru_cache(maxsize=10_000, typed=True)
def parse_quantity(text: str | int | float) -> Decimal:
    """Parses a quantity such as 500m, 2 or 1.5Gi to a number of its unit. Raises RuleError for other texts, and
    negative ones."""
    number = _number(str(text))
    if number is None or number > _LARGEST:
        raise RuleError(
            text,
            "a quantity is a number below 2^63 and a unit such as m, k, M, G, Mi or Gi (Kubernetes Quantity)",
            "Write for example 500m or 2Gi",
        )
    return number


@lru_cache(maxsize=4096)  # every pod uses the same few amounts
def _number(text: str) -> Decimal | None:
    match = _QUANTITY.fullmatch(text)
    suffix = (match[2] or "") if match else "?"
    if match and suffix in _FACTOR:
        return Decimal(match[1]) * _FACTOR[suffix]
    if match and suffix[0] in "eE":
        return Decimal(f"{match[1]}{suffix}")
    return None


def thousandths(text: str | int | float) -> int:
    """Returns a quantity in thousandths of its unit, rounded up as the Kubernetes API does."""
    return math.ceil(parse_quantity(text) * 1000)


def cpu_millis(text: str | int | float) -> int:
    """Returns a CPU quantity in thousandths of a core, rounded up as Kubernetes does."""
    return thousandths(text)


def memory_bytes(text: str | int | float) -> int:
    """Returns a memory quantity in bytes, rounded up as Kubernetes does."""
    return math.ceil(parse_quantity(text))


def memory_mib(text: str | int | float) -> int:
    """Returns a memory quantity in MiB, rounded up."""
    return math.ceil(parse_quantity(text) / (1024 * 1024))
