"""emr-placement empty-bucket against the local AWS, whose CloudFormation deletes empty buckets only."""

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.aws.bucket import empty_bucket
from emr_eks_placement.aws.session import aws_session
from emr_eks_placement.cli.main import main
from emr_eks_placement.common.errors import InputError
from local.aws.ministack.settings import enforcing_iam
from tests.changed_environment import changed_environment
from tests.local.aws_fixtures import Stacks
from tests.local.reading import ROOT, Account

STACK = "changed-virtual-clusters"
BUCKET: dict[str, Any] = {
    "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}}
}


@pytest.fixture
def bucket(account: Account, stacks: Stacks) -> Iterator[str]:
    """The bucket of an environment, with three objects, one of them in two versions, one deleted."""
    name = stacks.create(STACK, BUCKET, {"Name": {"Ref": "Bucket"}})["Name"]
    s3 = account.aws.client("s3")
    for key, text in (("a", "1"), ("a", "2"), ("logs/b", "1"), ("c", "1")):
        s3.put_object(Bucket=name, Key=key, Body=text.encode())
    s3.delete_object(Bucket=name, Key="c")
    yield name
    if name in [one["Name"] for one in s3.list_buckets()["Buckets"]]:
        empty_bucket(aws_session(ROOT, "us-east-1"), name)


@pytest.fixture
def dev(tmp_path: Path) -> str:
    changed_environment(tmp_path)
    return str(tmp_path / "changed.yaml")


def run(file: str, *options: str) -> int:
    return main(["empty-bucket", "-e", file, "--profile", ROOT, *options])


def test_only_an_empty_bucket_goes_with_its_stack(
    bucket: str, dev: str, stacks: Stacks, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stacks.delete(STACK) == "DELETE_FAILED"
    assert "not empty" in stacks.failures(STACK)
    assert run(dev, "--yes") == 0
    assert capsys.readouterr().out == f"deleted 5 versions of objects in s3://{bucket}\n"
    assert run(dev, "--yes") == 0, "again: nothing is left"
    assert capsys.readouterr().out == f"deleted 0 versions of objects in s3://{bucket}\n"
    assert stacks.delete(STACK) == "DELETE_COMPLETE"


def test_nothing_is_deleted_without_a_yes(
    bucket: str, dev: str, account: Account, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(dev) == 2
    assert capsys.readouterr().err == (
        f"error: --yes: every object of s3://{bucket} is to be deleted, and there is no terminal to ask at. Add --yes.\n"
    )

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("no\n"))
    assert run(dev) == 1
    assert capsys.readouterr().out == f"Delete every object of s3://{bucket}, with all versions? [y/N] "
    assert len(account.aws.client("s3").list_object_versions(Bucket=bucket)["Versions"]) == 4


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"retain_data": True}, "retain_data is true"),
        ({"bucket": {"name": "jobs"}}, "it is not the environment's own bucket"),
    ],
)
def test_a_bucket_that_is_to_stay_is_left_alone(
    bucket: str,
    account: Account,
    tmp_path: Path,
    settings: dict[str, Any],
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    changed_environment(tmp_path, **settings)
    assert run(str(tmp_path / "changed.yaml"), "--yes") == 0
    assert capsys.readouterr().out.startswith(f"the bucket is not emptied: {reason}")
    assert account.aws.client("s3").list_object_versions(Bucket=bucket)["Versions"]


def test_an_environment_without_stacks_has_nothing_to_empty(
    account: Account, dev: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert account
    assert run(dev, "--yes") == 0
    assert capsys.readouterr().out == "no stack of changed has a bucket\n"


def test_a_denied_deletion_of_versions_is_reported_in_one_line(
    bucket: str, account: Account, user: Callable[..., str]
) -> None:
    session = account.session(user("s3:ListBucketVersions", "s3:ListBucket"))
    with enforcing_iam(), pytest.raises(InputError) as refused:
        empty_bucket(session, bucket)
    (found,) = refused.value.findings
    assert found.file.startswith(f"s3://{bucket}")
    assert "DeleteObject" in found.rule
    assert len(account.aws.client("s3").list_object_versions(Bucket=bucket)["Versions"]) == 4
