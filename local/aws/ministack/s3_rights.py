"""What S3 asks IAM beside the right to a call: the KMS key of a bucket, and who may know that an object is not there."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from local.aws.ministack import names

_KEY_ID = "x-amz-server-side-encryption-aws-kms-key-id"


@contextlib.contextmanager
def asked_for() -> Iterator[None]:
    """Lets S3 ask for these rights, until the end of the block, where IAM is checked.

    Of a KMS key that the bucket encrypts with, as of the S3 guide, uploading with multipart upload and KMS; the key's own
    policy is not asked. HEAD and GET of an object that is not there are 403 for who may not list its key as a prefix: 403 or
    404 is as the S3 API's HeadObject says; that s3:prefix is compared with the key, Terraform's S3 backend relies on.
    """
    original = names.s3.handle_request

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], **more: Any
    ) -> Any:
        def denied(action: str, resource: str, context: Mapping[str, str]) -> Any:
            return names.app._enforce_data_plane(
                "s3", action, headers, query, "", resource_arn=resource, service_context=context
            )

        bucket, key = names.s3._parse_bucket_key(path, headers)
        key_arn = names.s3._bucket_default_sse_headers(bucket).get(_KEY_ID, "") if key else ""
        for action in _on_key(method, query) if key_arn.startswith("arn:") else ():
            if answer := denied(action, key_arn, {}):
                return answer
        answer = await original(method, path, headers, body, query, **more)
        if method in ("GET", "HEAD") and key and answer[0] == 404:
            return denied("s3:ListBucket", f"arn:aws:s3:::{bucket}", {"s3:prefix": key}) or answer
        return answer

    with names.replaced_attribute(names.s3, "handle_request", handle):
        yield


def _on_key(method: str, query: Mapping[str, Any]) -> tuple[str, ...]:
    match method:
        case "GET":
            return ("kms:Decrypt",)
        case "PUT" | "POST" if "uploadId" in query:
            return ("kms:Decrypt",)
        case "PUT" | "POST":
            return ("kms:GenerateDataKey",)
    return ()
