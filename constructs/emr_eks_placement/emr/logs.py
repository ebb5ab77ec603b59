"""Where the containers of a job run log, and which pod a log belongs to.

Sources: EMR on EKS best practices, Where to look for Spark logs; EMR on EKS guide, Configure a job run to use S3 and
CloudWatch Logs. Both place the submitter's logs below containers/; other tools find them below control-logs/, so both
are searched.
"""

import re
from dataclasses import dataclass
from typing import Literal

from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.emr.request import Request
from emr_eks_placement.job.placement import Role

Stream = Literal["stdout", "stderr"]
_STREAMS: dict[str, Stream] = {"stdout": "stdout", "stderr": "stderr"}

_EXECUTOR = re.compile(r"-exec-(\d+)$")
_DRIVER = re.compile(r"-driver(-|$)")
_CONTAINERS, _CONTROL_LOGS = "containers", "control-logs"


@dataclass(frozen=True)
class LogLocations:
    """Where a run logs; None for nowhere.

    log_group, stream_prefix: of CloudWatch, with the prefix of all streams of the run; stream_start: the start of their
    names that the request sets; bucket, key_prefix: of its S3 objects.
    """

    log_group: str | None
    stream_prefix: str
    stream_start: str
    bucket: str | None
    key_prefix: str


@dataclass(frozen=True)
class ContainerLog:
    """A log of a pod's main container.

    path: the CloudWatch stream's name, or the S3 object's key; moment: its creation time in seconds or milliseconds, or
    0.
    """

    role: Role
    pod: str
    stream: Stream
    path: str
    moment: float = 0

    @property
    def order(self) -> tuple[float, ...]:
        """The sort key: executors by number, and attempts of one pod by age, because their names end in random
        characters."""
        found = _EXECUTOR.search(self.pod)
        return (int(found[1]) if found else 0, self.moment)


def log_locations(run: JobRun) -> LogLocations:
    """Returns the log locations in the run's request."""
    monitoring = Request(run.request).monitoring
    of_run = f"{run.virtual_cluster_id}/jobs/{run.id}/"
    prefix = monitoring.stream_prefix
    bucket, _slash, folder = (monitoring.log_uri or "").removeprefix("s3://").partition("/")
    folder = folder.strip("/")
    return LogLocations(
        log_group=monitoring.log_group,
        stream_prefix=f"{prefix}/{of_run}" if prefix else of_run,
        stream_start=prefix or "",
        bucket=bucket or None,
        key_prefix=f"{folder}/{of_run}" if folder else of_run,
    )


def container_log(prefix: str, path: str, moment: float = 0) -> ContainerLog | None:
    """Returns the log at a path below the prefix; None if the path is none of a log.

    A log is containers/APPLICATION/POD/stdout or stderr, in S3 with .gz. The submitter has no Spark application and
    logs to containers/POD/ or control-logs/POD/.
    """
    section, *folders = path.removeprefix(prefix).split("/")
    stream = _STREAMS.get(folders.pop().removesuffix(".gz")) if folders else None
    if not path.startswith(prefix) or section not in (_CONTAINERS, _CONTROL_LOGS) or not folders or stream is None:
        return None
    pod = folders[-1]
    role: Role | None = None
    if _EXECUTOR.search(pod):
        role = "executors"
    elif _DRIVER.search(pod):
        role = "driver"
    elif len(folders) == 1:
        role = "submitter"
    return None if role is None else ContainerLog(role, pod, stream, path, moment)
