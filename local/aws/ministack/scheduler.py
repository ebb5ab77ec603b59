"""EventBridge Scheduler: MiniStack detects when a schedule is due, and others start its target."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from local.aws.ministack import names

_SECONDS_BETWEEN_LOOKS = 1
Fire = Callable[[Mapping[str, Any], str, datetime], None]


@contextlib.contextmanager
def fired_by(fire: Fire) -> Iterator[None]:
    """Call fire(target, ARN of the schedule, time) for each schedule that is due, instead of MiniStack's own targets."""
    invoke_target = names.eventbridge._invoke_target

    def invoke(target: Mapping[str, Any], event: Mapping[str, Any], rule: Mapping[str, Any], *view: Any) -> None:
        if event.get("Source") == "aws.scheduler":
            fire(target, rule["Arn"], datetime.fromtimestamp(event["Time"], UTC))
        else:
            invoke_target(target, event, rule, *view)

    with (
        names.replaced_attribute(names.eventbridge, "_invoke_target", invoke),
        names.replaced_attribute(names.scheduler, "_SCHEDULE_TICK_INTERVAL", _SECONDS_BETWEEN_LOOKS),
    ):
        yield


def set_time_zone(name: str, zone: str) -> None:
    """The time zone of a schedule of the default group. MiniStack's clock for cron expressions stays UTC."""
    names.scheduler._schedules[f"default/{name}"]["ScheduleExpressionTimezone"] = zone
