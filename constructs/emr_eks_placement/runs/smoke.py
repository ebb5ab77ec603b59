"""Carries out the runs of a smoke test, one after another, and cleans up after each."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from emr_eks_placement.common.errors import InputError, RuleError
from emr_eks_placement.emr.job_run import ACTIVE, JobRun
from emr_eks_placement.job.placement import Role
from emr_eks_placement.observation import ObservedPod, Warnings
from emr_eks_placement.observation.logged import roles_logged, roles_that_log
from emr_eks_placement.observation.smoke import SmokeRun
from emr_eks_placement.runs.account import Account
from emr_eks_placement.runs.pods_beside import pods_in_words
from emr_eks_placement.runs.prepared import Prepared, at_option, prepare_chosen
from emr_eks_placement.runs.source import LiveSource, stopping
from emr_eks_placement.submission.request import default_run_name
from emr_eks_placement.submission.smoke import NAME, SmokeCase

if TYPE_CHECKING:
    from emr_eks_placement.aws.pods import RunPods

_LONGEST_PAUSE = 2.0  # seconds between reads: the pods of a small job exist for half a minute
_LATE_SECONDS = 60.0  # how long to wait for logs after a run's end
_END_SECONDS = 120.0  # how long a cancelled run may take to end


@dataclass(frozen=True)
class Ready:
    """A case that can run. planned: the plan of its run for the live cluster, from before the start."""

    case: SmokeCase
    prepared: Prepared
    planned: SmokeRun


@dataclass
class _Looks:
    """The results of reading a run: the last state of each pod, and what could not be read."""

    pods: dict[str, ObservedPod] = field(default_factory=dict)
    warnings: list[Warnings] = field(default_factory=list)
    not_read: dict[str, None] = field(default_factory=dict)
    reported: str = ""


class SmokeRunner:
    """Runs cases. tell: called with what happens, in words; timeout: seconds that a run may take."""

    def __init__(self, account: Account, tell: Callable[[str], None], *, timeout: float) -> None:
        self._account, self._tell, self._timeout = account, tell, timeout
        self._source = LiveSource(account)
        self._api = account.job_runs

    def prepare(self, case: SmokeCase) -> Ready:
        """Prepares the cases and starts nothing. Raises InputError for what is not deployed, can't be placed or can't
        be planned."""
        try:
            prepared = prepare_chosen(self._source, case.environment, case.job, case.placement)
        except RuleError as broken:
            raise InputError([at_option(broken, f"{self._account.file}, placement {case.placement.name}")]) from None
        resolved = prepared.resolve()
        planned = SmokeRun(plan=resolved.plan(), manifests=resolved.manifests(), capacity=resolved.capacity)
        return Ready(case, prepared, planned)

    def access(self, ready: Ready) -> str:
        """Returns how EMR gets into the cluster, in words, as far as it can be read."""
        from emr_eks_placement.aws.emr_access import emr_access_in_words

        return emr_access_in_words(self._account.session, ready.prepared.virtual_cluster, self._tell)

    def run(self, ready: Ready) -> SmokeRun:
        """Returns the observation of the run. A run whose plan has errors is not started.

        In any case, also after KeyboardInterrupt, the run has ended or is being cancelled, and uploaded files are
        removed.
        """
        if stopping(ready.planned.plan, "error"):
            return ready.planned
        name = default_run_name(f"{NAME}-{ready.case.placement.name}", datetime.now(UTC))
        request = ready.prepared.named(name)
        try:
            with self._uploaded(ready.prepared), self._ended(request):
                started = self._api.start(request)
                self._tell(f"job run {started.id} ({name}) is accepted")
                run = self._api.describe(request["virtualClusterId"], started.id)
                return self._follow(ready, run)
        except InputError as error:
            return replace(ready.planned, failed=str(error))

    @contextmanager
    def _uploaded(self, prepared: Prepared) -> Iterator[None]:
        """Uploads the case's files that the bucket lacks for the duration of the block."""
        from emr_eks_placement.aws.definitions import remove_uploaded, upload_missing

        session = self._account.session
        there: dict[str, str | None] = {}
        try:
            for key, content in prepared.files.items():
                there |= upload_missing(session, prepared.bucket, {key: content})
            yield
        finally:
            for key, version in there.items():
                try:
                    remove_uploaded(session, prepared.bucket, {key: version})
                except InputError as error:
                    self._tell(f"not removed: {error}")

    @contextmanager
    def _ended(self, request: Mapping[str, Any]) -> Iterator[None]:
        """Cancels a run of the request's name, known or not, if the block fails."""
        try:
            yield
        except BaseException:
            try:
                for run in self._api.list(request["virtualClusterId"], states=ACTIVE, name=request["name"]):
                    if self._api.cancel(run):
                        self._tell(f"job run {run.id} is being cancelled")
            except InputError as error:
                self._tell(f"a run named {request['name']} may go on: {error}")
            raise

    def _follow(self, ready: Ready, run: JobRun) -> SmokeRun:
        from emr_eks_placement.aws.pods import RunPods

        looks = _Looks()
        last, failed = self._watch(run, RunPods(self._account.session, run), looks)
        not_read = [*looks.not_read, *(f"the cluster: {one}" for one in ready.planned.capacity.not_read)]
        logs = None
        if last.state == "COMPLETED":
            try:
                logs = self._logs(ready.planned.manifests, last)
            except InputError as error:
                not_read.append(f"its logs were not read: {error}")
        return replace(
            ready.planned,
            run=last,
            pods=tuple(looks.pods.values()),
            warnings=tuple(looks.warnings),
            logs=logs,
            not_read=tuple(not_read),
            failed=failed,
        )

    def _watch(self, run: JobRun, reader: "RunPods", looks: _Looks) -> tuple[JobRun, str | None]:
        """Returns the last state of the run, and why it was cancelled, if it was."""
        from emr_eks_placement.runs.follow import watch

        failed, deadline, last = None, time.monotonic() + self._timeout, run
        for last in watch(self._api, run, self._tell, longest_pause=_LONGEST_PAUSE):
            self._look(last, reader, looks)
            is_late = time.monotonic() > deadline
            if last.state in ("FAILED", "CANCELLED") or (is_late and failed is None):
                self._warnings(reader, looks)
            if last.has_ended or not is_late:
                continue
            if failed is not None:
                break
            failed = f"it is {last.state} after {self._timeout:g} s (--timeout), so it was cancelled"
            self._api.cancel(last)
            deadline = time.monotonic() + _END_SECONDS
        return last, failed

    def _look(self, run: JobRun, reader: "RunPods", looks: _Looks) -> None:
        observed = reader.read()
        looks.not_read |= dict.fromkeys(observed.not_read)
        looks.pods |= {pod.name: pod for pod in observed.pods or ()}
        words = run.state if run.has_ended else f"{run.state}, {pods_in_words(observed.pods or ())}"
        if words != looks.reported:
            looks.reported = words
            self._tell(words)

    def _warnings(self, reader: "RunPods", looks: _Looks) -> None:
        """Keeps the first warnings about pods that do not run, because those of deleted pods disappear."""
        found, not_read = reader.warnings(looks.pods.values())
        looks.warnings = looks.warnings or found
        looks.not_read |= dict.fromkeys(not_read)

    def _logs(self, manifests: Mapping[Role, Mapping[str, Any]], run: JobRun) -> dict[str, tuple[str, ...]]:
        """Returns the logs when every pod that logs has one, or after the time limit."""
        from emr_eks_placement.aws.logs import log_paths

        wanted, end = set(roles_that_log(manifests)), time.monotonic() + _LATE_SECONDS
        while True:
            found = log_paths(self._account.session, run)
            if all(wanted <= roles_logged(paths) for paths in found.values()) or time.monotonic() > end:
                return found
            time.sleep(_LONGEST_PAUSE)
