"""The journal of a fleet: records what was started, so that an interrupted fleet can be resumed without double starts.

It is an append-only file with lines of JSON: first the fleet, then for each run a record before its start, and its
result.
"""

import fcntl
import json
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emr_eks_placement.common.bounded import read_file
from emr_eks_placement.common.errors import InputError, refused

_FORMAT = 1
_MOST_BYTES = 100_000_000  # of a journal; product limit, far above what 10,000 runs take
_BEGINNING = b'{"id":"'  # of a journal: a file that begins otherwise is somebody else's


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """The fleet of a journal.

    id: part of the names of its runs; digest: SHA-256 of the fleet's file; virtual_clusters: the ids of those that its
    runs use.
    """

    id: str
    digest: str
    account: str
    region: str
    begun_at: str
    virtual_clusters: list[str] = field(default_factory=list)
    format: int = _FORMAT


@dataclass
class Progress:
    """The state of the lines of a fleet in its journal, by number.

    started: the job run; refused: why EMR refused it; in_doubt: lines with a record before their start, and no result;
    zones: the zone of each spread run, recorded before its start.
    """

    started: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    in_doubt: set[int] = field(default_factory=set)
    zones: dict[int, str] = field(default_factory=dict)

    def read(self, record: Mapping[str, Any]) -> None:
        """Adds the content of a record."""
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
    """An open journal, locked against other processes. Thread-safe for writing. Used in a with statement.

    Raises InputError for a journal of another fleet, one that another process has open, and a file that is no journal
    or can't be read. Every write raises it if the journal can't be written, and so does each later write.
    """

    def __init__(self, path: Path, fleet: Fleet) -> None:
        self.path = path
        self.progress = Progress()
        self._writing = threading.Lock()
        self._is_empty = False
        self._broken: InputError | None = None
        try:
            self._file = path.open("a+b", buffering=0)
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
        with self._writing:
            if self._is_empty:  # nothing was started
                self.path.unlink(missing_ok=True)
            self._file.close()

    def direct_to(self, virtual_clusters: Iterable[str]) -> None:
        """Records which virtual clusters are used next. Raises InputError for one that the fleet did not start with."""
        asked = sorted(set(virtual_clusters))
        if self._is_empty:
            self.fleet = replace(self.fleet, virtual_clusters=asked)
        elif not set(asked) <= set(self.fleet.virtual_clusters):
            raise self._of_another("virtual clusters", ", ".join(self.fleet.virtual_clusters), ", ".join(asked))

    def starting(self, line: int, zone: str | None) -> None:
        """Records that a run is about to be started."""
        self._write({"line": line, "what": "starting", "zone": zone})

    def started(self, line: int, job_run: str) -> None:
        """Records that EMR accepted the run."""
        self._write({"line": line, "what": "started", "job_run": job_run})

    def refused(self, line: int, why: str) -> None:
        """Records that EMR refused the run."""
        self._write({"line": line, "what": "refused", "why": why})

    def _write(self, record: Mapping[str, Any]) -> None:
        """Writes to the operating system at once, so that a killed process loses nothing."""
        with self._writing:
            if self._broken is not None:
                raise self._broken
            try:
                if self._is_empty:
                    self._append(asdict(self.fleet))
                    os.fsync(self._file.fileno())
                    self._is_empty = False
                self._append(record)
            except OSError as error:
                # A record after a partly written one could not be read again.
                fix = "Make room, then run the same command again"
                self._broken = self._unusable(f"can't be written: {error.strerror}", fix)
                raise self._broken from None
            self.progress.read(record)

    def _append(self, record: Mapping[str, Any]) -> None:
        content = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        while content:
            content = content[self._file.write(content) :]

    def _lock(self) -> None:
        busy = self._unusable("is in use: another process is submitting this fleet", "Wait for it, or end it")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The other process has just ended, and removed it.
            if not os.path.samestat(self.path.stat(), os.fstat(self._file.fileno())):
                raise busy
        except OSError:
            raise busy from None

    def _read_or_begin(self, fleet: Fleet) -> Fleet:
        content = self._content()
        whole, newline, torn = content.rpartition(b"\n")
        begun = fleet
        if newline:
            begun = self._read(whole)
            self._check_same(begun, fleet)
        elif torn[: len(_BEGINNING)] != _BEGINNING[: len(torn)]:
            raise self._no_journal()
        if torn:  # a cut-off record was never acted on, or the record before it leaves the run in doubt
            self._file.truncate(len(content) - len(torn))
        self._is_empty = not newline
        return begun

    def _content(self) -> bytes:
        try:
            return read_file(self.path, _MOST_BYTES)
        except OSError:  # a pipe or a device, for one
            raise self._no_journal() from None

    def _read(self, whole: bytes) -> Fleet:
        first, *records = whole.split(b"\n")
        try:
            begun = _fleet_of(json.loads(first))
            for record in records:
                self.progress.read(_record_of(json.loads(record)))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise self._no_journal() from None
        return begun

    def _check_same(self, begun: Fleet, fleet: Fleet) -> None:
        named = {"format": "format", "digest": "content of the file", "account": "account", "region": "region"}
        for member, name in named.items():
            if getattr(begun, member) != getattr(fleet, member):
                raise self._of_another(name, getattr(begun, member), getattr(fleet, member))

    def _of_another(self, name: str, begun: object, asked: object) -> InputError:
        rule = f"belongs to a fleet with another {name} ({begun}, not {asked})"
        return self._unusable(rule, "Restore the original, or start another fleet: --journal PATH")

    def _no_journal(self) -> InputError:
        return self._unusable("is no journal of emr-placement", "Name another: --journal PATH")

    def _unusable(self, rule: str, fix: str) -> InputError:
        return refused(str(self.path), None, f"the journal {rule}", fix)


def _fleet_of(data: dict[str, Any]) -> Fleet:
    """Raises TypeError and KeyError for data of another kind."""
    fleet = Fleet(**data)
    for one in fields(Fleet):
        value = getattr(fleet, one.name)
        if one.name == "virtual_clusters":
            kinds_fit = isinstance(value, list) and all(isinstance(id_, str) for id_ in value)
        else:
            kinds_fit = type(value) is (int if one.name == "format" else str)
        if not kinds_fit:
            raise TypeError(one.name)
    return fleet


def _record_of(data: dict[str, Any]) -> dict[str, Any]:
    """Raises TypeError and KeyError for data of another kind."""
    member = {"starting": "zone", "started": "job_run", "refused": "why"}[data["what"]]
    value = data.get(member)
    if type(data["line"]) is not int or not (isinstance(value, str) or (value is None and member == "zone")):
        raise TypeError(member)
    return data


def begin(identifier: str, digest: str, account: str, region: str) -> Fleet:
    """Returns a fleet that begins now."""
    return Fleet(id=identifier, digest=digest, account=account, region=region, begun_at=datetime.now(UTC).isoformat())
