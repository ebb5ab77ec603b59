"""Until when EKS supports each version of Kubernetes.

Source: EKS guide, Kubernetes version lifecycle (release calendar); read on 2026-11-28. A version
that is not in the calendar here is newer than it.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal

Support = Literal["standard", "extended", "ended", "unknown"]

# The days (UTC) on which standard and extended support end: extended support is billed from the start of the first one, and
# no cluster is created from the second one on (EKS guide).
_CALENDAR: Mapping[str, tuple[date, date]] = MappingProxyType(
    {
        "1.30": (date(2025, 7, 23), date(2026, 7, 23)),
        "1.31": (date(2025, 11, 26), date(2026, 11, 26)),
        "1.32": (date(2026, 3, 23), date(2027, 3, 23)),
        "1.33": (date(2026, 7, 29), date(2027, 7, 29)),
        "1.34": (date(2026, 12, 2), date(2027, 12, 2)),
        "1.35": (date(2027, 3, 27), date(2028, 3, 27)),
    }
)

MOST_OLDER = 3
"""How many minor versions kube-proxy may be older than the Kubernetes API (Kubernetes, version skew policy)."""


def support(version: str, day: date) -> Support:
    """Which support EKS gives a version on a day."""
    if version not in _CALENDAR:
        return "unknown"
    standard, extended = _CALENDAR[version]
    return "standard" if day < standard else "extended" if day < extended else "ended"


def end_of(version: str, kind: Literal["standard", "extended"]) -> date:
    """The day on which a kind of support of a version in the calendar ends."""
    return _CALENDAR[version][kind == "extended"]


def oldest() -> str:
    """The oldest version in the calendar."""
    return min(_CALENDAR, key=minor)


def minor(version: str) -> int:
    """35 of 1.35."""
    return int(version.split(".")[1])
