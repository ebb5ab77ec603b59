"""What the pods of a run do and have cost, told in a few words while the run is followed."""

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
_RETRY_SECONDS = 60.0  # a Kubernetes API that can't be reached costs seconds at each look


class PodsBeside:
    """Reads the pods of one run at each look, and remembers those that Kubernetes has deleted: they have cost too.

    tell: takes why pods, nodes or a pod can't be read, of each the first reason; pods are asked for again after a minute.
    """

    def __init__(self, session: "boto3.Session", run: JobRun, tell: Callable[[str], None]) -> None:
        self._session, self._run, self._tell = session, run, tell
        self._reader: RunPods | None = None
        self._seen: dict[str, ObservedPod] = {}
        self._told: set[str] = set()
        self._next_look = 0.0

    def look(self) -> dict[str, str]:
        """pods and cost in words, each where it is known. Raises nothing for what can't be read."""
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
        """A pod that is gone has ended by now."""
        there = {pod.name: pod for pod in pods}
        for name, pod in self._seen.items():
            if name not in there and pod.finished_at is None:
                self._seen[name] = replace(pod, finished_at=moment)
        self._seen |= there

    def _tell_once(self, reason: str) -> None:
        """Not again of other nodes or pods: what is not read stands before the colon."""
        what = reason.partition(":")[0]
        if what not in self._told:
            self._told.add(what)
            self._tell(reason)


def pods_in_words(pods: Iterable[ObservedPod]) -> str:
    """As: 3 pods running, 1 pending; or: no pods."""
    counts = Counter(pod.phase for pod in pods)
    parts = [f"{counts[phase]} {phase.lower()}" for phase in _PHASES if counts[phase]]
    if not parts:
        return "no pods"
    number, phase = parts[0].split()
    return ", ".join([f"{number} pod{'' if number == '1' else 's'} {phase}", *parts[1:]])


def cost_in_words(cost: Cost) -> str:
    """As: $0.0123 so far; EC2 instances, whose price is not known here, are named."""
    return f"${cost.total:.4f} so far{' without EC2 instances' if cost.unpriced_pods else ''}"
