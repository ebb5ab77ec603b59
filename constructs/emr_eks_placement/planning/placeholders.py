"""Placeholders in values that decide about pods: the plan uses them as written."""

import re
from collections.abc import Iterator

from emr_eks_placement.emr.placeholders import placeholders_in
from emr_eks_placement.emr.request import Request
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.problems import Problem

_SPARK = re.compile(
    r"spark\.(driver|executor)\.(cores|memory.*|instances|resource\..+|pyspark\.memory)"
    r"|spark\.(memory\.offHeap|dynamicAllocation)\..+"
    r"|spark\.kubernetes\.(memoryOverheadFactor|scheduler\.name|node\.selector\..+)"
    r"|spark\.kubernetes\.(driver|executor)\.(label|annotation|node\.selector|volumes|limit|request|scheduler)\..+",
    re.DOTALL,
)
_SUBMITTER = re.compile(r"jobsubmitter\.(node|label|annotation|scheduler|logging)\b(?!\.image).*", re.DOTALL)
_SIDECARS = re.compile(r"executor\.logging|logging\.(request\..+|nativeSidecar)", re.DOTALL)


def problems_of_placeholders(request: Request) -> Iterator[Problem]:
    """Yields problems of labels, selectors and settings, and of an entry point whose ending does not show its language."""
    for key, value in request.spark.properties.items():
        if _SPARK.fullmatch(key):
            role: Role = "driver" if ".driver." in key else "executors"
            yield from _problem(role, key, value)
    for properties, pattern, role in (
        (request.submitter, _SUBMITTER, "submitter"),
        (request.defaults, _SIDECARS, "driver"),
    ):
        for key, value in properties.items():
            if pattern.fullmatch(key):
                yield from _problem(role, key, value)
    entry_point = request.body["jobDriver"].get("sparkSubmitJobDriver", {}).get("entryPoint", "")
    names = placeholders_in(entry_point)
    if names and entry_point.endswith(names[-1]):
        what = f"whether {names[-1]} is a Python program decides the memory overhead: the plan takes it for a jar"
        yield Problem("PLACEHOLDER", "driver", what)


def _problem(role: Role, key: str, value: str) -> Iterator[Problem]:
    for name in placeholders_in(f"{key}={value}"):
        yield Problem("PLACEHOLDER", role, f"{key}={value} has the placeholder {name}, and is planned as written")
