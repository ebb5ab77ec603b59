"""S3's answer for an object that is not there, by what the caller may list; MiniStack says 404 to whoever may read."""

import contextlib
from collections.abc import Iterator
from typing import Any

from local.aws.ministack import names


@contextlib.contextmanager
def hidden_from_those_who_may_not_list() -> Iterator[None]:
    """403 for HEAD and GET of an object that is not there, unless the caller may list its key as a prefix.

    403 or 404 is as the S3 API's HeadObject and GetObject say; that a policy's s3:prefix is compared with the key is what
    Terraform's S3 backend relies on (its documented permissions). Only where IAM is checked.
    """
    original = names.s3.handle_request

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], **more: Any
    ) -> Any:
        answer = await original(method, path, headers, body, query, **more)
        bucket, key = names.s3._parse_bucket_key(path, headers)
        if method in ("GET", "HEAD") and key and answer[0] == 404 and names.app.AUTH:
            denied = names.app._enforce_data_plane(
                "s3",
                "s3:ListBucket",
                headers,
                query,
                "",
                resource_arn=f"arn:aws:s3:::{bucket}",
                service_context={"s3:prefix": key},
            )
            return denied or answer
        return answer

    with names.replaced_attribute(names.s3, "handle_request", handle):
        yield
