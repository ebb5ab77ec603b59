"""One region is served, and a request that is signed for another one is refused."""

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from local.aws.ministack import names
from local.aws.ministack.services import Handler, Response

_SIGNED_FOR = re.compile(r"Credential=[^/]+/\d+/([^/]+)/")
_GLOBAL = {"iam": "us-east-1", "organizations": "us-east-1", "route53": "us-east-1"}
"""Services that SDKs sign for one region from any region (botocore, partition_endpoint in endpoints.json)."""


@contextlib.contextmanager
def only(region: str, message: Callable[[str], str]) -> Iterator[None]:
    """Refuses requests for other regions until the end of the block; message: of a request for that region."""
    handlers = names.app.SERVICE_HANDLERS
    with contextlib.ExitStack() as undo:
        for service, handler in list(handlers.items()):
            refusing = _refusing(service, handler, {region, _GLOBAL.get(service, region)}, message)
            undo.enter_context(names.added_item(handlers, service, refusing))
        yield


def _refusing(service: str, handler: Handler, served: set[str], message: Callable[[str], str]) -> Handler:
    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Response:
        signed = _SIGNED_FOR.search(headers.get("authorization", ""))
        if signed is None or signed[1] in served:
            return await handler(method, path, headers, body, query)
        refused: Any = names.iam_actions.access_denied_response(
            service, "", "", "", error_code="RegionNotServed", message=message(signed[1]), headers=headers
        )
        return 400, refused[1], refused[2]

    return handle
