"""The calls that the local AWS's S3A and EMRFS make are those that the roles' policies follow from, no more and no fewer."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emr_eks_placement.emr.s3_calls import READ, WRITE, S3Call
from local.emr.s3_clients import S3A, Emrfs, HadoopClient, client_of
from tests.local.aws_fixtures import AwsUnderTest

BUCKET, PATH = "calls", "in/path"
URI = f"s3://{BUCKET}/{PATH}"
KINDS = [S3A, Emrfs]
# Denied, S3A goes on: no role has the right to list a bucket's uploads.
LISTS_UPLOADS = ("ListMultipartUploads", "/x")
Asked = set[tuple[str, str]]


@pytest.fixture
def s3(aws: AwsUnderTest) -> Iterator[Any]:
    client = aws.client("s3")
    client.create_bucket(Bucket=BUCKET)
    yield client
    empty(client)
    client.delete_bucket(Bucket=BUCKET)


def empty(s3: Any) -> None:
    for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=one["Key"])


def recorded(s3: Any, work: Callable[..., object], *arguments: object) -> Asked:
    """The operations that work asks for at the path and below, with what comes after the path."""
    asked: Asked = set()

    def record(params: dict[str, Any], model: Any, **_: Any) -> None:
        keys = (
            [params["Key"]] if "Key" in params else [one["Key"] for one in params.get("Delete", {}).get("Objects", [])]
        )
        ends = [key.removeprefix(PATH) for key in keys or [params["Prefix"]] if key.startswith(PATH)]
        asked.update((model.name, below(end)) for end in ends)

    s3.meta.events.register("provide-client-params.s3", record, unique_id="record")
    work(*arguments)
    s3.meta.events.unregister("provide-client-params.s3", unique_id="record")
    return asked


def below(end: str) -> str:
    """One name for all below the path: a policy has one pattern for them."""
    return re.sub(r"^/.+", "/x", end)


def in_table(calls: tuple[S3Call, ...]) -> Asked:
    return {(call.operation, below(end)) for call in calls for end in call.ends}


def reading(s3: Any, client: HadoopClient) -> Asked:
    """A file, then a folder in its place, then what is not there."""
    s3.put_object(Bucket=BUCKET, Key=PATH, Body=b"file")
    asked = recorded(s3, lambda: client.read(URI) == b"file" or pytest.fail("not the file"))
    empty(s3)
    s3.put_object(Bucket=BUCKET, Key=f"{PATH}/deep/part", Body=b"deep")
    asked |= recorded(s3, lambda: client.read(f"s3a://{BUCKET}/{PATH}/") == b"deep" or pytest.fail("not the folder"))
    asked |= recorded(s3, client.exists, f"{URI}/deep") | recorded(s3, client.exists, f"{URI}/none")
    assert not client.exists(f"{URI}/none")
    empty(s3)
    return asked | recorded(s3, client.exists, URI)


def writing(s3: Any, client: HadoopClient) -> Asked:
    """Each twice, for the second time replaces the first: a folder in the folder, the folder itself, a file in its place."""
    asked: Asked = set()
    for uri in (f"{URI}/only", URI):
        asked |= recorded(s3, client.write, uri) | recorded(s3, client.write, uri)
    empty(s3)
    asked |= recorded(s3, client.write_file, URI) | recorded(s3, client.write_file, URI)
    assert {one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]} == {PATH}
    return asked | recorded(s3, client.write_file, f"{URI}/file")


@pytest.mark.parametrize("kind", KINDS)
def test_every_call_is_in_the_table(s3: Any, kind: type[HadoopClient]) -> None:
    client = kind(s3)
    assert reading(s3, client) <= in_table(READ)
    assert writing(s3, client) - {LISTS_UPLOADS, ("ListMultipartUploads", "/")} <= in_table(WRITE)


def test_every_line_of_the_table_is_asked_for(s3: Any) -> None:
    read, wrote = ({one for kind in KINDS for one in work(s3, kind(s3))} for work in (reading, writing))
    assert in_table(READ) <= read
    assert in_table(WRITE) <= read | wrote


@pytest.mark.parametrize(
    ("release", "kind"),
    [
        ("emr-7.9.0-latest", Emrfs),
        ("emr-6.15.0-20240105", Emrfs),
        ("emr-7.10.0-latest", S3A),
        ("emr-7.12.0-latest", S3A),
        ("emr-spark-8.0.0-latest", S3A),
    ],
)
def test_a_release_has_its_own_client(s3: Any, release: str, kind: type[HadoopClient]) -> None:
    assert type(client_of(release, s3)) is kind
