"""The steps of the demo, each with real tools, against a local cluster."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emr_eks_placement.environment import Environment
from emr_eks_placement.job.placement import Role
from emr_eks_placement.observation import ObservedPod
from local.cluster import LocalCluster
from local.demo.observed import differences, observe
from local.processes import Processes

_DEFAULT_EXECUTORS = 2  # spark.executor.instances
_ENDED = ("COMPLETED", "FAILED", "CANCELLED")
_LONGEST_RUN_SECONDS = 120
_POLL_SECONDS = 0.1
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


def deployed_definitions(
    local: LocalCluster, environment: Environment, bucket: str
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yields job, placement and the StartJobRun request in the bucket, for every placement of every job."""
    s3 = local.session.client("s3")
    for job, settings in environment.jobs.items():
        for placement in settings.placements:
            entry = s3.get_object(Bucket=bucket, Key=f"job-runs/{job}/{placement}.json")
            yield job, placement, json.loads(entry["Body"].read())


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
    _, output, errors = processes.run([*_COMMAND, *words], seconds=_LONGEST_RUN_SECONDS, **pipes)
    events = {event["event"]: event for event in map(json.loads, output.splitlines())}
    if "ended" not in events:
        return Outcome(job, placement, "", "NOT SUBMITTED", errors or output, {}, ())
    run = events["ended"]
    return _outcome(local, environment, job, placement, run["id"], run["state"], run["details"])


def run_definition(
    local: LocalCluster, environment: Environment, job: str, placement: str, definition: dict[str, Any]
) -> Outcome:
    """Starts a definition with boto3, waits for it and compares its placement with the observed pods."""
    emr = local.session.client("emr-containers")
    started = emr.start_job_run(**definition)
    deadline = time.monotonic() + _LONGEST_RUN_SECONDS
    while True:
        run = emr.describe_job_run(id=started["id"], virtualClusterId=started["virtualClusterId"])["jobRun"]
        if run["state"] in _ENDED or time.monotonic() > deadline:
            break
        time.sleep(_POLL_SECONDS)
    return _outcome(local, environment, job, placement, started["id"], run["state"], run.get("stateDetails", ""))


def _outcome(
    local: LocalCluster, environment: Environment, job: str, placement: str, run_id: str, state: str, details: str
) -> Outcome:
    settings = environment.jobs[job]
    namespace = environment.virtual_clusters[settings.virtual_cluster].namespace
    pods = observe(local.kubernetes, namespace, run_id)
    executors = settings.executors.instances or _DEFAULT_EXECUTORS
    found = tuple(differences(settings.placements[placement].placement, executors, pods))
    return Outcome(job, placement, run_id, state, details, pods, found)
