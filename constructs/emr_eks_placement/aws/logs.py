"""The logs of a job run's containers, from CloudWatch or S3."""

import gzip
import io
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

import boto3

from emr_eks_placement.aws.errors import AwsError, aws_errors
from emr_eks_placement.aws.s3 import head_object
from emr_eks_placement.aws.session import client
from emr_eks_placement.common.errors import refused
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.emr.logs import ContainerLog, LogLocations, Stream, container_log, log_locations
from emr_eks_placement.job.placement import Role

if TYPE_CHECKING:
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_s3 import S3Client

Line = tuple[ContainerLog, str]
_MOST_EVENTS = 10_000  # CloudWatch Logs, GetLogEvents
_PAUSE = 2.0  # seconds between reads while following
_QUIET_LOOKS = 3  # reads without a new line after the run ended: logs arrive later than the state
_MOST_FAILURES = 5  # failed reads in a row; each was already retried
_LONGEST_LINE = 1 << 20  # characters; a longer line is split, to limit memory


class _Logs(Protocol):
    place: str
    prefix: str

    def paths(self) -> Iterator[tuple[str, float]]: ...
    def last(self, log: ContainerLog, lines: int) -> list[str]: ...
    def unread(self, log: ContainerLog) -> Iterator[str]: ...


class RunLogs:
    """The logs of a run. Every method raises InputError if they can't be read."""

    def __init__(self, session: boto3.Session, run: JobRun) -> None:
        """Raises InputError if the run logs neither to CloudWatch nor to S3."""
        locations = log_locations(run)
        with aws_errors("AWS settings"):
            if locations.log_group is not None:
                self._source: _Logs = _CloudWatchLogs(session, locations)
            elif locations.bucket is not None:
                self._source = _S3Logs(session, locations)
            else:
                rule = (
                    "its request has no monitoringConfiguration, so its logs are kept neither in CloudWatch nor in S3"
                )
                fix = "Open the Spark UI from the EMR console, and give the next run a monitoringConfiguration"
                raise refused(f"job run {run.id}", None, rule, fix)

    @property
    def place(self) -> str:
        """Where the logs are."""
        return self._source.place

    def of(self, role: Role, stream: Stream) -> list[ContainerLog]:
        """Returns the logs of the role's pods, executors by number, attempts by age; none until logs arrive."""
        logs = (container_log(self._source.prefix, *path) for path in self._source.paths())
        found = [log for log in logs if log is not None and (log.role, log.stream) == (role, stream)]
        return sorted(found, key=lambda log: log.order)

    def last(self, log: ContainerLog, lines: int) -> list[str]:
        """Returns at most so many last lines of a log."""
        return self._source.last(log, lines)

    def read(self, role: Role, stream: Stream) -> Iterator[Line]:
        """Yields every line that was not read before, log after log."""
        for log in self.of(role, stream):
            for line in self._source.unread(log):
                yield log, line

    def follow(
        self, role: Role, stream: Stream, look: Callable[[], JobRun], tell_failure: Callable[[str], None]
    ) -> Iterator[Line]:
        """Yields every line as it arrives, until the run has ended and three reads bring nothing new.

        look: returns the current run. In S3, lines arrive when EMR uploads them. A failed read that may succeed later
        is reported and repeated; raises InputError after five failures in a row.
        """
        quiet = failures = 0
        while quiet < _QUIET_LOOKS:
            is_quiet = True
            try:
                has_ended = look().has_ended
                for line in self.read(role, stream):
                    is_quiet = False
                    yield line
                quiet = quiet + 1 if has_ended and is_quiet else 0
                failures = 0
            except AwsError as error:
                failures += 1
                if error.kind != "passing" or failures == _MOST_FAILURES:
                    raise
                tell_failure(f"{error}; looking again")
            time.sleep(_PAUSE)


class _CloudWatchLogs:
    def __init__(self, session: boto3.Session, locations: LogLocations) -> None:
        self._logs: CloudWatchLogsClient = client(session, "logs")
        self._group, self.prefix = str(locations.log_group), locations.stream_prefix
        self.place = f"log group {self._group}"
        self._tokens: dict[str, str] = {}

    def paths(self) -> Iterator[tuple[str, float]]:
        """Yields the streams' names and creation times in milliseconds (logs:DescribeLogStreams)."""
        with aws_errors(self.place):
            pages = self._logs.get_paginator("describe_log_streams")
            try:
                for page in pages.paginate(logGroupName=self._group, logStreamNamePrefix=self.prefix):
                    for stream in page["logStreams"]:
                        yield stream["logStreamName"], stream.get("creationTime", 0)
            except self._logs.exceptions.ResourceNotFoundException:
                rule = f"{self._logs.meta.region_name} has no such log group (logs:DescribeLogStreams)"
                raise refused(self.place, None, rule, "Check region and account") from None

    def last(self, log: ContainerLog, lines: int) -> list[str]:
        """Calls logs:GetLogEvents from the end: an empty page may be followed by another."""
        found: deque[str] = deque()
        token: str | None = None
        while len(found) < lines:
            page, following = self._events(log, token, limit=min(lines - len(found), _MOST_EVENTS), forward=False)
            found.extendleft(reversed(page))
            if following == token:
                break
            token = following
        return list(found)[-lines:]

    def unread(self, log: ContainerLog) -> Iterator[str]:
        """Calls logs:GetLogEvents from where the last call ended; the end is reached when the token stays the same."""
        while True:
            token = self._tokens.get(log.path)
            page, following = self._events(log, token, limit=_MOST_EVENTS, forward=True)
            yield from page
            self._tokens[log.path] = following
            if following == token:
                return

    def _events(self, log: ContainerLog, token: str | None, *, limit: int, forward: bool) -> tuple[list[str], str]:
        more: dict[str, Any] = {"nextToken": token} if token else {}
        with aws_errors(f"{self.place}, stream {log.path}"):
            answer = self._logs.get_log_events(
                logGroupName=self._group,
                logStreamName=log.path,
                limit=limit,
                startFromHead=forward,
                **more,
            )
        lines = [line for event in answer["events"] for line in event["message"].rstrip("\n").split("\n")]
        return lines, answer["nextForwardToken" if forward else "nextBackwardToken"]


