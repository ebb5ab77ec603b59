"""The steps of the demo, each with real tools, against a local cluster."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emr_eks_placement.environment import Environment
from emr_eks_placement.placement import Role
from local.cluster import LocalCluster
from local.demo.observed import ObservedPod, differences, observe

_DEFAULT_EXECUTORS = 2  # spark.executor.instances
_ENDED = ("COMPLETED", "FAILED", "CANCELLED")
_LONGEST_RUN_SECONDS = 120
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Outcome:
    """A job run in one placement: the pods by role, and every difference from the placement."""

    job: str
    placement: str
    state: str
    details: str
    pods: Mapping[Role, list[ObservedPod]]
    differences: tuple[tuple[Role, str], ...]

    @property
    def as_placed(self) -> bool:
        """Whether the run completed with every pod where its placement says."""
        return self.state == "COMPLETED" and not self.differences


def deployed_definitions(local: LocalCluster, bucket: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Job, placement and StartJobRun request of every job-runs/JOB/PLACEMENT.json in the bucket."""
    s3 = local.session.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="job-runs/"):
        for entry in page.get("Contents", []):
            _, job, name = entry["Key"].split("/")
            body = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            yield job, name.removesuffix(".json"), json.loads(body)


def run_definition(
    local: LocalCluster, environment: Environment, job: str, placement: str, definition: dict[str, Any]
) -> Outcome:
    """Starts a definition as it is and lays its placement beside the pods observed."""
    emr = local.session.client("emr-containers")
    started = emr.start_job_run(**definition)
    deadline = time.monotonic() + _LONGEST_RUN_SECONDS
    while True:
        run = emr.describe_job_run(id=started["id"], virtualClusterId=started["virtualClusterId"])["jobRun"]
        if run["state"] in _ENDED or time.monotonic() > deadline:
            break
        time.sleep(_POLL_SECONDS)
    settings = environment.jobs[job]
    namespace = environment.virtual_clusters[settings.virtual_cluster].namespace
    pods = observe(local.kubernetes, namespace, started["id"])
    executors = settings.executors.instances or _DEFAULT_EXECUTORS
    found = tuple(differences(settings.placements[placement].placement, executors, pods))
    return Outcome(job, placement, run["state"], run.get("stateDetails", ""), pods, found)
