"""Schedules that are due: what they start, as what they start it, and how often they try."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.deployed.consumers.conftest import Deployed, Throttle

Fire = Callable[[str], None]


def deployed_schedule(deployed: Deployed, placement: str) -> dict[str, Any]:
    scheduler = deployed.client("scheduler")
    (name,) = (
        one["Name"] for one in scheduler.list_schedules()["Schedules"] if f"trip-count-{placement}-" in one["Name"]
    )
    found: dict[str, Any] = scheduler.get_schedule(Name=name)
    return found


@pytest.fixture
def fire(deployed: Deployed) -> Iterator[Fire]:
    """Makes what the schedule of a placement starts due now: another schedule with its target, once."""
    scheduler = deployed.client("scheduler")
    made: list[str] = []

    def once(placement: str) -> None:
        made.append(f"now-{placement}-{len(made)}-{id(made)}")
        scheduler.create_schedule(
            Name=made[-1],
            ScheduleExpression="at(2024-01-01T00:00:00)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target=deployed_schedule(deployed, placement)["Target"],
        )

    yield once
    for name in made:
        scheduler.delete_schedule(Name=name)


def test_schedules_say_when(deployed: Deployed) -> None:
    found = deployed_schedule(deployed, "ec2")
    assert (found["State"], found["ScheduleExpression"]) == ("ENABLED", "rate(6 hours)")
    assert found["ScheduleExpressionTimezone"] == "UTC"


def test_a_schedule_starts_the_job_run_each_time_it_is_due(deployed: Deployed, fire: Fire) -> None:
    fire("ec2")
    fire("ec2")
    deployed.runs.wait_for(2)
    first, second = deployed.runs.started
    definition = deployed.definition("ec2")
    for run in (first, second):
        assert run.request.items() >= definition.items()
    assert first.request["clientToken"] != second.request["clientToken"]
    assert str(uuid.UUID(first.request["clientToken"])) == first.request["clientToken"]  # Scheduler's, not an SDK's


def test_a_schedule_starts_the_state_machine_where_there_is_one(deployed: Deployed, fire: Fire) -> None:
    before = executions(deployed)
    fire("fargate")
    deployed.runs.wait_for(1)
    assert deployed.runs.started[0].request.items() >= deployed.definition("fargate").items()
    assert len(executions(deployed)) == len(before) + 1


def executions(deployed: Deployed) -> list[str]:
    machine = deployed.state_machine
    found = deployed.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    return [one["executionArn"] for one in found]


def test_throttling_is_retried_as_often_as_the_schedule_sets(
    deployed: Deployed, fire: Fire, throttle: Throttle
) -> None:
    throttle.left = 2
    fire("ec2")
    deployed.runs.wait_for(1)
    assert throttle.left == 0
    assert len(deployed.runs.started) == 1


@pytest.mark.parametrize(("placement", "action"), [("ec2", "StartJobRun"), ("fargate", "StartExecution")])
def test_what_the_role_may_not_start_is_not_started(
    deployed: Deployed, fire: Fire, denied: Callable[[str, str], None], placement: str, action: str
) -> None:
    before = executions(deployed)
    prefix = "states" if action == "StartExecution" else "emr-containers"
    denied("SchedulesRole", f"{prefix}:{action}")
    fire(placement)
    other = "fargate" if placement == "ec2" else "ec2"
    fire(other)  # is due later, so the first is past when this has started
    deployed.runs.wait_for(1)
    (run,) = deployed.runs.started
    assert run.request.items() >= deployed.definition(other).items()
    assert len(executions(deployed)) == len(before) + (other == "fargate")