class _S3Logs:
    def __init__(self, session: boto3.Session, locations: LogLocations) -> None:
        self._s3: S3Client = client(session, "s3")
        self._bucket, self.prefix = str(locations.bucket), locations.key_prefix
        self.place = f"s3://{self._bucket}/{self.prefix}"
        self._read: dict[str, int] = {}
        self._tags: dict[str, str] = {}

    def paths(self) -> Iterator[tuple[str, float]]:
        """Yields the objects' keys and upload times in seconds (s3:ListBucket)."""
        with aws_errors(self.place):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self.prefix)
            for page in pages:
                for entry in page.get("Contents", []):
                    yield entry["Key"], entry["LastModified"].timestamp()

    def last(self, log: ContainerLog, lines: int) -> list[str]:
        """Reads the whole object (s3:GetObject), because gzip can't be read from the end."""
        return [line.rstrip("\n") for line in deque(self._lines(log), maxlen=lines)]

    def unread(self, log: ContainerLog) -> Iterator[str]:
        """Calls s3:GetObject. An object that was uploaded again is read again, without the part already read, which may
        end within a line."""
        with aws_errors(f"s3://{self._bucket}/{log.path}"):
            found = head_object(self._s3, self._bucket, log.path)
        if found is None or self._tags.get(log.path) == found["ETag"]:
            return
        read, end = self._read.get(log.path, 0), 0
        for line in self._lines(log):
            end += len(line)
            if end > read:
                unread = line[read - end :]
                self._read[log.path] = read = end
                if unread != "\n" or line == "\n":
                    yield unread.rstrip("\n")
        self._tags[log.path] = found["ETag"]

    def _lines(self, log: ContainerLog) -> Iterator[str]:
        """Yields the lines, each with its line feed."""
        place = f"s3://{self._bucket}/{log.path}"
        with aws_errors(place):
            body = self._s3.get_object(Bucket=self._bucket, Key=log.path)["Body"]
            raw = gzip.GzipFile(fileobj=cast(BinaryIO, body)) if log.path.endswith(".gz") else body
            try:
                text = io.TextIOWrapper(cast(BinaryIO, raw), "utf-8", "replace", newline="\n")
                while line := text.readline(_LONGEST_LINE):
                    yield line
            except (EOFError, gzip.BadGzipFile, zlib.error):
                rule = "it is no whole gzip file (s3:GetObject)"
                raise refused(place, None, rule, "Try again when it is uploaded") from None


def log_paths(session: boto3.Session, run: JobRun) -> dict[str, tuple[str, ...]]:
    """Returns the names of everything that the run has logged so far, relative to its prefix, in CloudWatch and in S3.

    If CloudWatch has nothing at the prefix, returns the full names that contain the run's id and begin as the request
    asks. Calls logs:DescribeLogStreams and s3:ListBucket. Raises InputError if they fail.
    """
    locations, found = log_locations(run), {}
    with aws_errors("AWS settings"):
        if locations.log_group is not None:
            source = _CloudWatchLogs(session, locations)
            found["CloudWatch"] = _names_below(source)
            if not found["CloudWatch"] and locations.stream_start:
                source.prefix = locations.stream_start
                found["CloudWatch"] = tuple(sorted(path for path, _ in source.paths() if run.id in path))
        if locations.bucket is not None:
            found["S3"] = _names_below(_S3Logs(session, locations))
    return found


def _names_below(source: _Logs) -> tuple[str, ...]:
    return tuple(sorted(path.removeprefix(source.prefix) for path, _ in source.paths()))


def last_output(session: boto3.Session, run: JobRun, stream: Stream, lines: int, *, patience: float) -> list[str]:
    """Returns the last lines of the driver in its last attempt; none if nothing has arrived.

    patience: how many seconds to wait for a missing log, because EMR uploads logs periodically. Raises InputError as
    `RunLogs` does.
    """
    logs = RunLogs(session, run)
    end = time.monotonic() + patience
    while not (found := logs.of("driver", stream)):
        if time.monotonic() >= end:
            return []
        time.sleep(min(_PAUSE, patience))
    return logs.last(found[-1], lines)
