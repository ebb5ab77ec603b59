"""What the runs of deployed definitions need of S3, CloudWatch Logs and their roles' policies."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emr_eks_placement.emr.placeholders import placeholders_in
from emr_eks_placement.emr.request import Request
from emr_eks_placement.emr.s3_calls import (
    EMRFS_MARKER,
    LIST,
    LOG,
    LOOK_UP,
    READ,
    READ_FILE,
    USE_KEY,
    WRITE,
    S3Call,
    asked,
)
from emr_eks_placement.environment import ExecutionRole

_S3 = ("s3://", "s3a://", "s3n://")
# Properties with files that Spark distributes (Spark configuration); definitions use them in place of options.
_FILE_PROPERTIES = ("spark.submit.pyFiles", "spark.jars", "spark.files", "spark.archives")
# What EMR writes with the execution role (EMR on EKS guide, logging).
_WRITE_LOGS = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
_LIST_LOGS = ("logs:DescribeLogGroups",)
_WILDCARD = re.compile(r"[*?{\[]")  # of Hadoop's FileSystem.globStatus
_NEXT = re.compile(r",(?=s3[an]?://)")
_OWN_FOLDERS = ("job-files/", "pod-templates/")


@dataclass(frozen=True)
class Access:
    """Actions that a role must be allowed on a resource with this ARN. prefix: of the list of a bucket.

    certain: whether runs fail without the actions; otherwise they may fail.
    """

    role: str
    actions: tuple[str, ...]
    resource: str
    prefix: str | None = None
    certain: bool = True


@dataclass(frozen=True, kw_only=True)
class Account:
    """The account of an environment. key_arn: of the KMS key that its bucket encrypts with."""

    partition: str
    region: str
    number: str
    bucket: str
    key_arn: str | None = None


def objects_of(request: Mapping[str, Any], bucket: str) -> list[str]:
    """Returns the S3 objects that a run reads before its application starts: entry point, files, pod templates, by
    s3:// URI.

    An argument counts if it is a file that was uploaded for the job to the environment's bucket.
    """
    driver = request["jobDriver"].get("sparkSubmitJobDriver", {})
    view = Request(request)
    named = [driver.get("entryPoint", "")]
    named += [one for one in driver.get("entryPointArguments", []) if one.startswith(f"s3://{bucket}/job-files/")]
    named += view.templates.values()
    for name in _FILE_PROPERTIES:
        named += [one.partition("#")[0].strip() for one in view.spark.properties.get(name, "").split(",")]
    return list(dict.fromkeys(f"s3://{one.partition('://')[2]}" for one in named if one.startswith(_S3)))


def access_of(requests: Iterable[Mapping[str, Any]], account: Account) -> Iterator[Access]:
    """Yields the actions that the roles of these requests must be allowed, and the files that they read, without
    duplicates.

    One of the files that were uploaded for jobs represents all of a virtual cluster's folder.
    """
    wanted: dict[Access, None] = {}
    seen: set[tuple[str, str]] = set()
    for request in requests:
        role = request["executionRoleArn"]
        for uri in objects_of(request, account.bucket):
            folder = _own_folder(uri, account.bucket) or uri
            if (role, folder) not in seen:
                seen.add((role, folder))
                wanted |= dict.fromkeys(_in_s3(role, uri, READ_FILE, account))
        wanted |= dict.fromkeys(_at_arguments(request, account))
        wanted |= dict.fromkeys(_of_logs(request, account))
        if account.key_arn:
            wanted[Access(role, USE_KEY, account.key_arn)] = None
    yield from wanted


def access_of_role(name: str, role: str, settings: ExecutionRole, account: Account) -> Iterator[Access]:
    """Yields what the role that the environment creates for the virtual cluster must be allowed in addition to its
    jobs' files."""
    yield from _in_s3(role, f"s3://{account.bucket}/data/{name}", WRITE, account)
    for locations, calls in ((settings.data_access.read, READ), (settings.data_access.write, WRITE)):
        for location in locations:
            yield from _in_s3(role, location, calls, account)
    for key in settings.data_access.kms_key_arns:
        yield Access(role, USE_KEY, key)


def _own_folder(uri: str, bucket: str) -> str | None:
    """Returns FOLDER/VIRTUAL-CLUSTER of a file that was uploaded to the environment's bucket."""
    key = uri.removeprefix(f"s3://{bucket}/")
    return "/".join(key.split("/")[:2]) if key.startswith(_OWN_FOLDERS) else None


def _in_s3(role: str, uri: str, calls: Iterable[S3Call], account: Account, *, certain: bool = True) -> Iterator[Access]:
    """Yields the actions for calls about a location; for a whole bucket, about a path in it. EMRFS's marker objects
    are left out, because S3A has none."""
    bucket, _, key = uri.partition("://")[2].partition("/")
    path, arn = key.rstrip("/") or "doctor", f"arn:{account.partition}:s3:::{bucket}"
    objects: dict[str, list[str]] = {}
    for action, name in asked(path, calls):
        if action == LIST and not name.endswith(EMRFS_MARKER):
            yield Access(role, (LIST,), arn, name, certain=certain)
        elif not name.endswith(EMRFS_MARKER):
            objects.setdefault(f"{arn}/{name}", []).append(action)
    for resource, actions in objects.items():
        yield Access(role, tuple(actions), resource, certain=certain)


def _at_arguments(request: Mapping[str, Any], account: Account) -> Iterator[Access]:
    """Yields the actions for locations in arguments: the S3 client looks at a location before the job reads or writes
    there. Other accesses are unknown."""
    arguments = request["jobDriver"].get("sparkSubmitJobDriver", {}).get("entryPointArguments", [])
    for location in (one for argument in arguments for one in _NEXT.split(argument) if one.startswith(_S3)):
        fixed, *wildcard = _WILDCARD.split(location, maxsplit=1)
        folder = fixed.rpartition("/")[0] if wildcard else fixed
        is_known = len(folder) > len("s3a://") and not placeholders_in(location)
        if is_known and not _own_folder(folder, account.bucket):
            yield from _in_s3(request["executionRoleArn"], folder, LOOK_UP, account, certain=False)


def _of_logs(request: Mapping[str, Any], account: Account) -> Iterator[Access]:
    role = request["executionRoleArn"]
    monitoring = Request(request).monitoring
    if monitoring.log_uri:
        yield from _in_s3(role, monitoring.log_uri, LOG, account)
    if group := monitoring.log_group:
        groups = f"arn:{account.partition}:logs:{account.region}:{account.number}:log-group"
        yield Access(role, _WRITE_LOGS, f"{groups}:{group}:log-stream:doctor")
        yield Access(role, _LIST_LOGS, f"{groups}:{group}")
