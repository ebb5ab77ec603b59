"""State machines, executed: job runs that complete, fail, are throttled, not allowed and stopped."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.deployed.consumers.conftest import Deployed, Throttle


def start(deployed: Deployed) -> str:
    """An execution of the state machine, by the command in the bucket's index."""
    started = json.loads(deployed.shell("bash", "-ec", deployed.command("fargate", "execute")))
    return str(started["executionArn"])


def ended(deployed: Deployed, execution: str) -> dict[str, Any]:
    for _ in range(3000):
        found: dict[str, Any] = deployed.client("stepfunctions").describe_execution(executionArn=execution)
        if found["status"] != "RUNNING":
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def retries(deployed: Deployed, execution: str) -> list[str]:
    events = deployed.client("stepfunctions").get_execution_history(executionArn=execution)["events"]
    return [one["taskFailedEventDetails"]["error"] for one in events if one["type"] == "TaskFailed"]


def test_an_execution_succeeds_with_its_job_run(deployed: Deployed) -> None:
    found = ended(deployed, start(deployed))
    assert found["status"] == "SUCCEEDED", found
    (run,) = deployed.runs.started
    assert run.request.items() >= deployed.definition("fargate").items()
    output = json.loads(found["output"])
    assert (output["Id"], output["State"]) == (run.id, "COMPLETED")


def test_an_execution_waits_for_the_end_of_its_job_run(deployed: Deployed) -> None:
    deployed.runs.outcome = None
    execution = start(deployed)
    deployed.runs.wait_for(1)
    assert deployed.client("stepfunctions").describe_execution(executionArn=execution)["status"] == "RUNNING"
    deployed.runs.started[0].set_state("COMPLETED")
    assert ended(deployed, execution)["status"] == "SUCCEEDED"


def test_an_execution_fails_with_its_job_run_and_names_it(deployed: Deployed) -> None:
    deployed.runs.outcome = "FAILED"
    execution = start(deployed)
    found = ended(deployed, execution)
    assert (found["status"], found["error"]) == ("FAILED", "States.TaskFailed")
    assert found["cause"].startswith("trip-count in placement fargate: {")
    assert "as steered" in found["cause"]
    assert retries(deployed, execution) == ["States.TaskFailed"]
    assert len(deployed.runs.started) == 1, "a failed job run is not run again"


def test_throttling_is_retried(deployed: Deployed, throttle: Throttle) -> None:
    throttle.left = 3
    execution = start(deployed)
    assert ended(deployed, execution)["status"] == "SUCCEEDED"
    assert len(retries(deployed, execution)) == 3
    assert len(deployed.runs.started) == 1


def test_throttling_without_end_fails(deployed: Deployed, throttle: Throttle) -> None:
    throttle.left = 100
    execution = start(deployed)
    assert ended(deployed, execution)["error"] == "EMRContainers.TooManyRequestsException"
    assert len(retries(deployed, execution)) == 7
    assert not deployed.runs.started


@pytest.mark.parametrize(
    ("action", "started"), [("emr-containers:StartJobRun", 0), ("emr-containers:DescribeJobRun", 1)]
)
def test_what_the_role_may_not_do_is_not_done(
    deployed: Deployed, denied: Callable[[str, str], None], action: str, started: int
) -> None:
    denied("StateMachinesRole", action)
    found = ended(deployed, start(deployed))
    assert found["error"] == "EMRContainers.AccessDeniedException"
    assert action in found["cause"]
    assert len(deployed.runs.started) == started


def test_a_stopped_execution_cancels_its_job_run(deployed: Deployed) -> None:
    deployed.runs.outcome = None
    execution = start(deployed)
    deployed.runs.wait_for(1)
    deployed.client("stepfunctions").stop_execution(executionArn=execution)
    (run,) = deployed.runs.started
    assert run.wait_until_ended(30)
    assert run.state == "CANCELLED"
    assert ended(deployed, execution)["status"] == "ABORTED"


@contextmanager
def changed(deployed: Deployed, **fields: Any) -> Iterator[None]:
    """The deployed state machine with other fields or parameters of its task, until the end of the block."""
    step_functions = deployed.client("stepfunctions")
    machine = deployed.state_machine
    definition = step_functions.describe_state_machine(stateMachineArn=machine)["definition"]
    states = json.loads(definition)
    for name, value in fields.items():
        task = states["States"]["Run"]
        where = task if name in task else task["Parameters"]
        assert where[name] != value
        where[name] = value
    step_functions.update_state_machine(stateMachineArn=machine, definition=json.dumps(states))
    yield
    step_functions.update_state_machine(stateMachineArn=machine, definition=definition)


def test_an_execution_that_takes_too_long_fails(deployed: Deployed) -> None:
    deployed.runs.outcome = None
    with changed(deployed, TimeoutSeconds=1):  # instead of an hour
        found = ended(deployed, start(deployed))
    assert (found["error"], found["cause"]) == ("TimedOut", "trip-count in placement fargate took over 60 minutes")
    deployed.runs.started[0].set_state("COMPLETED")


def test_the_role_starts_job_runs_with_their_execution_role_alone(deployed: Deployed) -> None:
    roles = deployed.client("iam").list_roles()["Roles"]
    other = next(role["Arn"] for role in roles if "PodExecutionRole" in role["RoleName"])
    with changed(deployed, ExecutionRoleArn=other):
        found = ended(deployed, start(deployed))
    assert found["error"] == "EMRContainers.AccessDeniedException"
    assert not deployed.runs.started
