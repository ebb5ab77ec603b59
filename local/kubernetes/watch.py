"""Watches: the events of a selection, streamed as HTTP chunks or WebSocket messages.

One thread serves a watch. It waits for the client's socket and for the event channel at once, so neither side polls.
"""

import collections
import json
import selectors
import socket
import ssl
import time
from collections.abc import Callable
from typing import Protocol

from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import CloseConnection, Ping, TextMessage
from wsproto.frame_protocol import CloseReason

from local.kubernetes.operations import ApiRequest, Selection
from local.kubernetes.status import ApiError, JsonObject
from local.kubernetes.store import ObjectStore, StoreEvent

_INITIAL_EVENTS_END = {"k8s.io/initial-events-end": "true"}
_RECEIVE_SIZE = 65536


class EventChannel:
    """Hands watch events from the store's thread to the watch's thread, and wakes it."""

    def __init__(self) -> None:
        self._events: collections.deque[JsonObject] = collections.deque()
        self.wake_receiver, self._wake_sender = socket.socketpair()
        self._wake_sender.setblocking(False)
        self.closed = False

    def put(self, event: JsonObject) -> None:
        """Adds an event; never blocks."""
        self._events.append(event)
        self._wake()

    def end(self) -> None:
        """Asks the watch's thread to end the watch."""
        self.closed = True
        self._wake()

    def take(self) -> list[JsonObject]:
        """Returns the events waiting."""
        events = []
        while self._events:
            events.append(self._events.popleft())
        return events

    def drain_wake_ups(self) -> None:
        """Consumes the wake-ups, before `take`."""
        self.wake_receiver.recv(_RECEIVE_SIZE)

    def release(self) -> None:
        """Closes the sockets."""
        self.wake_receiver.close()
        self._wake_sender.close()

    def _wake(self) -> None:
        try:
            self._wake_sender.send(b"\0")
        except BlockingIOError:
            return  # enough wake-ups are waiting already


class WatchTransport(Protocol):
    """How events reach the client."""

    def send(self, event: JsonObject) -> None:
        """Sends one event."""

    def received(self, data: bytes) -> bool:
        """Handles bytes from the client; False if they end the watch."""

    def finish(self) -> None:
        """Sends the transport's regular end."""


class ChunkedTransport:
    """HTTP chunks, each a line of JSON."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write

    def send(self, event: JsonObject) -> None:
        """Sends one event."""
        line = json.dumps(event).encode() + b"\n"
        self._write(b"%x\r\n%s\r\n" % (len(line), line))

    def received(self, data: bytes) -> bool:
        """Ignores the data: a client sends nothing more on a connection that streams a watch."""
        return bool(data)

    def finish(self) -> None:
        """Sends the last, empty chunk."""
        self._write(b"0\r\n\r\n")


class WebSocketTransport:
    """WebSocket text messages; answers pings and the closing handshake."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._connection = Connection(ConnectionType.SERVER)

    def send(self, event: JsonObject) -> None:
        """Sends one event."""
        self._write(self._connection.send(TextMessage(json.dumps(event))))

    def received(self, data: bytes) -> bool:
        """False at the client's close frame, at what is no frame, or at the end of the connection."""
        self._connection.receive_data(data or None)
        for event in self._connection.events():
            if isinstance(event, Ping):
                self._write(self._connection.send(event.response()))
            elif isinstance(event, CloseConnection):
                return False
        return True

    def finish(self) -> None:
        """Sends the close frame."""
        if self._connection.state is not ConnectionState.CLOSED:
            self._write(self._connection.send(CloseConnection(CloseReason.NORMAL_CLOSURE)))


class Watch:
    """One watch request: subscribes to the store, then streams until the client, a time-out or the server ends it."""

    def __init__(self, store: ObjectStore, request: ApiRequest) -> None:
        self._store = store
        self._request = request
        self._selection = Selection.of(request)
        self._subscribed = False
        self.channel = EventChannel()

    def open(self) -> None:
        """Queues the initial events and subscribes; ApiError 400 or 410 for a resource version it cannot start from."""
        query = self._request.query
        version = query.get("resourceVersion", "")
        initial_events = query.get("sendInitialEvents") == "true"
        if version and not version.isdigit():
            raise ApiError(400, f"resourceVersion: Invalid value: {version!r}")
        with self._store.changed:
            if initial_events or version in ("", "0"):
                for _, manifest in self._store.select(self._selection.contains):
                    self.channel.put({"type": "ADDED", "object": manifest})
            if initial_events:
                self.channel.put(self._bookmark())
            replay_after = int(version) if version not in ("", "0") and not initial_events else None
            self._store.subscribe(self._on_change, since=replay_after)
            self._subscribed = True

    def stream(self, connection: socket.socket, transport: WatchTransport) -> None:
        """Sends events until the watch ends."""
        seconds = self._request.query.get("timeoutSeconds", "")
        deadline = time.monotonic() + int(seconds) if seconds.isdigit() else None
        with selectors.DefaultSelector() as waiting:
            waiting.register(connection, selectors.EVENT_READ)
            waiting.register(self.channel.wake_receiver, selectors.EVENT_READ)
            while not self.channel.closed:
                remaining = None if deadline is None else deadline - time.monotonic()
                ready = waiting.select(None if remaining is None else max(remaining, 0))
                if not ready:
                    break
                readable = {key.fileobj for key, _ in ready}
                if connection in readable and _ended_by_client(connection, transport):
                    break
                if self.channel.wake_receiver in readable:
                    self.channel.drain_wake_ups()
                for event in self.channel.take():
                    transport.send(event)
        transport.finish()

    def close(self) -> None:
        """Ends the subscription and closes the channel."""
        if self._subscribed:
            self._store.unsubscribe(self._on_change)
        self.channel.release()

    def _on_change(self, event: StoreEvent) -> None:
        """Turns a change into what the selection sees: an object may enter or leave it by a change of labels."""
        before = event.previous is not None and self._selection.contains(event.key, event.previous)
        after = event.type != "DELETED" and self._selection.contains(event.key, event.object)
        if before or after:
            event_type = "MODIFIED" if before and after else "ADDED" if after else "DELETED"
            self.channel.put({"type": event_type, "object": event.object})

    def _bookmark(self) -> JsonObject:
        target = self._request.target
        version = str(self._store.resource_version)
        metadata = {"resourceVersion": version, "annotations": _INITIAL_EVENTS_END}
        return {
            "type": "BOOKMARK",
            "object": {"kind": target.kind or "", "apiVersion": target.api_version, "metadata": metadata},
        }


def _ended_by_client(connection: socket.socket, transport: WatchTransport) -> bool:
    received = _receive(connection)
    return received is not None and not transport.received(received)


def _receive(connection: socket.socket) -> bytes | None:
    """Returns what the client sent: empty at the end of the connection, None if it was no application data after all."""
    connection.setblocking(False)
    try:
        received = connection.recv(_RECEIVE_SIZE)
        while received and isinstance(connection, ssl.SSLSocket) and connection.pending():
            received += connection.recv(_RECEIVE_SIZE)
    except (BlockingIOError, ssl.SSLWantReadError):
        return None
    finally:
        connection.setblocking(True)
    return received
