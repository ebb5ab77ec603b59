"""Runs commands side by side, and ends them together."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from typing import Any, Self


class EndedError(Exception):
    """A command was not started, or not completed, because all were ended."""


_leaders: set[int] = set()


def leads_session(process: "subprocess.Popen[Any]") -> None:
    """Notes a process that was started with a session of its own, for `kill_sessions`."""
    _leaders.add(process.pid)


def has_ended(process: "subprocess.Popen[Any]") -> None:
    """Forgets it; its number may become another's."""
    _leaders.discard(process.pid)


def kill_sessions() -> None:
    """Kills every noted process, each with what it started."""
    for leader in tuple(_leaders):
        _kill_group(leader)


class Processes:
    """Runs commands; a context manager that ends those still running, each with every process that it started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._ended = True
            for process in self._running:
                _kill(process)

    def run(self, command: Sequence[str], *, seconds: float | None = None, **options: Any) -> tuple[int, str, str]:
        """Runs a command to its end: its exit code, and what it wrote to pipes; options: of Popen.

        Raises EndedError when the block ends before the command does, TimeoutExpired after so many seconds.
        """
        with self._lock:
            if self._ended:
                raise EndedError(command[0])
            process = subprocess.Popen(  # noqa: S603 - fixed programs
                command, stdin=subprocess.DEVNULL, text=True, start_new_session=True, **options
            )
            self._running.add(process)
        try:
            output, errors = process.communicate(timeout=seconds)
        except BaseException:
            _kill(process)
            process.communicate()
            raise
        finally:
            with self._lock:
                self._running.discard(process)
        if self._ended:
            raise EndedError(command[0])
        return process.returncode, output or "", errors or ""


def _kill(process: "subprocess.Popen[str]") -> None:
    _kill_group(process.pid)


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
