"""How long CloudWatch keeps the events of a log group."""

from typing import Annotated

from pydantic import AfterValidator, Strict

from emr_eks_placement.common.errors import RuleError

_RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)


def _check_retention(days: int) -> int:
    if days not in _RETENTION_DAYS:
        raise RuleError(
            days,
            f"must be one of {', '.join(map(str, _RETENTION_DAYS))} days (CloudWatch Logs PutRetentionPolicy)",
            "Write one of these",
        )
    return days


RetentionDays = Annotated[int, Strict(), AfterValidator(_check_retention)]
