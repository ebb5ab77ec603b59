"""Whom the parts that follow a job run report to."""

from collections.abc import Mapping
from typing import Any, Protocol

from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.planning import Plan


class RunEvents(Protocol):
    """Whom a command tells what happens to a run. Used in a with statement, which ends what moves on the terminal."""

    def __enter__(self) -> "RunEvents": ...
    def __exit__(self, *_: object) -> None: ...
    def planned(self, shown_as: str, made: Plan) -> None:
        """Where the pods will land."""

    def started(self, request: Mapping[str, Any], id_: str, where: str) -> None:
        """EMR has accepted the run; where: the options by which commands find it."""

    def progress(self, run: JobRun, beside: Mapping[str, Any]) -> None:
        """The run as it is; beside: what else is known, in words by what it is: pods, cost."""

    def note(self, text: str) -> None:
        """Something that is no result."""

    def ended(self, run: JobRun) -> None:
        """The run has ended."""

    def output(self, stream: str, lines: list[str]) -> None:
        """The last lines of a stream of the driver."""
