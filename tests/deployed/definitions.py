"""The deployed definitions of an environment, and what becomes of their runs."""

import json
import time
from collections.abc import Iterator
from typing import Any

from emr_eks_placement.emr.job_run import ENDED
from emr_eks_placement.environment import Environment
from local.cluster import LocalCluster
from local.demo.run import LONGEST_RUN_SECONDS, Outcome, outcome

_POLL_SECONDS = 0.1


def deployed_definitions(
    local: LocalCluster, environment: Environment, bucket: str
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yields job, placement and the StartJobRun request in the bucket, for every placement of every job."""
    s3 = local.session.client("s3")
    for job, settings in environment.jobs.items():
        for placement in settings.placements:
            entry = s3.get_object(Bucket=bucket, Key=f"job-runs/{job}/{placement}.json")
            yield job, placement, json.loads(entry["Body"].read())


def run_definition(
    local: LocalCluster, environment: Environment, job: str, placement: str, definition: dict[str, Any]
) -> Outcome:
    """Starts a definition with boto3, waits for it and compares its placement with the observed pods."""
    emr = local.session.client("emr-containers")
    started = emr.start_job_run(**definition)
    deadline = time.monotonic() + LONGEST_RUN_SECONDS
    while True:
        run = emr.describe_job_run(id=started["id"], virtualClusterId=started["virtualClusterId"])["jobRun"]
        if run["state"] in ENDED or time.monotonic() > deadline:
            break
        time.sleep(_POLL_SECONDS)
    return outcome(local, environment, job, placement, started["id"], run["state"], run.get("stateDetails", ""))
