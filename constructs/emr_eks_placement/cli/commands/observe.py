"""emr-placement observe: compares where the pods of a job run are with where its plan puts them."""

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from emr_eks_placement.cli.options.account import find_job_run
from emr_eks_placement.cli.output.observe import Observation, as_json, as_table
from emr_eks_placement.cli.output.terminal import say
from emr_eks_placement.common.errors import InputError
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.observation import Warnings, compare, cost_so_far
from emr_eks_placement.observation.compare import DIFFERENT
from emr_eks_placement.planning import Plan
from emr_eks_placement.runs.account import Account
from emr_eks_placement.runs.source import CapacitySource
from emr_eks_placement.scheduling.capacity import Capacity

if TYPE_CHECKING:
    from emr_eks_placement.aws.pods import RunPods

_AS_PLANNED, _DIFFERS, _UNUSABLE = 0, 1, 2
_FORMATS = {"table": as_table, "json": as_json}


def run(options: argparse.Namespace) -> int:
    """Prints planned and observed pods. Returns 0 if they agree, 1 if a pod is elsewhere, Pending or missing, 2 if
    unknown.

    Reports what can't be read on standard error. Raises InputError if the run or its cluster does not exist.
    """
    account, found = find_job_run(options)
    from emr_eks_placement.aws.pods import RunPods

    pods = RunPods(account.session, found)
    made, capacity, notes = _plan(account, found, pods)
    observation = _observe(found, pods, account.job_runs.region, made, capacity, notes)
    sys.stdout.write(_FORMATS[options.output](observation))
    for note in observation.notes:
        say(note, "note")
    return _status(observation)


def _plan(account: Account, run: JobRun, pods: "RunPods") -> tuple[Plan | None, Capacity | None, list[str]]:
    """Returns the plan of the request that EMR received and the live cluster, or why either is missing."""
    cluster, namespace = pods.virtual_cluster.cluster, pods.virtual_cluster.namespace
    capacity: Capacity | None = None
    try:
        capacity = account.cluster(cluster)
        source = CapacitySource(account, {cluster: capacity}, namespace=namespace, is_live=True)
        made = source.resolve(f"job run {run.id}", run.request).plan()
    except InputError as error:
        return None, capacity, [f"not planned: {error}"]
    return made, capacity, [f"{cluster}: {one}" for one in capacity.not_read]


def _observe(
    run: JobRun, reader: "RunPods", region: str, made: Plan | None, capacity: Capacity | None, notes: list[str]
) -> Observation:
    observed = reader.read()
    pods = observed.pods or ()
    notes = [*notes, *observed.not_read]
    if observed.pods is None:
        return Observation(run, made, None, (), (), None, tuple(notes))
    if run.has_ended:
        gone = "it has no pods any more: EMR deletes those of a run that has ended"
        notes += [] if pods else [f"job run {run.id} is {run.state}: {gone}"]
    comparison = compare(made, pods, capacity, has_ended=run.has_ended)
    warnings: list[Warnings] = []
    if comparison.verdicts.intersection(("pending", "missing")):
        warnings, not_read = reader.warnings(pod for pod in pods if pod.pending is not None)
        notes += not_read
    cost = cost_so_far(pods, region, datetime.now(UTC))
    return Observation(run, made, comparison, pods, tuple(warnings), cost, tuple(notes))


def _status(observation: Observation) -> int:
    if observation.comparison is None:
        return _UNUSABLE
    verdicts = observation.comparison.verdicts
    if verdicts.intersection(DIFFERENT):
        return _DIFFERS
    is_compared = observation.plan is not None and observation.pods and not verdicts.intersection(("none", "unknown"))
    return _AS_PLANNED if is_compared else _UNUSABLE
