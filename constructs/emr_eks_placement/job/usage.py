"""How often and how long a job runs, which only costs depend on."""

import re
from typing import Annotated

from pydantic import AfterValidator, Strict

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.common.model import Model, between

_DURATION = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?", re.ASCII)
_RULE = "must be hours, minutes and seconds, such as 45m, 1h30m or 90s, and above 0 (product limit)"


def hours_of(duration: str) -> float:
    """1.5 of 1h30m. Raises RuleError for another form, and for no time at all."""
    found = _DURATION.fullmatch(duration)
    hours, minutes, seconds = (int(number or 0) for number in found.groups()) if found else (0, 0, 0)
    total = hours + minutes / 60 + seconds / 3600
    if not total:
        raise RuleError(duration, _RULE, "Write for example 45m")
    return total


def _check_duration(duration: str) -> str:
    hours_of(duration)
    return duration


LEAST, MOST = 0.001, 1_000_000


class JobUsage(Model):
    """How a job is used: nothing of it is deployed."""

    duration: Annotated[str, AfterValidator(_check_duration)] | None = None
    """How long a run takes, such as 45m or 1h30m, for its cost."""
    runs_per_month: Annotated[float, Strict(), between(LEAST, MOST, "runs", "product limit")] | None = None
    """How many runs a month has, for their cost."""
    shuffle_gb: Annotated[float, Strict(), between(LEAST, MOST, "GB", "product limit")] | None = None
    """How many GB the executors of a run send each other, for the cost of traffic between zones."""
