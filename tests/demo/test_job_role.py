"""What jobs do in S3, with the execution role's own credentials and IAM enforced: they read their files and write their data.

The calls are those of S3A and EMRFS as their sources and reports have them, and IAM is MiniStack's reading: no proof about AWS.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from emr_eks_placement.doctor.requirements import objects_of
from local.aws.emr_containers.access import base36
from local.aws.ministack.settings import enforcing_iam
from tests.demo.conftest import NAMESPACE, PLACEMENTS, Deployed

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

FOLDER = "data/spark"


def session_of_role(deployed: Deployed) -> boto3.Session:
    """As a driver has it, by a service account that EMR makes for the role."""
    client = deployed.local.session.client
    role = deployed.outputs["SparkExecutionRoleArn"]
    (name,) = client("eks").list_clusters()["clusters"]
    issuer = client("eks").describe_cluster(name=name)["cluster"]["identity"]["oidc"]["issuer"]
    account = f"emr-containers-sa-spark-driver-{role.split(':')[4]}-{base36(role.rpartition('/')[2])}"
    claims = {"iss": issuer, "sub": f"system:serviceaccount:{NAMESPACE}:{account}", "aud": "sts.amazonaws.com"}
    token = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({}, claims))
    made = client("sts").assume_role_with_web_identity(
        RoleArn=role, RoleSessionName="driver", WebIdentityToken=f"{token}.signature"
    )["Credentials"]
    return boto3.Session(
        made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"], region_name=deployed.environment.region
    )


@contextmanager
def as_role(deployed: Deployed) -> Iterator["S3Client"]:
    s3 = deployed.local.session.client("s3")
    own = session_of_role(deployed).client("s3", endpoint_url=s3.meta.endpoint_url)
    with enforcing_iam():
        yield own


def looked_up(s3: "S3Client", bucket: str, key: str) -> bool:
    """As S3A looks a path up; EMRFS lists without the slash too. Whether it is there."""
    found = []
    for prefix in (f"{key}/", key):
        found += s3.list_objects_v2(Bucket=bucket, Prefix=prefix, Delimiter="/", MaxKeys=2).get("Contents", [])
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
        return bool(found)
    return True


def read(s3: "S3Client", uri: str) -> None:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    assert looked_up(s3, bucket, key)
    s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def written(s3: "S3Client", bucket: str, folder: str) -> None:
    """A committer's work: a folder for attempts, parts of uploads, one of them given up, and the attempts deleted."""
    looked_up(s3, bucket, folder)
    attempt, result = f"{folder}/_temporary/0/", f"{folder}/part-00000"
    s3.put_object(Bucket=bucket, Key=attempt, Body=b"")
    for key, is_kept in ((result, True), (f"{folder}/part-00001", False)):
        upload = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
        part = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"x")
        s3.list_parts(Bucket=bucket, Key=key, UploadId=upload)
        if is_kept:
            done: Any = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
            s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload=done)
        else:
            s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": attempt}]})
    assert not deleted.get("Errors")
    s3.put_object(Bucket=bucket, Key=f"{folder}/_SUCCESS", Body=b"")
    assert looked_up(s3, bucket, result)


@contextmanager
def without(deployed: Deployed, text: str) -> Iterator[None]:
    """The role's policy while a prefix or key is another."""
    iam = deployed.local.session.client("iam")
    role = deployed.outputs["SparkExecutionRoleArn"].rpartition("/")[2]
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy = json.dumps(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    assert text in policy
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=policy.replace(text, '"nothing"'))
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=policy)


def is_denied(call: Any, *arguments: Any) -> bool:
    try:
        call(*arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] in ("AccessDenied", "403")
        return True
    return False


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_jobs_read_their_files_and_pod_templates_through_their_role(deployed: Deployed, placement: str) -> None:
    objects = objects_of(deployed.definition(placement), deployed.bucket)
    assert {uri.split("/")[3] for uri in objects} <= {"job-files", "pod-templates"}
    assert len(objects) >= 2
    with as_role(deployed) as s3:
        for uri in objects:
            read(s3, uri)


def test_jobs_write_to_their_folder_and_below_it_and_not_beside_it(deployed: Deployed) -> None:
    with as_role(deployed) as s3:
        written(s3, deployed.bucket, f"{FOLDER}/counts")
        written(s3, deployed.bucket, FOLDER)
        s3.put_object(Bucket=deployed.bucket, Key=f"{FOLDER}_$folder$", Body=b"")
        assert is_denied(written, s3, deployed.bucket, "data/sparkle")
        assert is_denied(looked_up, s3, deployed.bucket, "data")


@pytest.mark.parametrize("prefix", ["job-files", "pod-templates"])
def test_without_the_right_to_list_a_folder_no_run_reads_from_it(deployed: Deployed, prefix: str) -> None:
    objects = objects_of(deployed.definition("pinned-driver"), deployed.bucket)
    uri = next(uri for uri in objects if f"/{prefix}/" in uri)
    with without(deployed, f'"{prefix}/spark/*"'):
        with as_role(deployed) as s3:
            assert is_denied(read, s3, uri)
        outcome = deployed.run("pinned-driver")
    assert outcome.state == "FAILED"
    assert f"s3:ListBucket with the prefix {prefix}/spark/" in (outcome.details or "")
    assert deployed.run("pinned-driver").state == "COMPLETED"


def test_without_its_own_folder_by_name_a_job_can_not_write_into_it(deployed: Deployed) -> None:
    with without(deployed, f'"{FOLDER}"'), as_role(deployed) as s3:
        assert is_denied(written, s3, deployed.bucket, FOLDER)
