"""Where the containers of a job run log, and which pod a log is of.

Sources: EMR on EKS best practices, Where to look for Spark logs; EMR on EKS guide, Configure a job run to use S3 and
CloudWatch Logs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.placement import Role

Stream = Literal["stdout", "stderr"]
_STREAMS: dict[str, Stream] = {"stdout": "stdout", "stderr": "stderr"}

_EXECUTOR = re.compile(r"-exec-(\d+)$")
_DRIVER = re.compile(r"-driver(-|$)")


@dataclass(frozen=True)
class LogLocations:
    """Where a run logs; None for nowhere.

    log_group, stream_prefix: of CloudWatch, the prefix of all of the run's streams; bucket, key_prefix: of its S3 objects.
    """

    log_group: str | None
    stream_prefix: str
    bucket: str | None
    key_prefix: str


@dataclass(frozen=True)
class ContainerLog:
    """A stream of a pod's main container. path: the CloudWatch stream's name, or the S3 object's key."""

    role: Role
    pod: str
    stream: Stream
    path: str

    @property
    def order(self) -> tuple[int, str]:
        """Executors by number, other pods by name."""
        found = _EXECUTOR.search(self.pod)
        return (int(found[1]) if found else 0, self.pod)


def log_locations(run: JobRun) -> LogLocations:
    """Those that its request names."""
    overrides: Mapping[str, Any] = run.request.get("configurationOverrides") or {}
    monitoring: Mapping[str, Any] = overrides.get("monitoringConfiguration") or {}
    cloudwatch: Mapping[str, str] = monitoring.get("cloudWatchMonitoringConfiguration") or {}
    s3: Mapping[str, str] = monitoring.get("s3MonitoringConfiguration") or {}
    of_run = f"{run.virtual_cluster_id}/jobs/{run.id}/containers/"
    prefix = cloudwatch.get("logStreamNamePrefix")
    bucket, _slash, folder = s3.get("logUri", "").removeprefix("s3://").partition("/")
    folder = folder.strip("/")
    return LogLocations(
        log_group=cloudwatch.get("logGroupName"),
        stream_prefix=f"{prefix}/{of_run}" if prefix else of_run,
        bucket=bucket or None,
        key_prefix=f"{folder}/{of_run}" if folder else of_run,
    )


def container_log(prefix: str, path: str) -> ContainerLog | None:
    """What a path below the prefix holds: [APPLICATION/]POD/stdout or stderr, in S3 with .gz; None for anything else.

    The submitter is the pod that has no Spark application.
    """
    *folders, name = path.removeprefix(prefix).split("/")
    stream = _STREAMS.get(name.removesuffix(".gz"))
    if not path.startswith(prefix) or not folders or stream is None:
        return None
    pod = folders[-1]
    role: Role | None = None
    if _EXECUTOR.search(pod):
        role = "executors"
    elif _DRIVER.search(pod):
        role = "driver"
    elif len(folders) == 1:
        role = "submitter"
    return None if role is None else ContainerLog(role, pod, stream, path)
