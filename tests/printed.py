"""What a test does when a command prints something, so that it waits for the event and for no clock."""

import sys
from collections.abc import Callable

import pytest


def when_printed(monkeypatch: pytest.MonkeyPatch, text: str, action: Callable[[], object]) -> None:
    """Does the action once, as soon as standard output gets the text, until the end of the test."""
    write, waiting = sys.stdout.write, [action]

    def writing(printed: str) -> int:
        written = write(printed)
        if waiting and text in printed:
            waiting.pop()()
        return written

    monkeypatch.setattr(sys.stdout, "write", writing)
