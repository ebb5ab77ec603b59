"""Rights that S3 checks in IAM in addition to the call's own: the KMS key of a bucket, and who may learn that an object
is missing."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from local.aws.ministack import names

_KEY_ID = "x-amz-server-side-encryption-aws-kms-key-id"


@contextlib.contextmanager
def asked_for() -> Iterator[None]:
    """Makes S3 check these rights until the end of the block, if IAM is checked.

    The KMS key is that of the bucket (S3 guide, uploading with multipart upload and KMS); the key's own policy is not
    checked. HEAD and GET of a missing object answer 403 to a caller who may not list its key as a prefix. Sources:
    HeadObject in the S3 API for 403 or 404; Terraform's S3 backend relies on the comparison of s3:prefix with the key.
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
