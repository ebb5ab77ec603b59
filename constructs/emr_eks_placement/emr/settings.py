"""Values of EMR's own properties in a StartJobRun request."""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.emr.placeholders import placeholders_in
from emr_eks_placement.facts import emr
from emr_eks_placement.spark.configuration import classification

START_TIMEOUT = "job-start-timeout"


def start_timeout_seconds(request: Mapping[str, Any]) -> int:
    """For how many seconds the run may be SUBMITTED: a submitter or driver that has not started by then ends it.

    By default, and for a placeholder, EMR's own 900.

    Raises RuleError, with the property as path, for what is no whole number above 0.
    """
    text = classification(request, "emr-containers-defaults").get(START_TIMEOUT, str(emr.START_TIMEOUT_SECONDS))
    digits = str(emr.START_TIMEOUT_SECONDS) if placeholders_in(text) else text.strip()
    if not digits.isascii() or not digits.isdigit() or not int(digits):
        rule = "is a whole number of seconds above 0 (EMR on EKS guide, emr-containers-defaults)"
        raise RuleError(text, rule, "Write for example 1800", path=(START_TIMEOUT,))
    return int(digits)


def logging_requests(properties: Mapping[str, str], prefix: str) -> dict[str, str]:
    """What the properties below the prefix, `cores` and `memory`, make a logging container request, where they are set.

    A placeholder counts as not set: no quantity is known.
    """
    named = {"cpu": properties.get(f"{prefix}cores"), "memory": properties.get(f"{prefix}memory")}
    return {name: amount for name, amount in named.items() if amount is not None and not placeholders_in(amount)}
