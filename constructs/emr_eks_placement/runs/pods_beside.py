"""Reports pods and cost of a run in a few words while it is followed."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from emr_eks_placement.common.errors import InputError
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.observation import Cost, ObservedPod, cost_so_far

if TYPE_CHECKING:
    import boto3

    from emr_eks_placement.aws.pods import Observed, RunPods

_PHASES = ("Running", "Pending", "Failed", "Succeeded", "Unknown")
_RETRY_SECONDS = 60.0  # seconds: every read of an unreachable Kubernetes API takes several


class PodsBeside:
    """Reads the pods of one run at each call, and remembers those that Kubernetes has deleted, because they have a cost
    too.

    tell: called with the first reason why pods, nodes or a pod can't be read; pods are read again after a minute.
    """

    def __init__(self, session: "boto3.Session", run: JobRun, tell: Callable[[str], None]) -> None:
        self._session, self._run, self._tell = session, run, tell
        self._reader: RunPods | None = None
        self._seen: dict[str, ObservedPod] = {}
        self._told: set[str] = set()
        self._next_look = 0.0

    def look(self) -> dict[str, str]:
        """Returns pods and cost in words, as far as they are known. Raises nothing for what can't be read."""
        if time.monotonic() < self._next_look:
            return {}
        observed = self._read()
        for reason in observed.not_read:
            self._tell_once(reason)
        if observed.pods is None:
            self._next_look = time.monotonic() + _RETRY_SECONDS
            return {}
        moment = datetime.now(UTC)
        self._remember(observed.pods, moment)
        cost = cost_so_far(self._seen.values(), self._session.region_name, moment)
        return {"pods": pods_in_words(observed.pods), **({"cost": cost_in_words(cost)} if cost and cost.total else {})}

    def _read(self) -> "Observed":
        from emr_eks_placement.aws.pods import Observed, RunPods  # boto3 is slow to import

        try:
            self._reader = self._reader or RunPods(self._session, self._run)
        except InputError as error:
            return Observed(None, (f"its pods were not read: {error}",))
        return self._reader.read()

    def _remember(self, pods: Iterable[ObservedPod], moment: datetime) -> None:
        """Remembers a pod; a deleted pod has ended by now."""
        there = {pod.name: pod for pod in pods}
        for name, pod in self._seen.items():
            if name not in there and pod.finished_at is None:
                self._seen[name] = replace(pod, finished_at=moment)
        self._seen |= there

    def _tell_once(self, reason: str) -> None:
        """Reports a reason once, without its nodes or pods: what was not read is before the colon."""
        what = reason.partition(":")[0]
        if what not in self._told:
            self._told.add(what)
            self._tell(reason)


def pods_in_words(pods: Iterable[ObservedPod]) -> str:
    """Formats the pods: 3 pods running, 1 pending; or: no pods."""
    counts = Counter(pod.phase for pod in pods)
    parts = [f"{counts[phase]} {phase.lower()}" for phase in _PHASES if counts[phase]]
    if not parts:
        return "no pods"
    number, phase = parts[0].split()
    return ", ".join([f"{number} pod{'' if number == '1' else 's'} {phase}", *parts[1:]])


def cost_in_words(cost: Cost) -> str:
    """Formats the cost: $0.0123 so far; names EC2 instances, whose price is not known here."""
    return f"${cost.total:.4f} so far{' without EC2 instances' if cost.unpriced_pods else ''}"
