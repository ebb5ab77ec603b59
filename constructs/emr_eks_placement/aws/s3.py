"""What is in S3: whether buckets and objects are there, and the text of small objects, such as pod templates."""

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
LONGEST_TEXT = 1024**2  # bytes; no limit of AWS's: what is larger is no pod template


def read_s3_text(session: boto3.Session, uri: str) -> str:
    """The object at s3://BUCKET/KEY as UTF-8 text, of at most `LONGEST_TEXT` bytes (s3:GetObject).

    Raises InputError, at the URI, for what is no such URI or text and where there is no such object or it can't be read.
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
    """Whether there is such a bucket (s3:ListBucket, HeadBucket). Raises botocore's errors as they come."""
    s3: S3Client = client(session, "s3")
    return _or_none(lambda: s3.head_bucket(Bucket=bucket)) is not None


def head_object(s3: "S3Client", bucket: str, key: str) -> "HeadObjectOutputTypeDef | None":
    """What S3 says of an object (s3:GetObject, HeadObject); None where there is none. Raises botocore's errors as they come."""
    return _or_none(lambda: s3.head_object(Bucket=bucket, Key=key))


def _or_none(head: Callable[[], _Head]) -> _Head | None:
    """None for what is not there: S3 answers HEAD without a code but the status (S3 API, HeadObject)."""
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
        # Without the right to list the bucket, S3 does not tell what is missing from what is denied (S3 API, GetObject).
        rule = f"{broken.rule}, as S3 also says of an object that is not there to who may not list the bucket"
        raise RuleError(None, rule, broken.fix) from None
    with contextlib.closing(body):
        return _read(body)


def _read(body: StreamingBody) -> bytes:
    """To the end, where botocore compares length and checksum, unless it is too far."""
    content = b""
    for chunk in body.iter_chunks(LONGEST_TEXT + 1):
        content += chunk
        if len(content) > LONGEST_TEXT:
            raise RuleError(None, f"must have at most {LONGEST_TEXT} bytes", "Name a pod template")
    return content
