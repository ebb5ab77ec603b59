"""The journal of a fleet: what is known to be started, so that a killed one is resumed without starting anything twice.

Lines of JSON, only ever appended: first the fleet, then for each run that it is about to be started, and what became of it.
"""

import fcntl
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from emr_eks_placement.errors import InputError, RuleError, finding

_FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """What a journal belongs to. id: what the names of its runs are made of; digest: SHA-256 of the fleet's file."""

    id: str
    digest: str
    account: str
    region: str
    begun_at: str
    format: int = _FORMAT


@dataclass
class Progress:
    """What a journal says of the lines of its fleet, by number.

    started: the job run; refused: why EMR did not take it; in_doubt: those about to be started of which nothing more is
    known; zones: that each was about to be started in, where it was spread.
    """

    started: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    in_doubt: set[int] = field(default_factory=set)
    zones: dict[int, str] = field(default_factory=dict)

    def read(self, record: Mapping[str, Any]) -> None:
        """Adds what a record says."""
        line = int(record["line"])
        if record.get("zone"):
            self.zones[line] = record["zone"]
        self.in_doubt.discard(line)
        self.refused.pop(line, None)
        match record["what"]:
            case "starting":
                self.in_doubt.add(line)
            case "started":
                self.started[line] = record["job_run"]
            case "refused":
                self.refused[line] = record["why"]


class Journal:
    """An open journal, locked against others; safe to write to from several threads. Used in a with statement.

    Raises InputError for a journal of another fleet, one that another process has open, and one that can't be read.
    """

    def __init__(self, path: Path, fleet: Fleet) -> None:
        self.path = path
        self.progress = Progress()
        self._writing = threading.Lock()
        self._is_empty = False
        try:
            self._file: IO[bytes] = path.open("a+b")
        except OSError as error:
            raise self._unusable(f"can't be written: {error.strerror}", "Name another: --journal PATH") from None
        try:
            self._lock()
            self.fleet = self._read_or_begin(fleet)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_empty:  # nothing was begun
            self.path.unlink(missing_ok=True)
        self._file.close()

    def starting(self, line: int, zone: str | None) -> None:
        """Before a run is asked for."""
        self._write({"line": line, "what": "starting", "zone": zone})

    def started(self, line: int, job_run: str) -> None:
        """EMR has accepted it."""
        self._write({"line": line, "what": "started", "job_run": job_run})

    def refused(self, line: int, why: str) -> None:
        """EMR has not."""
        self._write({"line": line, "what": "refused", "why": why})

    def _write(self, record: Mapping[str, Any]) -> None:
        """To the operating system at once: a killed process loses nothing of it."""
        with self._writing:
            if self._is_empty:
                self._append(asdict(self.fleet))
                os.fsync(self._file.fileno())
                self._is_empty = False
            self._append(record)
            self.progress.read(record)

    def _append(self, record: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(record, separators=(",", ":")).encode() + b"\n")
        self._file.flush()

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise self._unusable("another process is submitting this fleet", "Wait for it, or end it") from None

    def _read_or_begin(self, fleet: Fleet) -> Fleet:
        self._file.seek(0)
        content = self._file.read()
        whole, _newline, torn = content.rpartition(b"\n")
        if torn:  # the record that a kill cut off was never acted on, or is in doubt by the one before
            self._file.truncate(len(content) - len(torn))
        self._is_empty = not whole
        if self._is_empty:
            return fleet
        first, *records = whole.split(b"\n")
        try:
            begun = Fleet(**json.loads(first))
            for record in records:
                self.progress.read(json.loads(record))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise self._unusable("is no journal of this program", "Name another: --journal PATH") from None
        self._check_same(begun, fleet)
        return begun

    def _check_same(self, begun: Fleet, fleet: Fleet) -> None:
        for what, name in (
            ("format", "format"),
            ("digest", "content of the file"),
            ("account", "account"),
            ("region", "region"),
        ):
            if getattr(begun, what) != getattr(fleet, what):
                rule = f"belongs to a fleet with another {name} ({getattr(begun, what)}, not {getattr(fleet, what)})"
                mend = "Restore what it was begun with, or begin another fleet: --journal PATH"
                raise self._unusable(rule, mend)

    def _unusable(self, rule: str, mend: str) -> InputError:
        return InputError([finding(str(self.path), RuleError(None, f"the journal {rule}", mend))])


def begin(identifier: str, digest: str, account: str, region: str) -> Fleet:
    """A fleet that begins at this moment."""
    return Fleet(id=identifier, digest=digest, account=account, region=region, begun_at=datetime.now(UTC).isoformat())
