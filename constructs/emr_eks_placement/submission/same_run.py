"""Checks whether an existing run is the one that a request describes."""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.emr.job_run import JobRun

_COMPARED = ("jobDriver", "releaseLabel")


def check_same_run(there: JobRun, request: Mapping[str, Any]) -> None:
    """Compares a run with its request, because EMR answers a known client token with the earlier run, whatever the
    request contains.

    Raises RuleError, with the run's name, for a run that was started with other values.
    """
    for member in _COMPARED:
        if member in request and there.request.get(member) != request[member]:
            rule = (
                f"job run {there.id} ({there.state}) has this name already, with another {member}; nothing was started"
            )
            raise RuleError(request["name"], rule, "Choose another name, or submit it as before")
