"""The server's side of the WebSocket protocol (RFC 6455), as far as a watch needs it."""

import base64
import hashlib
import struct
from dataclasses import dataclass

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
NORMAL_CLOSURE = struct.pack(">H", 1000)

_ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_FINAL, _MASKED = 0x80, 0x80
_LENGTH_16_BITS, _LENGTH_64_BITS = 126, 127


@dataclass(frozen=True)
class Frame:
    """One received frame, unmasked."""

    opcode: int
    payload: bytes


def accept_key(client_key: str) -> str:
    """The `Sec-WebSocket-Accept` header for a client's `Sec-WebSocket-Key`."""
    digest = hashlib.sha1((client_key + _ACCEPT_GUID).encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def encode_frame(opcode: int, payload: bytes) -> bytes:
    """One complete, unmasked frame, as servers send them."""
    length = len(payload)
    if length < _LENGTH_16_BITS:
        header = struct.pack(">BB", _FINAL | opcode, length)
    elif length < 1 << 16:
        header = struct.pack(">BBH", _FINAL | opcode, _LENGTH_16_BITS, length)
    else:
        header = struct.pack(">BBQ", _FINAL | opcode, _LENGTH_64_BITS, length)
    return header + payload


class FrameParser:
    """Collects received bytes into frames."""

    def __init__(self) -> None:
        self._received = b""

    def feed(self, data: bytes) -> list[Frame]:
        """The frames completed by `data`."""
        self._received += data
        frames = []
        while (parsed := _parse(self._received)) is not None:
            frame, size = parsed
            self._received = self._received[size:]
            frames.append(frame)
        return frames


def _parse(data: bytes) -> tuple[Frame, int] | None:
    if len(data) < 2:
        return None
    opcode, length, position = data[0] & 0x0F, data[1] & 0x7F, 2
    extension = {_LENGTH_16_BITS: ">H", _LENGTH_64_BITS: ">Q"}.get(length)
    if extension:
        if len(data) < position + struct.calcsize(extension):
            return None
        (length,) = struct.unpack_from(extension, data, position)
        position += struct.calcsize(extension)
    mask = b""
    if data[1] & _MASKED:
        mask = data[position : position + 4]
        position += 4
    if len(data) < position + length:
        return None
    payload = data[position : position + length]
    if mask:
        payload = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return Frame(opcode, payload), position + length
