"""Starts many job runs at once, each exactly once, as the fleet's journal tells."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emr_eks_placement.aws.errors import AwsError
from emr_eks_placement.aws.job_runs import JobRunsApi
from emr_eks_placement.errors import InputError
from emr_eks_placement.fleet.journal import Journal

_CLOCKS = timedelta(minutes=15)  # as far as clocks may differ (SigV4 takes no more)


@dataclass(frozen=True)
class FleetRun:
    """A run to be started. line: of the fleet's file; zone: that it was spread to; request: with name and client token."""

    line: int
    zone: str | None
    request: Mapping[str, Any]


class FleetSubmitter:
    """Threads that start runs one after another; its numbers may be read meanwhile.

    A run that EMR refuses is journaled and the others go on; what meets every run (credentials, permissions) stops all.
    """

    def __init__(self, api: JobRunsApi, journal: Journal, runs: Iterator[FleetRun], *, concurrency: int) -> None:
        self._api, self._journal, self._runs = api, journal, runs
        self._taking = threading.Lock()
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(concurrency)]
        self.started, self.refused, self.unknown = 0, 0, 0
        self.stopped_by: InputError | None = None
        self._broken: BaseException | None = None
        self.last_failure: InputError | None = None

    def start(self) -> None:
        """Begins."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Lets what is under way end, and begins nothing more."""
        self._stopped.set()

    def wait(self, seconds: float) -> bool:
        """Waits for the end, not longer than that; whether it has come. Raises what a thread did not expect."""
        for thread in self._threads:
            thread.join(seconds / len(self._threads))
        if self._broken is not None:
            raise self._broken
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        try:
            while not self._stopped.is_set():
                with self._taking:
                    run = next(self._runs, None)
                if run is None:
                    return
                self._start(run)
        except InputError as error:
            with self._taking:
                self.stopped_by = self.stopped_by or error
            self._stopped.set()
        except BaseException as error:  # noqa: BLE001 - `wait` raises it where it is seen
            self._broken = error
            self._stopped.set()

    def _start(self, run: FleetRun) -> None:
        """Raises InputError for what every other run would meet too."""
        is_in_doubt = run.line in self._journal.progress.in_doubt
        try:
            found = self._find(run) if is_in_doubt else None
            if found is None:
                self._journal.starting(run.line, run.zone)
                found = self._api.start(run.request).id
        except AwsError as error:
            self._failed(run, error)
            return
        self._journal.started(run.line, found)
        with self._taking:
            self.started += 1

    def _failed(self, run: FleetRun, error: AwsError) -> None:
        if error.kind == "lasting":
            raise error
        if error.kind == "refused":
            self._journal.refused(run.line, str(error))
        with self._taking:
            self.last_failure = error
            if error.kind == "refused":
                self.refused += 1
            else:
                self.unknown += 1

    def _find(self, run: FleetRun) -> str | None:
        """A run that was asked for before, by its name: how long EMR knows a client token is not documented."""
        since = datetime.fromisoformat(self._journal.fleet.begun_at) - _CLOCKS
        request = run.request
        for found in self._api.list(request["virtualClusterId"], name=request["name"], created_after=since):
            return found.id
        return None
