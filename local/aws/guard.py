"""Refuses requests to the local AWS that a web page sends, or that are not signed with a key of the account."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from local import browsers
from local.aws.ministack import signatures
from local.aws.ministack.services import Response
from local.aws.ministack.signatures import HttpRequest, Signatures

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class Guard:
    """An ASGI application around another, which gets only programs' signed requests; headers of CORS leave its answers."""

    def __init__(self, guarded: Application, allowed: Signatures) -> None:
        self._guarded = guarded
        self._signatures = allowed

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers one request."""
        match scope["type"]:
            case "http":
                await self._answer(scope, receive, send)
            case "websocket":  # API Gateway's, AppSync's and IoT's, which nothing here has
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            case _:
                await self._guarded(scope, receive, send)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        problem = browsers.refusal(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
        )
        if problem:
            body = json.dumps({"__type": "AccessDeniedException", "message": problem}).encode()
            await _respond(scope, send, (403, {"Content-Type": "application/json"}, body))
            return
        request = HttpRequest.of(
            scope["method"], scope["raw_path"].decode("latin-1"), scope["query_string"], scope["headers"]
        )
        failure = self._signatures.failure_before_body(request)
        if failure:
            await _respond(scope, send, signatures.refusal(request, failure))
            return
        sent = await _read(receive)
        if sent is None:
            return
        failure = self._signatures.failure(request, sent)
        if failure:
            await _respond(scope, send, signatures.refusal(request, failure))
        else:
            await self._guarded(scope, _again(sent, receive), _without_cors(send))


async def _read(receive: Receive) -> bytes | None:
    """The body of a request; None if the client hangs up before its end."""
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    unread = [{"type": "http.request", "body": body, "more_body": False}]

    async def read_again() -> Message:
        return unread.pop() if unread else await receive()

    return read_again


def _without_cors(send: Send) -> Send:
    async def send_without(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [one for one in message.get("headers", []) if not one[0].lower().startswith(b"access-control-")]
            message = {**message, "headers": kept}
        await send(message)

    return send_without


async def _respond(scope: Message, send: Send, response: Response) -> None:
    status, headers, body = response
    pairs = {**headers, "Content-Length": str(len(body)), "Connection": "close"}
    raw = [(name.lower().encode(), value.encode()) for name, value in pairs.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
