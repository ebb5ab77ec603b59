"""HTTPS on 127.0.0.1: decodes requests, answers them, and hands each one to the record."""

import json
import logging
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qsl, urlsplit

import yaml
from wsproto.utilities import generate_accept_token

from local.kubernetes.authentication import Authentication
from local.kubernetes.discovery import discovery_document
from local.kubernetes.operations import ApiRequest, Operations, Reply
from local.kubernetes.resources import parse_path
from local.kubernetes.status import ApiError
from local.kubernetes.store import ObjectStore
from local.kubernetes.watch import ChunkedTransport, Watch, WebSocketTransport

HOST = "127.0.0.1"

_OPENAPI_V2 = "/openapi/v2"
_OPENAPI_V2_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
_READ_OF_STRANGERS = 1_000_000  # bytes; what is not read when a connection closes can lose the answer
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class RecordedRequest:
    """A request and how it was answered.

    `path` includes the query. `body` is decoded JSON or YAML, or the text if it is neither. `status_code` is the HTTP
    status of the reply (for a watch, of its beginning) and `failure` the message of a failure Status.
    """

    method: str
    path: str
    content_type: str
    body: object
    status_code: int
    failure: str | None = None


class ApiHttpServer(ThreadingHTTPServer):
    """Serves the operations of one store; a connection is a thread."""

    daemon_threads = False  # so that closing the server waits for its threads
    request_queue_size = 128

    def __init__(
        self,
        port: int,
        tls: ssl.SSLContext,
        store: ObjectStore,
        operations: Operations,
        record: Callable[[RecordedRequest], None],
        authentication: Authentication,
    ) -> None:
        self.store = store
        self.operations = operations
        self.record = record
        self.authentication = authentication
        self._tls = tls
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        self._watches: set[Watch] = set()
        self._closing = False
        super().__init__((HOST, port), _RequestHandler)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Accepts a connection; its TLS handshake happens in its own thread."""
        plain, address = self.socket.accept()
        connection = self._tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: object) -> None:
        """Forgets and closes a connection."""
        connection = cast(socket.socket, request)
        with self._lock:
            self._connections.discard(connection)
        super().shutdown_request(connection)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002  the base class's signature
        """Logs a failed connection: clients that hang up or do not trust the CA are no fault of the server."""
        if isinstance(sys.exception(), (ConnectionError, ssl.SSLError)):
            _LOGGER.debug("connection of %s ended", client_address, exc_info=True)
        else:
            _LOGGER.exception("request of %s failed", client_address)

    def add_watch(self, watch: Watch, connection: socket.socket) -> None:
        """Registers a watch, to be ended regularly when the server closes, and not by its connection."""
        with self._lock:
            self._connections.discard(connection)
            self._watches.add(watch)
            if self._closing:
                watch.channel.end()

    def remove_watch(self, watch: Watch) -> None:
        """Forgets a watch."""
        with self._lock:
            self._watches.discard(watch)

    def close(self) -> None:
        """Stops accepting, ends watches and idle connections, and waits for their threads."""
        self.shutdown()
        with self._lock:
            self._closing = True
            for watch in self._watches:
                watch.channel.end()
            for connection in self._connections:
                _end_reading(connection)
        self.server_close()


class _RequestHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ApiHttpServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        _LOGGER.debug(format, *args)

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = urlsplit(self.path).path
        try:
            self.server.authentication.check(self.headers.items())
        except ApiError as error:
            self.rfile.read(min(self._body_length, _READ_OF_STRANGERS))
            self.close_connection = True
            self._refuse(error, None)
            return
        body = _decode(self.rfile.read(self._body_length))
        try:
            if path == _OPENAPI_V2:
                self._record(200, body)
                self._send(200, _OPENAPI_V2_TYPE, b"")
                return
            request = self._api_request(path, body)
            if request is not None and _is_watch(request):
                self._watch(request)
                return
            reply = self._discovery(path) if request is None else self.server.operations.answer(request)
        except ApiError as error:
            self._refuse(error, body)
        except Exception as error:
            # A fault in a hook or observer must reach the client as an answer.
            _LOGGER.exception("%s %s failed", self.command, self.path)
            self._refuse(ApiError(500, f"{type(error).__name__}: {error}"), body)
        else:
            self._record(reply.code, body)
            self._send(reply.code, "application/json", json.dumps(reply.body).encode())

    @property
    def _body_length(self) -> int:
        return int(self.headers.get("Content-Length") or 0)

    def _api_request(self, path: str, body: object) -> ApiRequest | None:
        target = parse_path(path)
        if target is None:
            return None
        content_type = self.headers.get("Content-Type", "")
        if content_type.startswith("application/vnd.kubernetes.protobuf"):
            raise ApiError(415, "protobuf is not supported: send JSON, as kubectl create -f and kubectl apply do")
        query: dict[str, str] = {}
        for name, value in parse_qsl(urlsplit(self.path).query, keep_blank_values=True):
            query.setdefault(name, value)
        return ApiRequest(self.command, target, query, content_type, body)

    def _discovery(self, path: str) -> Reply:
        document = discovery_document(path) if self.command == "GET" else None
        if document is None:
            raise ApiError(404, f"the server has nothing at {path}")
        return Reply(200, document)

    def _watch(self, request: ApiRequest) -> None:
        watch = Watch(self.server.store, request)
        try:
            watch.open()
            self.server.add_watch(watch, self.connection)
            self.close_connection = True
            self._stream(watch)
        except (ConnectionError, ssl.SSLError):
            _LOGGER.debug("the client ended the watch %s", self.path, exc_info=True)
        finally:
            self.server.remove_watch(watch)
            watch.close()

    def _stream(self, watch: Watch) -> None:
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self._record(101, None)
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.send_header(
                "Sec-WebSocket-Accept", generate_accept_token(self.headers["Sec-WebSocket-Key"].encode()).decode()
            )
            self.end_headers()
            watch.stream(self.connection, WebSocketTransport(self.wfile.write))
        else:
            self._record(200, None)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Transfer-Encoding", "chunked")
            self.send_header("Connection", "close")
            self.end_headers()
            watch.stream(self.connection, ChunkedTransport(self.wfile.write))

    def _refuse(self, error: ApiError, body: object) -> None:
        self._record(error.code, body, error.message)
        self._send(error.code, "application/json", json.dumps(error.status()).encode())

    def _record(self, status_code: int, body: object, failure: str | None = None) -> None:
        content_type = self.headers.get("Content-Type", "")
        self.server.record(RecordedRequest(self.command, self.path, content_type, body, status_code, failure))

    def _send(self, code: int, content_type: str, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _is_watch(request: ApiRequest) -> bool:
    return request.method == "GET" and request.query.get("watch") in ("true", "1")


def _decode(raw: bytes) -> object:
    if not raw:
        return None
    text = raw.decode(errors="replace")
    try:
        return cast(object, json.loads(text))
    except ValueError:
        pass  # not JSON: server-side apply sends YAML
    try:
        return cast(object, yaml.safe_load(text))
    except yaml.YAMLError:
        return text


def _end_reading(connection: socket.socket) -> None:
    """Lets a thread that waits for the next request on the connection see its end; replies can still be written."""
    try:
        socket.socket.shutdown(connection, socket.SHUT_RD)
    except OSError:
        _LOGGER.debug("a client had closed its connection already", exc_info=True)
