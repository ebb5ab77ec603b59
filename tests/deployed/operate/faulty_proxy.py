"""A proxy in front of the local AWS that breaks the calls that a test wants broken."""

import contextlib
import http.client
import json
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

Fault = Literal[
    "throttled",
    "server-error",
    "unavailable",
    "lost-request",
    "lost-answer",
    "late-answer",
    "expired",
    "skewed",
    "bad-signature",
    "denied",
    "no-bucket",
]
PASSING: tuple[Fault, ...] = ("throttled", "server-error", "unavailable", "lost-request", "lost-answer")
"""Those after which the same call may succeed."""

# Status, error code and message, in AWS's words.
_ANSWERS: dict[Fault, tuple[int, str, str]] = {
    "throttled": (400, "ThrottlingException", "Rate exceeded"),
    "server-error": (500, "InternalServerException", "Internal server error"),
    "unavailable": (503, "ServiceUnavailableException", "Service unavailable"),
    "expired": (403, "ExpiredTokenException", "The security token included in the request is expired"),
    "skewed": (
        403,
        "InvalidSignatureException",
        "Signature expired: 20261124T000000Z is now earlier than 20261124T100000Z (20261124T101500Z - 15 min.)",
    ),
    "bad-signature": (403, "SignatureDoesNotMatch", "The request signature we calculated does not match."),
    "denied": (
        403,
        "AccessDeniedException",
        "User: arn:aws:iam::111122223333:user/somebody is not authorized to perform: emr-containers:StartJobRun on "
        "resource: arn:aws:emr-containers:us-east-1:111122223333:/virtualclusters/abc",
    ),
    "no-bucket": (404, "NoSuchBucket", "The specified bucket does not exist"),
}
_ANSWERS_OF_S3: dict[Fault, tuple[int, str, str]] = {
    "throttled": (503, "SlowDown", "Please reduce your request rate."),
    "expired": (400, "ExpiredToken", "The provided token has expired."),
    "skewed": (
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
    ),
    "denied": (403, "AccessDenied", "Access Denied"),
}
_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "expect", "keep-alive"}


@dataclass(frozen=True)
class Call:
    """A call to AWS. service: as in its signature; action: of X-Amz-Target, where the protocol has it."""

    service: str
    method: str
    path: str
    action: str

    @property
    def starts_a_run(self) -> bool:
        return self.service == "emr-containers" and self.method == "POST" and self.path.endswith("/jobruns")


Choose = Callable[[Call], Fault | None]


@dataclass
class FaultyProxy:
    """The proxy as it runs. choose: which fault a call meets; a late answer comes when the proxy ends."""

    url: str
    choose: Choose = lambda _call: None
    calls: Counter[str] = field(default_factory=Counter)
    """How many calls met each fault, or passed."""
    ends: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        body = self._body()
        call = self._call()
        fault = self.server.fault_of(call)
        if fault == "lost-request":
            self._hang_up()
        elif fault in ("lost-answer", "late-answer"):
            self._forward(body)
            if fault == "late-answer":
                self.server.proxy.ends.wait()
            self._hang_up()
        elif fault is not None:
            self._refuse(call.service, fault)
        else:
            self._answer(*self._forward(body))

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _handle  # noqa: N815 - http.server's names

    def _body(self) -> bytes:
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            return self._chunks()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunks(self) -> bytes:
        content = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return content

    def _call(self) -> Call:
        scope = _SCOPE.search(self.headers.get("Authorization", ""))
        action = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        return Call(scope[1] if scope else "", self.command, self.path.partition("?")[0], action)

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.server.target, timeout=300)
        headers = {key: value for key, value in self.headers.items() if key.lower() not in _HOP_BY_HOP}
        try:
            connection.request(self.command, self.path, body, {**headers, "Content-Length": str(len(body))})
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for key, value in headers:
            if key.lower() not in _HOP_BY_HOP or (key.lower() == "content-length" and self.command == "HEAD"):
                self.send_header(key, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _refuse(self, service: str, fault: Fault) -> None:
        status, code, message = (_ANSWERS_OF_S3.get(fault) if service == "s3" else None) or _ANSWERS[fault]
        if fault == "bad-signature":  # AWS's answer repeats the request's headers, session token and all
            message = f"{message} The canonical request was {' '.join(f'{k}:{v}' for k, v in self.headers.items())}"
        if service in ("s3", "sts", "cloudformation", "ec2"):
            error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
            content = (error if service == "s3" else f"<ErrorResponse>{error}</ErrorResponse>").encode()
        else:
            content = json.dumps({"__type": code, "message": message}).encode()
        self._answer(status, [("x-amzn-ErrorType", code)], content)

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Nothing on standard error."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target).netloc
        self.proxy = FaultyProxy(f"http://127.0.0.1:{self.server_address[1]}")
        self._choosing = threading.Lock()

    def fault_of(self, call: Call) -> Fault | None:
        """The fault that the call meets, counted."""
        with self._choosing:
            fault = self.proxy.choose(call)
            self.proxy.calls[fault or "passed"] += 1
            return fault

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up first is none of ours."""


@contextlib.contextmanager
def faulty_proxy(target: str) -> Iterator[FaultyProxy]:
    """In front of the local AWS at that URL, until the end of the block."""
    server = _Server(target)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.proxy
    finally:
        server.proxy.ends.set()
        server.shutdown()
        thread.join()
        server.server_close()
