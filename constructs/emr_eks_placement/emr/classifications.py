"""Every classification and property of EMR on EKS, and how a plan uses it.

Source: EMR on EKS guide: releases (supported configuration classifications), job submitter classification, container
defaults classification, configuring vertical autoscaling; botocore's service model of emr-containers (2020-10-01).
export is nested in spark-env, as in EMR on EC2.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from emr_eks_placement.facts.shipped import shipped


@dataclass(frozen=True)
class Setting:
    """How a plan uses a property.

    taken: planned: the property decides pods, and a plan uses it; elsewhere: it can't change where or whether pods
    land; warned: a code reports what a plan does not know about it. why: where it is planned, why it can't change that,
    or the code. options: the values that count; empty: any.
    """

    taken: Literal["planned", "elsewhere", "warned"]
    why: str
    options: tuple[str, ...] = ()


def _settings(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Setting]:
    return {
        name: Setting(row["taken"], row["why"], tuple(row.get("options", ()))) for row in rows for name in row["names"]
    }


ANY = "*"  # any property, or at the end of a name any ending that is not empty

_DATA = shipped("emr_classifications")
CLASSIFICATIONS: Mapping[str, Mapping[str, Setting]] = MappingProxyType(
    {name: _settings(rows) for name, rows in _DATA["classifications"].items()}
)
ENDPOINT_ONLY = frozenset({"jeg-config", "jupyter-kernel-overrides"})
MONITORING: Mapping[str, Setting] = MappingProxyType(_settings(_DATA["monitoring"]))
AUTOSCALING: Mapping[str, Setting] = MappingProxyType(_settings(_DATA["autoscaling"]))
"""Labels and annotations of the driver with which EMR's operator resizes the executors."""


def setting_of(classification: str, name: str) -> Setting | None:
    """Returns the entry of a property of a known classification; None if the guide has no such property."""
    known = CLASSIFICATIONS[classification]
    if name in known:
        return known[name]
    prefixes = (key for key in known if key.endswith(ANY))
    return next((known[key] for key in prefixes if name.startswith(key[:-1]) and name != key[:-1]), None)
