"""Limits the depth of data, because recursion over it must not exceed Python's stack."""

from typing import Any


def deeper_than(value: Any, levels: int) -> bool:
    """Returns whether mappings and lists are nested deeper than that many levels."""
    level = [value]
    for _ in range(levels + 1):
        level = [part for one in level for part in _parts(one)]
        if not level:
            return False
    return True


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else []
