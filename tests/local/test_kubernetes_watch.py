import base64
import contextlib
import json
import socket
import ssl
import struct
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.kubernetes import JsonObject, RecordingKubernetesApi
from local.kubernetes.websocket import CLOSE, PING, PONG, TEXT, Frame, FrameParser, accept_key, encode_frame

PODS = "/api/v1/namespaces/default/pods"
KEY = base64.b64encode(b"0123456789abcdef").decode()


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
    plain = socket.create_connection(("127.0.0.1", urlsplit(api.url).port or 0), timeout=10)
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as connection, connection.makefile("rb") as reader:
        lines = [f"GET {path} HTTP/1.1", "Host: kubernetes", *headers, "", ""]
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


def read_frame(reader: Any) -> Frame:
    opcode, length = reader.read(2)
    if length == 126:
        (length,) = struct.unpack(">H", reader.read(2))
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
        assert f"Sec-WebSocket-Accept: {accept_key(KEY)}" in head
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


@pytest.mark.parametrize("length", [0, 125, 126, 65535, 65536])
def test_frames_of_every_length_survive_encoding_and_arrive_in_pieces(length: int) -> None:
    encoded = encode_frame(TEXT, b"x" * length)
    parser = FrameParser()
    assert parser.feed(encoded[:-1] if length else encoded[:1]) == []
    assert parser.feed(encoded[-1:]) == [Frame(TEXT, b"x" * length)]


def test_masked_frames_are_unmasked_and_several_can_arrive_at_once() -> None:
    frames = FrameParser().feed(masked(PING, b"one") + masked(TEXT, b"two"))
    assert frames == [Frame(PING, b"one"), Frame(TEXT, b"two")]


def test_the_accept_key_is_that_of_rfc_6455() -> None:
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
