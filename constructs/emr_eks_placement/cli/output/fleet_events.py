"""Reports the progress of a fleet."""

import json
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from emr_eks_placement.cli.output.terminal import say, terminal_width, wrapped

if TYPE_CHECKING:
    from rich.progress import Progress

    from emr_eks_placement.runs.fleet import Counts

_EVERY_SECONDS = 10  # between plain lines


class FleetEvents:
    """Shows a progress bar on a terminal, lines every 10 s elsewhere, or JSON events with `as_json`. Used in a with
    statement."""

    def __init__(self, total: int, done: int, *, as_json: bool) -> None:
        self.total, self._done, self._as_json = total, done, as_json
        self._begun = self._told = time.monotonic()
        self._bar: Progress | None = None
        self._output = sys.stdout  # in whose place the bar moves

    def __enter__(self) -> "FleetEvents":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def note(self, text: str) -> None:
        """Prints a note on standard error; with JSON an event."""
        if self._as_json:
            self._event("note", text=text)
        else:
            say(text, "note")

    @property
    def width(self) -> int:
        """What lines are fitted to, 0 for any."""
        return 0 if self._as_json else terminal_width()

    def say(self, text: str) -> None:
        """Prints a result, whose lines fit; with JSON a note."""
        if self._as_json:
            self._event("note", text=text)
        else:
            self._print(text)

    def progress(self, counts: "Counts") -> None:
        """Shows the state of the runs of this submission."""
        if not self._as_json and sys.stderr.isatty():
            self._move(counts)
            return
        moment = time.monotonic()
        if moment - self._told < _EVERY_SECONDS:
            return
        self._told = moment
        done = self._done + counts.started
        failed = counts.refused + counts.unknown
        rate = (counts.started + failed) / (moment - self._begun)
        if self._as_json:
            self._event("progress", **asdict(counts) | {"started": done}, total=self.total, per_second=round(rate, 1))
            return
        left = f", about {round((self.total - done - failed) / rate)} s left" if rate else ""
        self._print(wrapped(f"{done} of {self.total} started{_beside(counts)}, {rate:.1f}/s{left}", self.width))

    def ended(self, **numbers: Any) -> None:
        """Ends the bar; with JSON an event: started, refused, unknown, total."""
        self.__exit__()
        if self._as_json:
            self._event("ended", **numbers)

    def _move(self, counts: "Counts") -> None:
        from rich.console import Console  # slow to import
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        if self._bar is None:
            columns = (
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                TextColumn("{task.fields[beside]}"),
            )
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.add_task("", total=self.total, completed=self._done, rate="", beside="")
            self._bar.start()
        rate = counts.started / max(time.monotonic() - self._begun, 0.1)
        done = self._done + counts.started
        self._bar.update(
            self._bar.task_ids[0], completed=done, rate=f"{rate:.1f}/s", beside=_beside(counts).removeprefix(", ")
        )

    def _print(self, text: str) -> None:
        """Prints at once, without a buffer."""
        self._output.write(f"{text}\n")
        self._output.flush()

    def _event(self, event: str, **details: Any) -> None:
        sys.stdout.write(json.dumps({"event": event, "time": datetime.now(UTC).isoformat(), **details}) + "\n")
        sys.stdout.flush()


def _beside(counts: "Counts") -> str:
    """Returns how many runs are not started, if any: `, 3 refused, 2 without an answer, 8 wait for a full queue`."""
    others = {"refused": counts.refused, "without an answer": counts.unknown, "wait for a full queue": counts.waiting}
    return "".join(f", {number} {what}" for what, number in others.items() if number)
