"""The steps of the demo, each with real tools, against a local cluster."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emr_eks_placement.environment import Environment
from emr_eks_placement.job.placement import Role
from emr_eks_placement.observation import ObservedPod
from local.cluster import LocalCluster
from local.demo.observed import differences, observe
from local.processes import Processes

_DEFAULT_EXECUTORS = 2  # spark.executor.instances
LONGEST_RUN_SECONDS = 120
_COMMAND = (sys.executable, "-m", "emr_eks_placement.cli.main")


@dataclass(frozen=True)
class Outcome:
    """A job run in one placement: the pods by role, and every difference from the placement. id: empty without a run."""

    job: str
    placement: str
    id: str
    state: str
    details: str
    pods: Mapping[Role, list[ObservedPod]]
    differences: tuple[tuple[Role, str], ...]

    @property
    def as_placed(self) -> bool:
        """Whether the run completed with every pod as placed."""
        return self.state == "COMPLETED" and not self.differences


def node_group_names(local: LocalCluster) -> dict[str, str]:
    """Returns the name in the environment, from the tag Name, of each deployed node group."""
    eks = local.session.client("eks")
    cluster = eks.list_clusters()["clusters"][0]
    deployed = eks.list_nodegroups(clusterName=cluster)["nodegroups"]
    groups = (eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"] for name in deployed)
    return {group["nodegroupName"]: group["tags"]["Name"] for group in groups}


def submit(
    local: LocalCluster, environment: Environment, file: Path, job: str, placement: str, processes: Processes
) -> Outcome:
    """Submits a job with the command line, as a user would, waits for it and compares its placement with the observed
    pods."""
    words = ["submit", job, "--placement", placement, "--environment", str(file), "--wait", "--output", "json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    _, output, errors = processes.run([*_COMMAND, *words], seconds=LONGEST_RUN_SECONDS, **pipes)
    events = {event["event"]: event for event in map(json.loads, output.splitlines())}
    if "ended" not in events:
        return Outcome(job, placement, "", "NOT SUBMITTED", errors or output, {}, ())
    run = events["ended"]
    return outcome(local, environment, job, placement, run["id"], run["state"], run["details"])


def outcome(
    local: LocalCluster, environment: Environment, job: str, placement: str, run_id: str, state: str, details: str
) -> Outcome:
    """Compares the placement of a run with the observed pods."""
    settings = environment.jobs[job]
    namespace = environment.virtual_clusters[settings.virtual_cluster].namespace
    pods = observe(local.kubernetes, namespace, run_id)
    executors = settings.executors.instances or _DEFAULT_EXECUTORS
    found = tuple(differences(settings.placements[placement].placement, executors, pods))
    return Outcome(job, placement, run_id, state, details, pods, found)
