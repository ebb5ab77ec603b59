"""Empties the bucket that an environment created, so that it can be deleted."""

from typing import TYPE_CHECKING

import boto3

from emr_eks_placement.aws.errors import aws_errors
from emr_eks_placement.aws.session import client
from emr_eks_placement.aws.stacks import own_resources
from emr_eks_placement.common.errors import refused

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import ListObjectVersionsOutputTypeDef, ObjectIdentifierTypeDef


def bucket_of(session: boto3.Session, environment: str) -> str | None:
    """Returns the name of the bucket in the environment's stack; None if the stack has none.

    Calls cloudformation:ListStackResources. Raises InputError if the call fails.
    """
    return next(iter(own_resources(session, environment, "virtual-clusters", "AWS::S3::Bucket")), None)


def empty_bucket(session: boto3.Session, bucket: str) -> int:
    """Deletes every version of every object and every delete marker. Returns how many it deleted.

    Calls s3:ListBucketVersions and s3:DeleteObjectVersion. Raises InputError if they fail; earlier deletions remain.
    """
    place, deleted = f"s3://{bucket}", 0
    with aws_errors(place):
        s3: S3Client = client(session, "s3")
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):  # 1,000 a page, as DeleteObjects
            versions = _versions(page)
            if versions:
                _delete(s3, bucket, versions)
                deleted += len(versions)
    return deleted


def _versions(page: "ListObjectVersionsOutputTypeDef") -> "list[ObjectIdentifierTypeDef]":
    entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
    return [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]


def _delete(s3: "S3Client", bucket: str, versions: "list[ObjectIdentifierTypeDef]") -> None:
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True})
    for error in answer.get("Errors", []):
        rule = f"S3 did not delete it: {error.get('Message', error.get('Code', 'without a reason'))} (s3:DeleteObjects)"
        raise refused(
            f"s3://{bucket}/{error.get('Key', '')}",
            None,
            rule,
            "Allow the caller to delete objects and their versions, then run it again",
        )
