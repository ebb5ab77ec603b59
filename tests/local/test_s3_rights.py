"""What S3 asks for beside the right to a call, as the local AWS has it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.aws.ministack.settings import enforcing_iam
from local.emr.s3_clients import S3A, DeniedError
from tests.local.aws_fixtures import AwsUnderTest

BUCKET = "encrypted"
Caller = Callable[[list[str], list[str]], Any]


@pytest.fixture
def key_arn(aws: AwsUnderTest) -> str:
    arn: str = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


@pytest.fixture
def caller(aws: AwsUnderTest, key_arn: str) -> Iterator[Caller]:
    """S3 for somebody who may do all with objects, these actions with the key, and list these prefixes."""
    s3, iam = aws.client("s3"), aws.client("iam")
    s3.create_bucket(Bucket=BUCKET)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    iam.create_user(UserName="job")
    key = iam.create_access_key(UserName="job")["AccessKey"]

    def made(on_key: list[str], prefixes: list[str]) -> Any:
        statements = [
            {"Effect": "Allow", "Action": "s3:*Object", "Resource": f"arn:aws:s3:::{BUCKET}/*"},
            {"Effect": "Allow", "Action": ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": f"arn:aws:s3:::{BUCKET}",
                "Condition": {"StringLike": {"s3:prefix": prefixes}},
            },
            *({"Effect": "Allow", "Action": action, "Resource": key_arn} for action in on_key),
        ]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName="job", PolicyName="job", PolicyDocument=document)
        session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
        return session.client("s3", endpoint_url=aws.server.url)

    with enforcing_iam():
        yield made
    iam.delete_user_policy(UserName="job", PolicyName="job")
    iam.delete_access_key(UserName="job", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="job")
    for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=one["Key"])
    s3.delete_bucket(Bucket=BUCKET)


def test_writing_in_parts_takes_both_rights_on_the_key(caller: Caller) -> None:
    S3A(caller(["kms:Decrypt", "kms:GenerateDataKey"], ["*"])).write(f"s3://{BUCKET}/out")
    with pytest.raises(DeniedError, match="UploadPart of out/file"):
        S3A(caller(["kms:GenerateDataKey"], ["*"])).write_file(f"s3://{BUCKET}/out/file")
    with pytest.raises(DeniedError, match="PutObject of out/file"):
        S3A(caller(["kms:Decrypt"], ["*"])).write_file(f"s3://{BUCKET}/out/file")


def test_reading_takes_the_right_to_decrypt(caller: Caller) -> None:
    S3A(caller(["kms:Decrypt", "kms:GenerateDataKey"], ["*"])).write_file(f"s3://{BUCKET}/file")
    assert S3A(caller(["kms:Decrypt"], ["*"])).read(f"s3://{BUCKET}/file") == b"x"
    reader = S3A(caller(["kms:GenerateDataKey"], ["*"]))
    assert reader.exists(f"s3://{BUCKET}/file")
    with pytest.raises(DeniedError, match="GetObject of file"):
        reader.read(f"s3://{BUCKET}/file")


@pytest.mark.parametrize(
    ("prefix", "code"), [("out/*", "404"), ("out/none", "404"), ("out/", "403"), ("other/*", "403")]
)
def test_a_missing_key_is_not_revealed_without_the_right_to_list_it(caller: Caller, prefix: str, code: str) -> None:
    with pytest.raises(ClientError) as error:
        caller([], [prefix]).head_object(Bucket=BUCKET, Key="out/none")
    assert error.value.response["Error"]["Code"] == code
