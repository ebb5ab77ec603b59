"""How the progress of a fleet is told."""

import json
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from emr_eks_placement.errors import printable

if TYPE_CHECKING:
    from rich.progress import Progress

_EVERY_SECONDS = 10  # between plain lines


class FleetEvents:
    """A progress bar on a terminal, lines every 10 s elsewhere, JSON events with `as_json`. Used in a with statement."""

    def __init__(self, total: int, done: int, *, as_json: bool) -> None:
        self.total, self._done, self._as_json = total, done, as_json
        self._begun = self._told = time.monotonic()
        self._bar: Progress | None = None

    def __enter__(self) -> "FleetEvents":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def note(self, text: str) -> None:
        """On standard error; with JSON an event."""
        if self._as_json:
            self._event("note", text=text)
        else:
            sys.stderr.write(f"note: {printable(text)}\n")

    def say(self, text: str) -> None:
        """A result; with JSON a note."""
        if self._as_json:
            self._event("note", text=text)
        else:
            sys.stdout.write(f"{printable(text)}\n")
            sys.stdout.flush()

    def progress(self, started: int, refused: int, unknown: int) -> None:
        """How many of this submission have come to what."""
        done = self._done + started
        if not self._as_json and sys.stderr.isatty():
            self._move(done, refused + unknown)
            return
        if time.monotonic() - self._told < _EVERY_SECONDS:
            return
        self._told = time.monotonic()
        rate = (started + refused + unknown) / (self._told - self._begun)
        left = round((self.total - done - refused - unknown) / rate) if rate else None
        if self._as_json:
            self._event(
                "progress", started=done, refused=refused, unknown=unknown, total=self.total, per_second=round(rate, 1)
            )
        else:
            eta = "" if left is None else f", about {left} s left"
            sys.stdout.write(f"{done} of {self.total} started, {refused} refused, {rate:.1f}/s{eta}\n")
            sys.stdout.flush()

    def ended(self, **numbers: Any) -> None:
        """With JSON an event: started, before, refused, unknown, left."""
        if self._as_json:
            self._event("ended", **numbers)

    def _move(self, done: int, failed: int) -> None:
        from rich.console import Console  # slow to import
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        if self._bar is None:
            columns = (
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                TextColumn("{task.fields[failed]}"),
            )
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.add_task("", total=self.total, completed=self._done, rate="", failed="")
            self._bar.start()
        rate = (done - self._done) / max(time.monotonic() - self._begun, 0.1)
        told = f"{failed} not started" if failed else ""
        self._bar.update(self._bar.task_ids[0], completed=done, rate=f"{rate:.1f}/s", failed=told)

    def _event(self, event: str, **details: Any) -> None:
        sys.stdout.write(json.dumps({"event": event, "time": datetime.now(UTC).isoformat(), **details}) + "\n")
        sys.stdout.flush()
