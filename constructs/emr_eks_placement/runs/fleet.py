"""Starts many job runs at once, each exactly once, as recorded in the fleet's journal."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from emr_eks_placement.aws.errors import AwsError
from emr_eks_placement.aws.job_runs import JobRunsApi, Queue, StartedRun
from emr_eks_placement.common.errors import InputError, RuleError, finding
from emr_eks_placement.submission.fleet_journal import Journal
from emr_eks_placement.submission.request import check_same_run

_CLOCKS = timedelta(minutes=15)  # the maximum difference of clocks (SigV4 accepts no more)
_QUEUE_TRIES = 3  # for a refusal although the queue has room: others may have filled it in between
_QUEUE_SECONDS = 30.0  # maximum time between two reads of a full queue
_FAILURES_IN_A_ROW = 16  # each after all its retries: the service is unreachable


class _NotTakenError(Exception):
    """EMR refuses to start a run."""

    def __init__(self, error: InputError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True)
class FleetRun:
    """A run to start. line: of the fleet's file; zone: assigned by the spread; request: with name and client token.

    is_named: whether the user named it, so that another submission may have used the name before.
    """

    line: int
    zone: str | None
    request: Mapping[str, Any]
    is_named: bool = False


@dataclass
class Counts:
    """The results of the runs of this submission.

    older: started runs that an earlier submission started with the same name; unknown: runs without an answer of EMR;
    waiting: runs that wait for room in the queue of their virtual cluster.
    """

    started: int = 0
    older: int = 0
    refused: int = 0
    unknown: int = 0
    waiting: int = 0


@dataclass
class FleetSubmitter:
    """Threads that start runs one after another. Its members can be read at any time.

    A run that EMR refuses is recorded, and the others go on. An error that affects every run (credentials, permissions,
    no answer) stops all; it is then in `stopped_by`.
    """

    api: JobRunsApi
    journal: Journal
    runs: Iterable[FleetRun]
    concurrency: int
    counts: Counts = field(default_factory=Counts)
    stopped_by: InputError | None = None
    last_failure: InputError | None = None

    def __post_init__(self) -> None:
        self._left = iter(self.runs)
        self._changing = threading.Lock()
        self._stopped = threading.Event()
        self._ended = threading.Event()
        self._working = self.concurrency
        self._in_a_row = 0
        self._broken: BaseException | None = None

    def start(self) -> None:
        """Starts the threads."""
        for _ in range(self.concurrency):
            threading.Thread(target=self._work, daemon=True).start()

    def stop(self) -> None:
        """Lets current starts finish, and begins no others."""
        self._stopped.set()

    def wait(self, seconds: float) -> bool:
        """Waits for the end, at most that long. Returns whether it has ended. Raises unexpected errors of a thread."""
        has_ended = self._ended.wait(seconds)  # not Thread.join, which treats a thread as ended when interrupted
        if self._broken is not None:
            raise self._broken
        return has_ended

    def _work(self) -> None:
        try:
            self._start_all()
        except InputError as error:
            with self._changing:
                self.stopped_by = self.stopped_by or error
            self._stopped.set()
        except BaseException as error:  # noqa: BLE001 - `wait` raises it where it is seen
            self._broken = error
            self._stopped.set()
        finally:
            with self._changing:
                self._working -= 1
                if not self._working:
                    self._ended.set()

    def _start_all(self) -> None:
        while not self._stopped.is_set():
            with self._changing:
                run = next(self._left, None)
            if run is None:
                return
            self._start(run)

    def _start(self, run: FleetRun) -> None:
        """Starts a run. Raises InputError for an error that would affect every other run too."""
        try:
            id_ = self._started_before(run) or self._ask(run)
        except RuleError as other:
            self._refused(run, InputError([finding("run_name", other)]))
        except _NotTakenError as refusal:
            self._refused(run, refusal.error)
        except AwsError as error:
            self._failed(error)
        else:
            self._started(run, id_)

    def _started_before(self, run: FleetRun) -> str | None:
        """Returns the id of the run if an earlier attempt started it; None if not, or without an earlier attempt.

        Searches by name, because it is not documented how long EMR remembers a client token. Raises as `_ask` does.
        """
        if run.line not in self.journal.progress.in_doubt:
            return None
        since = datetime.fromisoformat(self.journal.fleet.begun_at) - _CLOCKS
        request = run.request
        named = self.api.list(request["virtualClusterId"], name=request["name"], created_after=since)
        there = next((one for one in named if one.client_token in (None, request["clientToken"])), None)
        if there is None:
            return None
        if run.is_named:
            check_same_run(there, request)
        return there.id

    def _ask(self, run: FleetRun) -> str:
        """Returns the id of the run. Raises AwsError, and RuleError if another run was started with its name."""
        self.journal.starting(run.line, run.zone)
        answer = self._answer(run)
        if not run.is_named:
            return answer.id
        there = self.api.describe(run.request["virtualClusterId"], answer.id)
        check_same_run(there, run.request)
        if answer.is_older(there):
            with self._changing:
                self.counts.older += 1
        return answer.id

    def _answer(self, run: FleetRun) -> StartedRun:
        """EMR's, once the queue of the virtual cluster has room. Raises _NotTakenError where it refuses the run."""
        tries, seconds = _QUEUE_TRIES, 1.0
        while True:
            try:
                return self.api.start(run.request)
            except AwsError as error:
                if error.kind != "refused":
                    raise
                # A full queue is reported by a general ValidationException, whose message is not documented.
                queue = self._queue(run)
                tries -= queue is not None and not queue.is_full
                if queue is None or not tries:
                    raise _NotTakenError(error) from None
            with self._changing:
                self.counts.waiting += 1
            is_stopped = self._stopped.wait(seconds)
            with self._changing:
                self.counts.waiting -= 1
            if is_stopped:
                rule = f"the queue of virtual cluster {run.request['virtualClusterId']} was full"
                raise AwsError([finding("StartJobRun", RuleError(None, rule, "Try again later"))], "passing")
            seconds = min(2 * seconds, _QUEUE_SECONDS)

    def _queue(self, run: FleetRun) -> Queue | None:
        """Returns the queue; None also without permission to read it, and the refusal is then reported."""
        try:
            return self.api.queue(run.request["virtualClusterId"])
        except AwsError:
            return None

    def _started(self, run: FleetRun, id_: str) -> None:
        self.journal.started(run.line, id_)
        with self._changing:
            self._in_a_row = 0
            self.counts.started += 1

    def _refused(self, run: FleetRun, error: InputError) -> None:
        self.journal.refused(run.line, str(error))
        with self._changing:
            self.last_failure = error
            self.counts.refused += 1

    def _failed(self, error: AwsError) -> None:
        """Records a run of which it is unknown whether it started."""
        if error.kind == "lasting":
            raise error
        with self._changing:
            self.last_failure = error
            self.counts.unknown += 1
            self._in_a_row += 1
            if self._in_a_row >= _FAILURES_IN_A_ROW:
                self.stopped_by = self.stopped_by or error
                self._stopped.set()
