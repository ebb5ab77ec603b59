"""Reads whether buckets and objects exist in S3, and the text of small objects such as pod templates."""

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import boto3
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from emr_eks_placement.aws.errors import DENIED, aws_errors, rule_of
from emr_eks_placement.aws.session import client
from emr_eks_placement.common.errors import InputError, RuleError, finding, refused

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import HeadObjectOutputTypeDef

_Head = TypeVar("_Head")
_MISSING = ("404", "NoSuchKey", "NoSuchBucket", "NotFound")
LONGEST_TEXT = 1024**2  # bytes; this package's limit: no pod template is larger


def read_s3_text(session: boto3.Session, uri: str) -> str:
    """Returns the object at s3://BUCKET/KEY as UTF-8 text of at most `LONGEST_TEXT` bytes (s3:GetObject).

    Raises InputError, at the URI, if the URI or the text is invalid, and if the object does not exist or can't be read.
    """
    try:
        bucket, key = _bucket_and_key(uri)
        with aws_errors(uri, "s3:GetObject"):
            content = _content(client(session, "s3"), bucket, key)
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise refused(uri, None, "must be UTF-8 text", "Upload it as UTF-8") from None
    except RuleError as broken:
        raise InputError([finding(uri, broken)]) from None


def has_bucket(session: boto3.Session, bucket: str) -> bool:
    """Returns whether the bucket exists (s3:ListBucket, HeadBucket). Raises botocore's errors unchanged."""
    s3: S3Client = client(session, "s3")
    return _or_none(lambda: s3.head_bucket(Bucket=bucket)) is not None


def head_object(s3: "S3Client", bucket: str, key: str) -> "HeadObjectOutputTypeDef | None":
    """Describes an object (s3:GetObject, HeadObject); None if it does not exist. Raises botocore's errors unchanged."""
    return _or_none(lambda: s3.head_object(Bucket=bucket, Key=key))


def _or_none(head: Callable[[], _Head]) -> _Head | None:
    """Returns None for a missing object: S3 answers HEAD with a status and no code (S3 API, HeadObject)."""
    try:
        return head()
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            return None
        raise


def _bucket_and_key(uri: str) -> tuple[str, str]:
    scheme, separator, rest = uri.partition("://")
    bucket, _slash, key = rest.partition("/")
    if not separator or scheme != "s3" or not bucket or not key:
        raise RuleError(None, "must be s3://BUCKET/KEY", "Write for example s3://my-bucket/pod-template.yaml")
    return bucket, key


def _content(s3: "S3Client", bucket: str, key: str) -> bytes:
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
    except s3.exceptions.NoSuchKey:
        raise RuleError(None, "the bucket has no such object (s3:GetObject)", "Upload it, or correct the key") from None
    except s3.exceptions.NoSuchBucket:
        raise RuleError(None, "there is no such bucket (s3:GetObject)", "Correct the bucket") from None
    except ClientError as error:
        if error.response["Error"]["Code"] not in DENIED:
            raise
        broken = rule_of(error)
        # Without the right to list the bucket, S3 answers a missing object like a denied one (S3 API, GetObject).
        rule = f"{broken.rule}, which S3 also answers for a missing object without the permission to list the bucket"
        raise RuleError(None, rule, broken.fix) from None
    with contextlib.closing(body):
        return _read(body)


def _read(body: StreamingBody) -> bytes:
    """Reads up to the limit; at the end botocore compares length and checksum."""
    content = b""
    for chunk in body.iter_chunks(LONGEST_TEXT + 1):
        content += chunk
        if len(content) > LONGEST_TEXT:
            raise RuleError(None, f"must have at most {LONGEST_TEXT} bytes", "Name a pod template")
    return content
