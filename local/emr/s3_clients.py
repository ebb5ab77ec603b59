"""The S3 calls of S3A and EMRFS when a job reads and writes, as real requests.

S3A's calls are in the order of Hadoop 3.4's source. EMRFS's source is not public: its calls are those of Hadoop's
NativeS3FileSystem, from which it was derived, with the lists that are reported for it.
"""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from emr_eks_placement.facts.releases import release_of

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_DENIED = ("AccessDenied", "403", "Forbidden")
_MISSING = ("404", "NoSuchKey", "NotFound")
_FIRST_WITH_S3A = (7, 10, 0)


class DeniedError(Exception):
    """S3 denies a call to the role of a job run."""


class HadoopClient(ABC):
    """A Hadoop file system on S3. Locations are s3:// URIs, or with its other schemes.

    Methods raise DeniedError for what the role may not do, and FileNotFoundError.
    """

    def __init__(self, s3: "S3Client") -> None:
        self._s3 = s3

    def exists(self, uri: str) -> bool:
        """Returns whether there is a file or folder."""
        return self._look_up(*_bucket_and_key(uri)) is not None

    def read(self, uri: str) -> bytes:
        """Reads a file, or all files of a folder one after the other."""
        bucket, key = _bucket_and_key(uri)
        kind = self._look_up(bucket, key)
        if kind is None:
            raise FileNotFoundError(uri)
        keys = [key] if kind == "file" else [one for one in self._list(bucket, f"{key}/") if not one.endswith("/")]
        return b"".join(self._call("get_object", bucket, one)["Body"].read() for one in keys)

    def write(self, uri: str) -> None:
        """Writes a folder with the result of a task, as a committer does, and replaces existing content."""
        bucket, key = _bucket_and_key(uri)
        if self._look_up(bucket, key) is not None:
            self._delete_folder(bucket, key)
        self._make_folders(bucket, key)
        self._commit(bucket, key)
        self._call("put_object", bucket, f"{key}/_SUCCESS", Body=b"")

    def write_file(self, uri: str) -> None:
        """Writes a small file, then the same with more than one block."""
        bucket, key = _bucket_and_key(uri)
        if self._look_up(bucket, key) is not None:
            self._call("delete_object", bucket, key)
        self._call("put_object", bucket, key, Body=b"x")
        self._upload_and_give_up(bucket, key)
        self._upload(bucket, key)()

    @abstractmethod
    def _look_up(self, bucket: str, key: str) -> str | None:
        """Returns `file`, `folder` or None."""

    @abstractmethod
    def _make_folders(self, bucket: str, key: str) -> None:
        """Creates the folder to write to, and that of attempts."""

    @abstractmethod
    def _commit(self, bucket: str, key: str) -> None:
        """Commits one task's file, and aborts another's."""

    @abstractmethod
    def _delete_folder(self, bucket: str, key: str) -> None:
        """Deletes the folder with everything below it."""

    def _call(self, operation: str, bucket: str, key: str | None = None, **arguments: Any) -> Any:
        named = {"Bucket": bucket, **({} if key is None else {"Key": key}), **arguments}
        try:
            answer = getattr(self._s3, operation)(**named)
        except ClientError as error:
            if error.response["Error"]["Code"] in _DENIED:
                raise DeniedError(_denied(operation, key, named)) from error
            raise
        for one in answer.get("Errors", []) if operation == "delete_objects" else []:
            raise DeniedError(_denied(operation, one["Key"], named))
        return answer

    def _is_object(self, bucket: str, key: str) -> bool:
        try:
            self._call("head_object", bucket, key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return False
            raise
        return True

    def _list(self, bucket: str, prefix: str, **arguments: Any) -> list[str]:
        """Lists the keys and, with a delimiter, the common prefixes."""
        answer = self._call("list_objects_v2", bucket, Prefix=prefix, **arguments)
        found = [one["Key"] for one in answer.get("Contents", [])]
        return found + [one["Prefix"] for one in answer.get("CommonPrefixes", [])]

    def _upload(self, bucket: str, key: str) -> Callable[[], None]:
        """Uploads a file in parts, and returns the call that completes it."""
        upload = self._call("create_multipart_upload", bucket, key)["UploadId"]
        part = self._call("upload_part", bucket, key, UploadId=upload, PartNumber=1, Body=b"x")
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        return lambda: self._call("complete_multipart_upload", bucket, key, UploadId=upload, MultipartUpload=parts)

    def _upload_and_give_up(self, bucket: str, key: str) -> None:
        upload = self._call("create_multipart_upload", bucket, key)["UploadId"]
        self._call("upload_part", bucket, key, UploadId=upload, PartNumber=1, Body=b"x")
        self._call("list_parts", bucket, key, UploadId=upload)
        self._call("abort_multipart_upload", bucket, key, UploadId=upload)

    def _delete(self, bucket: str, keys: list[str]) -> None:
        if keys:
            self._call("delete_objects", bucket, Delete={"Objects": [{"Key": key} for key in keys]})


class S3A(HadoopClient):
    """S3AFileSystem with directory markers kept, its magic committer and, for other formats, FileOutputCommitter."""

    def _look_up(self, bucket: str, key: str) -> str | None:
        """Spark lists first, as Listing and MkdirOperation do; s3GetFileStatus has the calls in the other order."""
        if self._list(bucket, f"{key}/", Delimiter="/", MaxKeys=2):
            return "folder"
        return "file" if self._is_object(bucket, key) else None

    def _make_folders(self, bucket: str, key: str) -> None:
        self._look_up(bucket, key)
        self._walk_up(bucket, key)
        for folder in ("_temporary/0/", "__magic/job/"):
            self._call("put_object", bucket, f"{key}/{folder}", Body=b"")

    def _walk_up(self, bucket: str, key: str) -> None:
        """MkdirOperation.verifyFileStatusOfClosestAncestor: denied, it goes on."""
        with contextlib.suppress(DeniedError):
            while key := key.rpartition("/")[0]:
                if self._look_up(bucket, key):
                    return

    def _commit(self, bucket: str, key: str) -> None:
        with contextlib.suppress(DeniedError):  # AbstractS3ACommitter.warnOnActiveUploads
            self._call("list_multipart_uploads", bucket, Prefix=f"{key}/")
        complete = self._upload(bucket, f"{key}/part-00000")
        self._call("put_object", bucket, f"{key}/__magic/job/part-00000.pending", Body=b"{}")
        for pending in self._list(bucket, f"{key}/__magic/job/"):
            self._call("get_object", bucket, pending)["Body"].read()
        complete()
        self._upload_and_give_up(bucket, f"{key}/part-00001")
        self._rename(bucket, f"{key}/_temporary/0/part-00002", f"{key}/part-00002")
        for folder in ("_temporary", "__magic"):
            self._delete(bucket, self._list(bucket, f"{key}/{folder}/"))
        self._make_parent(bucket, f"{key}/_temporary")

    def _rename(self, bucket: str, from_key: str, to_key: str) -> None:
        self._call("put_object", bucket, from_key, Body=b"x")
        self._look_up(bucket, from_key)
        self._look_up(bucket, to_key)
        self._call("copy_object", bucket, to_key, CopySource={"Bucket": bucket, "Key": from_key})
        self._delete(bucket, [from_key])

    def _make_parent(self, bucket: str, key: str) -> None:
        """S3AFileSystem.maybeCreateFakeParentDirectory: denied, it goes on."""
        parent = key.rpartition("/")[0]
        with contextlib.suppress(DeniedError):
            if parent and not self._look_up(bucket, parent):
                self._call("put_object", bucket, f"{parent}/", Body=b"")

    def _delete_folder(self, bucket: str, key: str) -> None:
        self._delete(bucket, self._list(bucket, f"{key}/"))
        self._make_parent(bucket, key)


class Emrfs(HadoopClient):
    """EMRFS with its S3-optimized committer."""

    def _look_up(self, bucket: str, key: str) -> str | None:
        if self._is_object(bucket, key):
            return "file"
        if self._is_object(bucket, f"{key}_$folder$"):
            return "folder"
        found = self._list(bucket, key, Delimiter="/", MaxKeys=1000)
        return "folder" if f"{key}/" in found or self._list(bucket, f"{key}/", MaxKeys=1) else None

    def _make_folders(self, bucket: str, key: str) -> None:
        for folder in (key, f"{key}/_temporary"):
            self._call("put_object", bucket, f"{folder}_$folder$", Body=b"")

    def _commit(self, bucket: str, key: str) -> None:
        complete = self._upload(bucket, f"{key}/part-00000")
        self._upload_and_give_up(bucket, f"{key}/part-00001")
        complete()
        self._delete(bucket, self._list(bucket, f"{key}/_temporary/"))
        self._call("delete_object", bucket, f"{key}/_temporary_$folder$")

    def _delete_folder(self, bucket: str, key: str) -> None:
        self._delete(bucket, self._list(bucket, f"{key}/"))
        self._call("delete_object", bucket, f"{key}_$folder$")


def client_of(release_label: str, s3: "S3Client") -> HadoopClient:
    """Returns the client that a release has by default (EMR release guide, migration from EMRFS to S3A)."""
    return S3A(s3) if release_of(release_label).emr >= _FIRST_WITH_S3A else Emrfs(s3)


def locations(arguments: list[str]) -> Iterator[str]:
    """Yields the arguments of an application that are locations in S3."""
    yield from (one for one in arguments if one.startswith(("s3://", "s3a://", "s3n://")))


def _bucket_and_key(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.partition("://")[2].partition("/")
    return bucket, key.rstrip("/")


def _denied(operation: str, key: str | None, named: dict[str, Any]) -> str:
    what = f"{key}" if key is not None else f"prefix {named.get('Prefix', '')}"
    name = "".join(part.capitalize() for part in operation.split("_"))
    return f"S3 denies the execution role {name} of {what} in {named['Bucket']}"
