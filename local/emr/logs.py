"""Writes the output of a run's pods where EMR's logging sidecar would: to CloudWatch and S3, as the request sets."""

import gzip
import time
from collections.abc import Mapping, Sequence
from typing import Any

import boto3

from emr_eks_placement.emr.job_run import job_run_of
from emr_eks_placement.emr.logs import log_locations
from local.aws.emr_containers.job_runs import JobRun


class RunLog:
    """The logs of one run. `write` may be called for any of its pods, once for each stream.

    role: of the run, which writes to S3; account: writes to CloudWatch, because MiniStack requires rights on
    log-group:NAME where AWS requires log-group:NAME:* (CloudWatch Logs guide).
    """

    def __init__(self, run: JobRun, *, role: boto3.Session, account: boto3.Session) -> None:
        self._s3, self._logs = role.client("s3"), account.client("logs")
        described = {**run.description(), "createdAt": run.created_at}
        self._locations = log_locations(job_run_of(described))

    def write(self, pod: Mapping[str, Any], stream: str, lines: Sequence[str]) -> None:
        """Writes the lines of a pod; below its Spark application, if it has one."""
        application = (pod["metadata"].get("labels") or {}).get("spark-app-selector")
        name = "/".join(part for part in ("containers", application, pod["metadata"]["name"], stream) if part)
        if self._locations.log_group is not None:
            self._to_cloudwatch(self._locations.log_group, f"{self._locations.stream_prefix}{name}", lines)
        if self._locations.bucket is not None:
            key = f"{self._locations.key_prefix}{name}.gz"
            body = gzip.compress("".join(f"{line}\n" for line in lines).encode())
            self._s3.put_object(Bucket=self._locations.bucket, Key=key, Body=body)

    def _to_cloudwatch(self, group: str, stream: str, lines: Sequence[str]) -> None:
        self._logs.create_log_stream(logGroupName=group, logStreamName=stream)
        moment = int(time.time() * 1000)
        events: list[Any] = [{"timestamp": moment, "message": line} for line in lines]
        self._logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
