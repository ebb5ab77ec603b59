"""The EventBridge Scheduler schedule of a job in a placement.

Limits: botocore's service model of scheduler (2021-06-30), CreateSchedule.
"""

import difflib
import re
import zoneinfo
from typing import Annotated

from pydantic import AfterValidator, Strict

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.common.model import Model, between
from emr_eks_placement.environment.existing_resources import QueueArn

_CRON_FIELD = r"[-0-9A-Za-z,*/?#]+"


def _check_expression(expression: str) -> str:
    if re.fullmatch(r"rate\([1-9][0-9]{0,8} (minute|hour|day)s?\)", expression):
        return expression
    cron = re.fullmatch(rf"cron\(({_CRON_FIELD}( {_CRON_FIELD}){{5}})\)", expression)
    _, _, day_of_month, _, day_of_week, _ = cron[1].split() if cron else [""] * 6
    if not cron or (day_of_month == "?") == (day_of_week == "?"):
        raise RuleError(
            expression,
            "must be rate(NUMBER minutes|hours|days), or cron(MINUTES HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR) with ? for "
            "one of the days (EventBridge Scheduler guide, schedule types)",
            "Write for example cron(30 3 * * ? *)",
        )
    return expression


def _check_time_zone(zone: str) -> str:
    known = zoneinfo.available_timezones()  # empty on a machine without time zone data
    if known and zone not in known:
        close = difflib.get_close_matches(zone, sorted(known), 1)
        raise RuleError(
            zone,
            "must be a time zone of the IANA database (EventBridge Scheduler guide, time zones)",
            f"Did you mean {close[0]}?" if close else "Write for example Europe/Berlin",
        )
    return zone


class Schedule(Model):
    """When the job runs by itself: its state machine is started, or without one the job run."""

    expression: Annotated[str, AfterValidator(_check_expression)]
    """rate(1 day), or cron(30 3 * * ? *): minutes, hours, day of the month, month, day of the week, year."""
    time_zone: Annotated[str, AfterValidator(_check_time_zone)] = "UTC"
    """The time zone of a cron expression."""
    enabled: Annotated[bool, Strict()] = True
    """Whether the schedule is enabled."""
    flexible_minutes: Annotated[int, Strict(), between(1, 1440, "minutes", "MaximumWindowInMinutes")] | None = None
    """How much later it may start, to spread starts; by default not at all."""
    retry_attempts: Annotated[int, Strict(), between(0, 185, "attempts", "MaximumRetryAttempts")] = 3
    """How often Scheduler retries the start, with growing pauses, after throttling and errors of the service."""
    retry_minutes: Annotated[int, Strict(), between(1, 1440, "minutes", "MaximumEventAgeInSeconds")] = 60
    """How long it retries."""
    dead_letter_queue_arn: QueueArn | None = None
    """An existing SQS queue for failed starts; by default Scheduler drops them."""
