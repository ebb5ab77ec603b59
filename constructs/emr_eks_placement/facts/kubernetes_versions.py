"""The end of EKS's support of each Kubernetes version, and the price of a cluster until then.

Source: EKS guide, Kubernetes version lifecycle (release calendar), and EKS pricing, us-east-1; read on 2026-11-28.
Versions that are not in this calendar are newer.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal

Support = Literal["standard", "extended", "ended", "unknown"]

# The days (UTC) on which standard and extended support end. Extended support is billed from the first one; from the
# second one on, EKS creates no cluster of the version (EKS guide).
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
    """Returns the kind of support that EKS gives a version on a day."""
    if version not in _CALENDAR:
        return "unknown"
    standard, extended = _CALENDAR[version]
    return "standard" if day < standard else "extended" if day < extended else "ended"


def end_of(version: str, kind: Literal["standard", "extended"]) -> date:
    """Returns the day on which a kind of support ends for a version in the calendar."""
    return _CALENDAR[version][kind == "extended"]


def oldest() -> str:
    """Returns the oldest version in the calendar."""
    return min(_CALENDAR, key=minor)


def minor(version: str) -> int:
    """Returns the minor version, such as 35 of 1.35."""
    return int(version.split(".")[1])
