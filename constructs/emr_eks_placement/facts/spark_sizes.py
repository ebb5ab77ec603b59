"""Sizes as Spark writes them (Spark configuration, properties that specify a byte size)."""

import re

from emr_eks_placement.common.errors import RuleError

_MEMORY = re.compile(r"([0-9]{1,19})(b|[kmgtp]b?)?", re.IGNORECASE)
_BYTES_BY_UNIT: dict[str, int] = {unit: 1024**power for power, unit in enumerate("bkmgtp")}
_MOST_MEMORY_MIB = 64 * 1024**2
_LEAST_HEAP_MIB = 450  # one and a half times the 300 MiB that Spark reserves


def memory_mib(text: str) -> int:
    """Parses Spark's memory size to MiB, rounded down as Spark does. A plain number is MiB; surrounding blanks are
    ignored.

    Raises RuleError for other texts (Spark configuration, "Properties that specify a byte size").
    """
    match = _MEMORY.fullmatch(text.strip())
    if not match:
        raise RuleError(
            text, "a memory size is a whole number and b, k, m, g or t (Spark configuration)", "Write for example 4g"
        )
    mib = int(match[1]) * _BYTES_BY_UNIT[(match[2] or "m")[0].lower()] // 1024**2
    if mib > _MOST_MEMORY_MIB:
        raise RuleError(
            text, "must be at most 64t: no EC2 instance has more memory (product limit)", "Write for example 4g"
        )
    return mib


def off_heap_mib(text: str) -> int:
    """Parses spark.memory.offHeap.size to MiB. Unlike the heap sizes, a plain number is bytes."""
    return memory_mib(f"{text.strip()}b" if re.fullmatch(r"\s*[0-9]{1,19}\s*", text, re.ASCII) else text)


def heap_mib(text: str) -> int:
    """Parses spark.driver.memory or spark.executor.memory to MiB. Raises RuleError for a size with which neither
    starts."""
    if re.fullmatch(r"[0-9]+", text.strip()):
        rule = "must have a unit: Spark takes a plain number sometimes as MiB, sometimes as bytes (Spark UnifiedMemoryManager)"
        raise RuleError(text, rule, f"Write for example {text.strip()}m")
    heap = memory_mib(text)
    if heap < _LEAST_HEAP_MIB:
        raise RuleError(
            text,
            f"must be at least {_LEAST_HEAP_MIB}m, or Spark does not start (Spark UnifiedMemoryManager)",
            "Write for example 1g",
        )
    return heap
