"""A service integration of Step Functions that MiniStack lacks."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from local.aws.ministack import names
from local.aws.ministack.services import raise_for_error


class TaskError(Exception):
    """A task failed: the name that Retry and Catch match, and its cause."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


@dataclass(frozen=True)
class Task:
    """The task that an execution is at."""

    _execution: Mapping[str, Any]

    @property
    def role_arn(self) -> str:
        """The role of its state machine."""
        return str(names.stepfunctions._state_machines[self._execution["stateMachineArn"]]["roleArn"])

    @property
    def is_wanted(self) -> bool:
        """Whether its execution still runs."""
        return bool(self._execution["status"] == "RUNNING")


_CURRENT: ContextVar[Task] = ContextVar("task")
Integration = Callable[[Task, bool, Mapping[str, Any]], Mapping[str, Any]]


@contextlib.contextmanager
def integrated(action: str, run: Integration) -> Iterator[None]:
    """Let tasks call arn:aws:states:::ACTION, with or without .sync, until the end of the block.

    run(task, whether it is .sync, parameters) gives the result of the task, or raises TaskError.
    """
    execute_task = names.stepfunctions._execute_task

    def execute(state: Any, input_: Any, execution: Mapping[str, Any], context: Any) -> Any:
        token = _CURRENT.set(Task(execution))
        try:
            return execute_task(state, input_, execution, context)
        finally:
            _CURRENT.reset(token)

    def invoke(resource: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return run(_CURRENT.get(), resource.endswith(".sync"), parameters)
        except TaskError as failure:
            raise names.stepfunctions._ExecutionError(failure.error, failure.cause) from failure

    with (
        names.added_item(names.stepfunctions._SERVICE_DISPATCH, f"arn:aws:states:::{action}", invoke),
        names.replaced_attribute(names.stepfunctions, "_execute_task", execute),
    ):
        yield


def start_execution(state_machine_arn: str, input_: str) -> None:
    """StartExecution. `ValueError` with the text of a refusal."""
    answer = names.stepfunctions._start_execution({"stateMachineArn": state_machine_arn, "input": input_})
    raise_for_error(answer, "StartExecution")
