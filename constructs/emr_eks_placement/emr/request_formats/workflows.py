"""StartJobRun requests that Step Functions and EventBridge Scheduler send.

Sources: Step Functions guide, EMR on EKS and AWS SDK integrations; EventBridge Scheduler guide, universal targets.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.common.errors import RuleError, below
from emr_eks_placement.emr.request_formats.form import Form, FoundRequest, in_text, spelled, with_keys
from emr_eks_placement.emr.spelling import PASCAL, STATES

_STARTS_JOB_RUN = re.compile(r":(emr-containers|aws-sdk:emrcontainers):startJobRun(\.sync)?$", re.IGNORECASE)


def _is_state(data: Any) -> bool:
    return isinstance(data, Mapping) and isinstance(data.get("Resource"), str) and _starts_job_run(data["Resource"])


def _starts_job_run(resource: Any) -> bool:
    return isinstance(resource, str) and bool(_STARTS_JOB_RUN.search(resource))


def _state(data: Any) -> Iterator[FoundRequest]:
    key = next((one for one in ("Arguments", "Parameters") if data.get(one) is not None), None)
    if key is None:
        rule = "a state that starts a job run has Parameters or Arguments (Step Functions guide)"
        raise RuleError(None, rule, "Add them", path=("Parameters",))
    yield spelled(data[key], "a Step Functions state", STATES, key)


def _has_states(data: Any) -> bool:
    return isinstance(data, Mapping) and isinstance(data.get("States"), Mapping)


def _state_machine(data: Any) -> Iterator[FoundRequest]:
    """Yields the states of a state machine, including those in branches of Parallel and processors of Map."""
    for name, state in data["States"].items():
        if not isinstance(state, Mapping):
            continue
        yield from _inside(state, "States", name)


def _inside(state: Mapping[str, Any], *path: str) -> Iterator[FoundRequest]:
    with below(*path):
        if _is_state(state):
            yield from (one.below(*path, name=path[-1]) for one in _state(state))
    for key in ("ItemProcessor", "Iterator"):
        if _has_states(state.get(key)):
            yield from (one.below(*path, key) for one in _state_machine(state[key]))
    branches = state.get("Branches")
    for index, branch in enumerate(branches if isinstance(branches, list) else ()):
        if _has_states(branch):
            yield from (one.below(*path, "Branches", index) for one in _state_machine(branch))


def _is_described_state_machine(data: Any) -> bool:
    return isinstance(data, Mapping) and isinstance(data.get("definition"), str)


def _described_state_machine(data: Any) -> Iterator[FoundRequest]:
    yield from in_text(data["definition"], state_machine_of, "definition")


def state_machine_of(data: Any) -> Iterator[FoundRequest]:
    """Yields the requests of a state machine's definition; none for other data."""
    return _state_machine(data) if _has_states(data) else iter(())


def _is_target(data: Any) -> bool:
    return isinstance(data, Mapping) and _starts_job_run(data.get("Arn"))


def _target(data: Any) -> Iterator[FoundRequest]:
    yield from in_text(data.get("Input"), _input, "Input")


def _input(data: Any) -> Iterator[FoundRequest]:
    yield spelled(data, "the input of a schedule", PASCAL)


def is_schedule(data: Any) -> bool:
    """Returns whether data is a schedule that starts a job run itself."""
    return isinstance(data, Mapping) and _is_target(data.get("Target"))


def schedule(data: Any) -> Iterator[FoundRequest]:
    """Yields the request of a schedule's target."""
    yield from in_text(data["Target"], _target, "Target")


def _pascal(data: Any) -> Iterator[FoundRequest]:
    yield spelled(data, "a StartJobRun request in the spelling of Step Functions and EventBridge Scheduler", STATES)


def _is_states_alone(data: Any) -> bool:
    return isinstance(data, Mapping) and any(map(_is_state, data.values()))


def _states_alone(data: Any) -> Iterator[FoundRequest]:
    for name, state in data.items():
        if isinstance(state, Mapping):
            yield from _inside(state, str(name))


STATE_FORMS = (
    Form("a state machine", _has_states, _state_machine),
    Form("an answer of describe-state-machine", _is_described_state_machine, _described_state_machine),
    Form("a Step Functions state", _is_state, _state),
    Form("Step Functions states by name", _is_states_alone, _states_alone),
    Form("a schedule of EventBridge Scheduler", is_schedule, schedule),
    Form("the target of a schedule", _is_target, _target),
)
PASCAL_REQUESTS = (
    Form("a StartJobRun request in PascalCase", with_keys("JobDriver", "JobDriver.$", "ReleaseLabel"), _pascal),
)
