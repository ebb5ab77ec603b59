"""How deep data is nested: what follows it by recursion must not meet more levels than Python's stack has."""

from typing import Any


def deeper_than(value: Any, levels: int) -> bool:
    """Whether mappings and lists stand in one another more than that many levels deep."""
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
