"""Finds settings of a request that EMR on EKS does not know, or uses differently from what they seem to mean."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from emr_eks_placement.emr.classifications import ANY, CLASSIFICATIONS, ENDPOINT_ONLY, setting_of
from emr_eks_placement.emr.placeholders import placeholders_in
from emr_eks_placement.job.placement import Role
from emr_eks_placement.spark.configuration import classifications

_SUBMITTER = "emr-job-submitter"
_TOLERATION = "jobsubmitter.node.toleration."
_PARTS = (".effect", ".tolerationSeconds")  # of a toleration
_LIKE = 0.8  # of difflib's ratio


@dataclass(frozen=True)
class Unknown:
    """An unknown setting. what: what is wrong; fix: what to do, empty without a suggestion; role: the pod that it was
    meant for."""

    what: str
    fix: str = ""
    role: Role = "driver"


def unknown_configuration(request: Mapping[str, Any]) -> Iterator[Unknown]:
    """Yields each classification and property of the request that has no effect."""
    for name, properties in classifications(request):
        if name in ENDPOINT_ONLY:
            yield Unknown(f"classification {name} is for managed endpoints, not for job runs", "Remove it")
        elif name in CLASSIFICATIONS:
            role: Role = "submitter" if name == _SUBMITTER else "driver"
            yield from (replace(unknown, role=role) for unknown in _of_properties(name, properties))
        else:
            yield Unknown(f"there is no classification {name}", _did_you_mean(name, CLASSIFICATIONS))


def _of_properties(name: str, properties: Mapping[str, str]) -> Iterator[Unknown]:
    for key, value in properties.items():
        setting = setting_of(name, key)
        if setting is None:
            yield Unknown(f"classification {name} has no property {key}", _fix(name, key))
        elif setting.options and value not in setting.options and not placeholders_in(value):
            options = " or ".join(setting.options)
            yield Unknown(f"{key} is {value}, which counts as not set", f"Write {options}")
        elif key.startswith(_TOLERATION):
            yield from _of_toleration(key, properties)


def _of_toleration(key: str, properties: Mapping[str, str]) -> Iterator[Unknown]:
    """Checks a toleration. KEY = value and KEY.effect belong together: the API does not accept a blank value for any
    value."""
    part = next((part for part in _PARTS if key.endswith(part)), "")
    taint = key.removesuffix(part)
    if part and taint not in properties and f"{key}.effect" not in properties:
        yield Unknown(f"{key} is set without {taint}, the tolerated value", f"Add {taint}")
    elif not part and f"{key}.effect" not in properties:
        yield Unknown(f"{key} is set without {key}.effect, which is required", f"Add {key}.effect")


def _fix(name: str, key: str) -> str:
    owner = next((other for other in CLASSIFICATIONS if _named_by(other, key) and other != name), None)
    if owner is not None:
        return f"Put it into the classification {owner}"
    if key.startswith("-"):
        return "Write options of spark-submit into sparkSubmitParameters"
    return _did_you_mean_property(key, CLASSIFICATIONS[name])


def _named_by(classification: str, key: str) -> bool:
    """Returns whether the classification lists the property by name, and does not only accept any property."""
    return ANY not in CLASSIFICATIONS[classification] and setting_of(classification, key) is not None


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name.lower(), [*known], 1)
    return f"Did you mean {close[0]}?" if close else ""


def _did_you_mean_property(key: str, known: Iterable[str]) -> str:
    """Returns the most similar known name; for a name with a free ending, compares only the part before it."""
    words = key.split(".")
    best, closest = "", _LIKE
    for name in known:
        start = name.removesuffix(ANY)
        count = start.count(".")
        tried, free = (f"{'.'.join(words[:count])}.", ".".join(words[count:])) if start != name else (key, "")
        ratio = difflib.SequenceMatcher(None, start.lower(), tried.lower()).ratio()
        if ratio > closest and (free or start == name):
            best, closest = f"{start}{free}", ratio
    return f"Did you mean {best}?" if best else ""
