"""The journal of a fleet: what survives a kill, and what is no journal of this fleet."""

import json
import multiprocessing
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emr_eks_placement.common.errors import InputError
from emr_eks_placement.submission.fleet_journal import Fleet, Journal, begin
from tests.unit.environments import REPOSITORY

FLEET = begin("0a1b2c3d", "digest", "111122223333", "us-east-1")


def written(path: Path, *, virtual_clusters: tuple[str, ...] = ("abc",)) -> bytes:
    """A journal in which lines 1 to 4 are started, refused, in doubt in a zone, and started after having been refused."""
    with Journal(path, FLEET) as journal:
        journal.direct_to(virtual_clusters)
        journal.starting(1, None)
        journal.started(1, "run-1")
        journal.starting(2, None)
        journal.refused(2, "too large")
        journal.starting(3, "us-east-1b")
        journal.starting(4, "us-east-1a")
        journal.refused(4, "why")
        journal.starting(4, "us-east-1a")
        journal.started(4, "run-4")
    return path.read_bytes()


def refusal(path: Path, fleet: Fleet = FLEET) -> str:
    with pytest.raises(InputError) as caught:
        Journal(path, fleet)
    return str(caught.value)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    written(path)
    again = begin("ffffffff", "digest", "111122223333", "us-east-1")
    with Journal(path, again) as journal:
        assert journal.progress.started == {1: "run-1", 4: "run-4"}
        assert journal.progress.refused == {2: "too large"}
        assert journal.progress.in_doubt == {3}
        assert journal.progress.zones == {3: "us-east-1b", 4: "us-east-1a"}
        assert journal.fleet.id == "0a1b2c3d", "names stay those of the first submission"


@given(st.integers(0))
def test_a_journal_that_was_cut_off_anywhere_knows_all_that_came_before(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "journal"
    content = written(path)
    length = cut % (len(content) + 1)
    path.write_bytes(content[:length])
    whole = content[:length].splitlines(keepends=True)
    records = [json.loads(line) for line in whole[1:] if line.endswith(b"\n")]
    with Journal(path, FLEET) as journal:
        assert set(journal.progress.started) == {one["line"] for one in records if one["what"] == "started"}
        begun = {one["line"] for one in records if one["what"] == "starting"}
        assert begun == set(journal.progress.started) | set(journal.progress.refused) | journal.progress.in_doubt
        journal.started(3, "run-3")
    with Journal(path, FLEET) as journal:
        assert journal.progress.started[3] == "run-3", "and goes on with whole lines"
        assert set(journal.progress.started) == {one["line"] for one in records if one["what"] == "started"} | {3}


def test_nothing_begun_leaves_no_file(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal", FLEET) as journal:
        journal.direct_to(["abc"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"digest": "else"}, "another content of the file (digest, not else)"),
        ({"account": "444455556666"}, "another account (111122223333, not 444455556666)"),
        ({"region": "eu-west-1"}, "another region (us-east-1, not eu-west-1)"),
    ],
)
def test_a_journal_of_another_fleet_is_refused(tmp_path: Path, other: dict[str, str], told: str) -> None:
    path = tmp_path / "journal"
    before = written(path)
    fleet = begin(**{"identifier": "f", "digest": "digest", "account": "111122223333", "region": "us-east-1"} | other)
    fix = "Restore the original, or start another fleet: --journal PATH."
    assert refusal(path, fleet) == f"{path}: the journal belongs to a fleet with {told}. {fix}"
    assert path.read_bytes() == before


def test_other_virtual_clusters_than_it_was_begun_with_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    written(path, virtual_clusters=("def", "abc", "abc"))
    with Journal(path, FLEET) as journal:
        journal.direct_to(["def"])
        with pytest.raises(InputError, match=r"another virtual clusters \(abc, def, not abc, ghi\)"):
            journal.direct_to(["ghi", "abc"])


@pytest.mark.parametrize(
    "content",
    [b'{"job": "trip-count"}', b'{"job": "trip-count"}\n{"job"', b"words", b"\n", b"[]\n", b'{"id": 1}\n', b"\xff\n"],
)
def test_a_file_that_is_no_journal_is_refused_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fleet.jsonl"
    path.write_bytes(content)
    assert refusal(path) == f"{path}: the journal is no journal of emr-placement. Name another: --journal PATH."
    assert path.read_bytes() == content


def test_a_record_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(written(path) + b'{"line": 5}\n')
    assert "is no journal of emr-placement" in refusal(path)


def test_what_can_t_be_a_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).startswith(f"{tmp_path}: the journal can't be written: Is a directory. ")
    assert "No such file or directory" in refusal(tmp_path / "none" / "journal")
    os.mkfifo(tmp_path / "pipe")
    assert "the journal " in refusal(tmp_path / "pipe")


def _hold(path: Path, held: "multiprocessing.synchronize.Event", end: "multiprocessing.synchronize.Event") -> None:
    with Journal(path, FLEET):
        held.set()
        end.wait(300)


def test_two_processes_do_not_have_it_at_once(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    context = multiprocessing.get_context("spawn")
    held, end = context.Event(), context.Event()
    process = context.Process(target=_hold, args=(path, held, end))
    process.start()
    try:
        assert held.wait(300)
        told = "the journal is in use: another process is submitting this fleet. Wait for it, or end it."
        assert refusal(path) == f"{path}: {told}"
    finally:
        end.set()
        process.join()
    with Journal(path, FLEET):
        pass


_FILLS_THE_DISK = """
import sys
from pathlib import Path
from emr_eks_placement.common.errors import InputError
from emr_eks_placement.submission.fleet_journal import Journal, begin
with Journal(Path(sys.argv[1]), begin("f", "digest", "111122223333", "us-east-1")) as journal:
    for attempt in range(2):
        try:
            for line in range(1, 1000):
                journal.starting(line, None)
        except InputError as error:
            print(error)
"""


def test_a_full_disk_is_one_message_and_nothing_follows_what_was_cut_off(tmp_path: Path) -> None:
    """A limit of the size of files has the same effect; without -B it would cut off modules that Python keeps compiled, too."""
    path = tmp_path / "journal"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-B", "-c", _FILLS_THE_DISK, str(path)],
        env={"PYTHONPATH": str(REPOSITORY / "constructs")},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)),
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = done.stdout.splitlines()
    assert first == second
    assert "the journal can't be written: File too large. Make room, then run the same command again." in first
    assert path.stat().st_size == 2000
    with Journal(path, begin("f", "digest", "111122223333", "us-east-1")) as journal:
        assert len(journal.progress.in_doubt) > 10
