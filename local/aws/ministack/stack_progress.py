"""Delays DescribeStacks of a stack in progress until its end, because the CDK CLI's interval of five seconds is long
here."""

import asyncio
import contextlib
import re
import time
from collections.abc import Iterator

from local.aws.ministack import names
from local.aws.ministack.services import Response

_IN_PROGRESS = re.compile(rb"<StackStatus>(?!REVIEW)\w+_IN_PROGRESS</StackStatus>")
_LONGEST_SECONDS = 5.0
_LOOK_SECONDS = 0.05


@contextlib.contextmanager
def answered_at_the_end() -> Iterator[None]:
    """Delays the answer while the stack in the request is in progress, for at most five seconds."""
    original = names.app.SERVICE_HANDLERS["cloudformation"]

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Response:
        deadline = time.monotonic() + _LONGEST_SECONDS
        response: Response = await original(method, path, headers, body, query)
        while b"DescribeStacks&" in body + b"&" and b"StackName=" in body and time.monotonic() < deadline:
            text = response[2] if isinstance(response[2], bytes) else str(response[2]).encode()
            if not _IN_PROGRESS.search(text):
                break
            await asyncio.sleep(_LOOK_SECONDS)
            response = await original(method, path, headers, body, query)
        return response

    with names.added_item(names.app.SERVICE_HANDLERS, "cloudformation", handle):
        yield
