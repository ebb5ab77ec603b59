"""What every part of a generated environment is chosen with."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

Data = dict[str, Any]
RETENTION_DAYS = (1, 7, 30, 90, 365)


def maybe(chance: Random, probability: float, **settings: Callable[[], Any]) -> Data:
    """Each of the settings, or not."""
    return {name: make() for name, make in settings.items() if chance.random() < probability}


def free_name(prefix: str, taken: Mapping[str, Any]) -> str:
    """The first name prefix-NUMBER that is not taken."""
    return next(name for number in range(len(taken) + 1) if (name := f"{prefix}-{number}") not in taken)
