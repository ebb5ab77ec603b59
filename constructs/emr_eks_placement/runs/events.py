"""The interface to report the events of a job run."""

from collections.abc import Mapping
from typing import Any, Protocol

from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.planning import Plan


class RunEvents(Protocol):
    """Receives the events of a run. Used in a with statement, which ends the moving line of the terminal."""

    def __enter__(self) -> "RunEvents": ...
    def __exit__(self, *_: object) -> None: ...
    def planned(self, shown_as: str, made: Plan) -> None:
        """The pods are planned."""

    def started(self, request: Mapping[str, Any], id_: str, where: str) -> None:
        """EMR has accepted the run. where: the options with which commands find it."""

    def progress(self, run: JobRun, beside: Mapping[str, Any]) -> None:
        """The current state of the run. beside: further values in words, by kind: pods, cost."""

    def note(self, text: str) -> None:
        """A note, which is no result."""

    def ended(self, run: JobRun) -> None:
        """The run has ended."""

    def output(self, stream: str, lines: list[str]) -> None:
        """The last lines of a stream of the driver."""
