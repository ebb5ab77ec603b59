"""Runs a command at a terminal without a network, and prints the names that it looks up: one JSON line at the end.

`unshare --map-root-user --net --mount python no_network.py COMMAND…`: here the only name server is this process, which counts and
knows no name.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import pty
import socket
import struct
import subprocess
import sys
import tempfile
import threading

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1  # netdevice(7)
_PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


def main() -> int:
    """Exit code: the command's."""
    _bring_loopback_up()
    with tempfile.NamedTemporaryFile("w") as resolver:
        resolver.write("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        resolver.flush()
        subprocess.run(["mount", "--bind", resolver.name, "/etc/resolv.conf"], check=True)  # noqa: S603, S607
        asked: set[str] = set()
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 53))
        threading.Thread(target=_answer, args=(server, asked), daemon=True).start()
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        code = os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:]))
        with contextlib.suppress(ChildProcessError):  # what the command left running has ended
            while True:
                os.wait()
        print(json.dumps(sorted(asked)))  # noqa: T201
        return code


def _bring_loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14s", b"lo", 0, b"")
        name, flags, rest = struct.unpack("16sH14s", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14s", name, flags | _IFF_UP, rest))


def _answer(server: socket.socket, asked: set[str]) -> None:
    """Answers that no name exists (RFC 1035, 4.1)."""
    while True:
        question, client = server.recvfrom(4096)
        labels, position = [], 12
        while length := question[position]:
            labels.append(question[position + 1 : position + 1 + length].decode())
            position += length + 1
        asked.add(".".join(labels))
        server.sendto(question[:2] + b"\x81\x83" + question[4:6] + bytes(6) + question[12 : position + 5], client)


if __name__ == "__main__":
    sys.exit(main())
