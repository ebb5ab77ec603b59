import contextlib
import json
import socket
import ssl
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from local.kubernetes import JsonObject, RecordingKubernetesApi

PODS = "/api/v1/namespaces/default/pods"
KEY, ACCEPTED = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # the example of RFC 6455, 1.3
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


@pytest.fixture
def api() -> Iterator[RecordingKubernetesApi]:
    with RecordingKubernetesApi() as started:
        yield started


def create(api: RecordingKubernetesApi, name: str, role: str) -> None:
    metadata = {"name": name, "labels": {"role": role}}
    api.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata})


def relabel(api: RecordingKubernetesApi, name: str, role: str) -> None:
    api.update("pods", name, "default", lambda found: found["metadata"]["labels"].update(role=role))


@contextlib.contextmanager
def request(api: RecordingKubernetesApi, path: str, *headers: str) -> Iterator[tuple[ssl.SSLSocket, Any]]:
    context = ssl.create_default_context(cadata=api.ca_pem.decode())
    plain = socket.create_connection(("127.0.0.1", urlsplit(api.url).port or 0), timeout=120)
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as connection, connection.makefile("rb") as reader:
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {api.token}", *headers, "", ""]
        connection.sendall("\r\n".join(lines).encode())
        yield connection, reader


def read_head(reader: Any) -> list[str]:
    lines = []
    while line := reader.readline().decode().strip():
        lines.append(line)
    return lines


def read_chunk(reader: Any) -> bytes:
    size = int(reader.readline(), 16)
    chunk: bytes = reader.read(size)
    assert reader.read(2) == b"\r\n"
    return chunk


def read_events(reader: Any, count: int) -> list[tuple[str, str]]:
    events = [json.loads(read_chunk(reader)) for _ in range(count)]
    return [(event["type"], event["object"]["metadata"].get("name", "")) for event in events]


class Frame(NamedTuple):
    opcode: int
    payload: bytes


def read_frame(reader: Any) -> Frame:
    opcode, length = reader.read(2)
    if length in (126, 127):
        form = ">H" if length == 126 else ">Q"
        (length,) = struct.unpack(form, reader.read(struct.calcsize(form)))
    return Frame(opcode & 0x0F, reader.read(length))


def masked(opcode: int, payload: bytes) -> bytes:
    mask = b"\x01\x02\x03\x04"
    body = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return bytes([0x80 | opcode, 0x80 | len(payload)]) + mask + body


def test_a_chunked_watch_streams_what_enters_changes_in_and_leaves_the_selection(api: RecordingKubernetesApi) -> None:
    create(api, "exec-1", "executor")
    with request(api, f"{PODS}?watch=true&labelSelector=role%3Dexecutor") as (_, reader):
        head = read_head(reader)
        assert head[0] == "HTTP/1.1 200 OK"
        assert "Transfer-Encoding: chunked" in head
        create(api, "driver", "driver")
        create(api, "exec-2", "executor")
        api.put_status("pods", "exec-2", "default", {"phase": "Running"})
        relabel(api, "exec-1", "retired")
        relabel(api, "driver", "executor")
        assert read_events(reader, 5) == [
            ("ADDED", "exec-1"),
            ("ADDED", "exec-2"),
            ("MODIFIED", "exec-2"),
            ("DELETED", "exec-1"),
            ("ADDED", "driver"),
        ]


def test_a_watch_from_a_version_misses_nothing_after_it(api: RecordingKubernetesApi) -> None:
    create(api, "before", "executor")
    version = api.objects("pods")[0]["metadata"]["resourceVersion"]
    create(api, "between", "executor")
    with request(api, f"{PODS}?watch=1&resourceVersion={version}") as (_, reader):
        read_head(reader)
        create(api, "after", "executor")
        assert read_events(reader, 2) == [("ADDED", "between"), ("ADDED", "after")]


def test_a_watch_can_send_the_initial_list_and_a_bookmark(api: RecordingKubernetesApi) -> None:
    create(api, "driver", "driver")
    query = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    with request(api, f"{PODS}?{query}") as (_, reader):
        read_head(reader)
        assert read_events(reader, 2) == [("ADDED", "driver"), ("BOOKMARK", "")]


def test_a_watch_ends_at_its_time_out(api: RecordingKubernetesApi) -> None:
    with request(api, f"{PODS}?watch=true&timeoutSeconds=0") as (_, reader):
        read_head(reader)
        assert read_chunk(reader) == b""
        assert reader.read() == b""


@contextlib.contextmanager
def websocket(api: RecordingKubernetesApi) -> Iterator[tuple[ssl.SSLSocket, Any]]:
    upgrade = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {KEY}"]
    with request(api, f"{PODS}?watch=true&fieldSelector=metadata.name%3Ddriver", *upgrade) as (connection, reader):
        head = read_head(reader)
        assert head[0].startswith("HTTP/1.1 101")
        assert f"Sec-WebSocket-Accept: {ACCEPTED}" in head
        yield connection, reader


def test_a_websocket_watch_sends_events_answers_pings_and_closes(api: RecordingKubernetesApi) -> None:
    with websocket(api) as (connection, reader):
        create(api, "other", "driver")
        create(api, "driver", "x" * 200)
        event: JsonObject = json.loads(read_frame(reader).payload)
        assert (event["type"], event["object"]["metadata"]["name"]) == ("ADDED", "driver")
        connection.sendall(masked(PING, b"are you there"))
        assert read_frame(reader) == Frame(PONG, b"are you there")
        connection.sendall(masked(CLOSE, b"\x03\xe8"))
        assert read_frame(reader) == Frame(CLOSE, b"\x03\xe8")
        assert reader.read() == b""
    assert [(one.path.partition("?")[0], one.status_code) for one in api.requests] == [(PODS, 101)]


def test_stopping_the_server_ends_watches_in_both_transports() -> None:
    api = RecordingKubernetesApi().start()
    with request(api, f"{PODS}?watch=true") as (_, reader), websocket(api) as (_, frames):
        read_head(reader)
        api.stop()
        assert read_chunk(reader) == b""
        assert read_frame(frames).opcode == CLOSE


def test_a_client_that_goes_away_ends_its_watch(api: RecordingKubernetesApi) -> None:
    with request(api, f"{PODS}?watch=true") as (_, reader):
        read_head(reader)
    create(api, "driver", "driver")
    with websocket(api) as (_, frames):
        assert read_frame(frames).opcode == TEXT


@pytest.mark.parametrize("length", [1, 1000, 70_000])
def test_events_of_every_length_are_one_frame(api: RecordingKubernetesApi, length: int) -> None:
    with websocket(api) as (_, reader):
        api.create(
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "driver", "annotations": {"a": "x" * length}}}
        )
        event: JsonObject = json.loads(read_frame(reader).payload)
        assert event["object"]["metadata"]["annotations"] == {"a": "x" * length}


def test_frames_that_arrive_together_or_in_pieces_are_answered(api: RecordingKubernetesApi) -> None:
    with websocket(api) as (connection, reader):
        connection.sendall(masked(PING, b"one") + masked(PING, b"two")[:3])
        assert read_frame(reader) == Frame(PONG, b"one")
        connection.sendall(masked(PING, b"two")[3:])
        assert read_frame(reader) == Frame(PONG, b"two")


def test_what_is_no_frame_ends_the_watch(api: RecordingKubernetesApi) -> None:
    with websocket(api) as (connection, reader):
        connection.sendall(b"GET / HTTP/1.1\r\n")
        assert read_frame(reader).opcode == CLOSE
        assert reader.read() == b""
