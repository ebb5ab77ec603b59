"""Reports the steps of the demo, several of which may run at once."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console


class Steps:
    """Shows the current steps on a terminal, and the duration of each at its end. A context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._under_way: list[str] = []
        self._status = console.status("")

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._status.stop()

    @contextmanager
    def __call__(self, what: str) -> Iterator[None]:
        """Reports a step; nothing at the end of one that fails."""
        start = time.monotonic()
        self._change(started=what)
        try:
            yield
            self._console.print(f"{time.monotonic() - start:6.1f} s  {what}", markup=False, highlight=False)
        finally:
            self._change(ended=what)

    def _change(self, started: str | None = None, ended: str | None = None) -> None:
        with self._lock:
            self._under_way += [started] if started else []
            if ended:
                self._under_way.remove(ended)
            more = len(self._under_way) - 1
            first = self._under_way[0] if self._under_way else ""
            self._status.update(f"{first} and {more} more" if more > 0 else first)
