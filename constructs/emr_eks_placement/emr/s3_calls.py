"""The calls of jobs to S3 and the IAM actions that they need, for the roles' policies and doctor's checks.

S3A is EMR's S3 client from 7.10 on and in emr-spark-*, EMRFS before (EMR release guide, migration from EMRFS to S3A).
S3A's calls are those in Hadoop 3.4's source, named with each. EMRFS's source is not public: its calls are assumed to be
those of Hadoop's NativeS3FileSystem, from which it was derived (Hadoop 2.10). Nothing was tested on AWS.

S3A continues if its calls about folders above a path are denied: MkdirOperation.verifyFileStatusOfClosestAncestor,
S3AFileSystem.maybeCreateFakeParentDirectory and deleteUnnecessaryFakeDirectories. The same applies to the list of a
bucket's uploads (s3:ListBucketMultipartUploads, which no prefix limits):
AbstractS3ACommitter.abortPendingUploadsInCleanup. HeadBucket without the right to list answers 403, which counts as
existing (botocore's waiter BucketExists).
"""

from collections.abc import Iterable
from dataclasses import dataclass

LIST = "s3:ListBucket"
_GET, _PUT, _DELETE = "s3:GetObject", "s3:PutObject", "s3:DeleteObject"
_PATH, _MARKER, _BELOW, EMRFS_MARKER = "", "/", "/x", "_$folder$"


@dataclass(frozen=True)
class S3Call:
    """An operation of S3's API, the IAM action that it needs, and what follows the path that a job names.

    ends: of keys; for `LIST`, of the prefix.
    """

    operation: str
    action: str
    ends: tuple[str, ...]
    source: str


LOOK_UP = (
    S3Call("HeadObject", _GET, (_PATH,), "S3AFileSystem.s3GetFileStatus; NativeS3FileSystem.getFileStatus"),
    S3Call("HeadObject", _GET, (EMRFS_MARKER,), "NativeS3FileSystem.getFileStatus, FOLDER_SUFFIX"),
    S3Call("ListObjectsV2", LIST, (_MARKER,), "S3AFileSystem.s3GetFileStatus; Listing, which Spark asks first"),
    S3Call("ListObjectsV2", LIST, (_PATH,), "reports of EMRFS"),
    # 404 instead of 403. Terraform's S3 backend also relies on the key counting as the prefix (its documented permissions).
    S3Call("HeadObject", LIST, (_PATH, EMRFS_MARKER), "S3 API, HeadObject of an object that is not there"),
)
"""Calls to look up a file or folder."""

READ_FILE = (*LOOK_UP, S3Call("GetObject", _GET, (_PATH,), "S3AInputStream; NativeS3FileSystem.open"))
"""Calls to read one file: an entry point, a pod template."""

READ = (
    *READ_FILE,
    S3Call("GetObject", _GET, (_BELOW,), "S3AInputStream; NativeS3FileSystem.open"),
    S3Call("HeadObject", _GET, (_BELOW,), "S3AFileSystem.s3GetFileStatus; NativeS3FileSystem.getFileStatus"),
    S3Call("ListObjectsV2", LIST, (f"{_BELOW}{_MARKER}", _BELOW), "Listing of the folders in a folder"),
)
"""Calls to read a file, or a folder with everything below it."""

WRITE = (
    *READ,
    S3Call("PutObject", _PUT, (_PATH, _BELOW), "S3ABlockOutputStream of one block; _SUCCESS of committers"),
    S3Call("PutObject", _PUT, (_MARKER,), "S3AFileSystem.createFakeDirectory"),
    S3Call("PutObject", _PUT, (EMRFS_MARKER,), "NativeS3FileSystem.mkdir"),
    S3Call("CreateMultipartUpload", _PUT, (_PATH, _BELOW), "S3ABlockOutputStream; MagicCommitTracker"),
    S3Call("UploadPart", _PUT, (_PATH, _BELOW), "S3ABlockOutputStream; MagicCommitTracker"),
    S3Call("CompleteMultipartUpload", _PUT, (_PATH, _BELOW), "CommitOperations.commit"),
    S3Call("AbortMultipartUpload", "s3:AbortMultipartUpload", (_PATH, _BELOW), "CommitOperations.abortSingleCommit"),
    S3Call("ListParts", "s3:ListMultipartUploadParts", (_PATH, _BELOW), "Hadoop, assumed roles: what a writer needs"),
    S3Call("CopyObject", _PUT, (_BELOW,), "RenameOperation, of FileOutputCommitter's _temporary"),
    S3Call("DeleteObject", _DELETE, (_PATH, _BELOW, EMRFS_MARKER), "DeleteOperation of a file; EMRFS's markers"),
    S3Call(
        "DeleteObjects", _DELETE, (_MARKER, _BELOW), "DeleteOperation of a folder: _temporary, __magic, overwriting"
    ),
)
"""Calls to write a file or folder, including the reads of committers."""

LOG = (
    S3Call("PutObject", _PUT, (_BELOW,), "EMR on EKS guide, Configure a job run to use S3 logs"),
    S3Call("GetObject", _GET, (_BELOW,), "EMR on EKS guide, Configure a job run to use S3 logs"),
    S3Call("ListObjectsV2", LIST, (_BELOW,), "EMR on EKS guide, Configure a job run to use S3 logs"),
)
"""Calls to write the logs of containers, below a folder."""

USE_KEY = ("kms:Decrypt", "kms:GenerateDataKey")
"""Calls of a KMS key that encrypts objects: writing also decrypts, to join the parts of an upload (S3 guide, uploading
with multipart upload and KMS)."""


def object_actions(calls: Iterable[S3Call]) -> tuple[str, ...]:
    """Returns the IAM actions on objects."""
    return tuple(dict.fromkeys(call.action for call in calls if call.action != LIST))


def object_patterns(path: str, calls: Iterable[S3Call]) -> tuple[str, ...]:
    """Returns the policy patterns of the keys that calls about a path use. path: without a slash at its end."""
    return _patterns(path, (call for call in calls if call.action != LIST))


def prefix_patterns(path: str, calls: Iterable[S3Call]) -> tuple[str, ...]:
    """Returns the policy patterns of the prefixes that calls about a path list."""
    return _patterns(path, (call for call in calls if call.action == LIST))


def _patterns(path: str, calls: Iterable[S3Call]) -> tuple[str, ...]:
    ends = ("/*" if end.startswith("/") else end for call in calls for end in call.ends)
    return tuple(f"{path}{end}" for end in dict.fromkeys(ends))


def asked(path: str, calls: Iterable[S3Call]) -> tuple[tuple[str, str], ...]:
    """Returns each IAM action that calls about a path need, with its key, or the prefix of a list."""
    return tuple(dict.fromkeys((call.action, f"{path}{end}") for call in calls for end in call.ends))
