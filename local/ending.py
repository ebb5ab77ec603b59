"""Ends a server on a signal: regularly within seconds, else by force."""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SECONDS = 5.0


class Ending:
    """Waits for the first of SIGINT, SIGTERM and SIGHUP; 5 s later, or on a second one, the process ends by force.

    by_force: called before that, from any thread. SIGHUP stays ignored under nohup.
    """

    def __init__(self, by_force: Callable[[], None]) -> None:
        self._by_force = by_force
        self._signalled = threading.Event()
        for number in _SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._on_signal)

    def wait(self) -> None:
        """Returns after the first signal."""
        self._signalled.wait()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._signalled.is_set():
            self._end(128 + number)
        self._signalled.set()
        late = threading.Timer(_SECONDS, self._end, (0,))
        late.daemon = True
        late.start()

    def _end(self, code: int) -> None:
        try:
            self._by_force()
        finally:
            os._exit(code)
