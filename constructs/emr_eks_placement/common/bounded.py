"""Input that is never read beyond a bound: files, standard input, JSON."""

import errno
import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

MOST_BYTES = 10_000_000
"""Bytes of a file or of standard input by default; product limit. A synthesized template has at most 1 MB (CloudFormation)."""
_MOST_VALUES = 1_000_000  # values of a JSON text; product limit
_OPEN_PIPES = ("/dev/fd/", "/proc/self/fd/", "/dev/stdin")  # as a shell names what <(…) writes


def read_file(path: Path, most: int = MOST_BYTES) -> bytes:
    """The content of a regular file, or of a pipe that the shell has opened.

    Raises OSError, with a reason that a message can repeat, for any other kind of file, for one of more than `most` bytes and
    for one that can't be read. Never waits for a named pipe or a device.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError:  # a zero byte
        raise OSError(errno.EINVAL, "no file can have this name") from None
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        if stat.S_ISFIFO(mode) and str(path).startswith(_OPEN_PIPES):
            os.set_blocking(descriptor, True)
        elif not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is a device or a named pipe, not a regular file")
        return _read(file, most)


def read_standard_input(most: int = MOST_BYTES) -> bytes:
    """All of standard input. Raises OSError as `read_file` does."""
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return _read(sys.stdin.buffer, most)


def _read(file: Any, most: int) -> bytes:
    chunks, size = [], 0
    while chunk := file.read(min(most + 1 - size, 2**20)):
        chunks.append(chunk)
        size += len(chunk)
        if size > most:
            raise OSError(errno.EFBIG, f"it has more than {most // 10**6} MB (product limit)")
    return b"".join(chunks)


def parse_json(text: str, *, decoder: json.JSONDecoder | None = None) -> Any:
    """The data of a JSON text. Raises ValueError and RecursionError as `json.loads`, and ValueError for too many values."""
    check_size(text)
    return (decoder or json.JSONDecoder()).decode(text)


def check_size(text: str) -> None:
    """Raises ValueError for a JSON text that may have so many values that to build them takes too much memory."""
    if sum(map(text.count, ",[{")) > _MOST_VALUES:
        raise ValueError(f"it has more than {_MOST_VALUES:,} values (product limit)")
