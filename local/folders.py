"""Folders below .local: each is used by one program at a time, and cleaned of what a killed one left."""

import contextlib
import fcntl
import itertools
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

_LOCK = "lock"


class FolderInUseError(OSError):
    """Another program has the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is in use by another make local or make demo")


@contextlib.contextmanager
def held(folder: Path, left_over: Iterable[str]) -> Iterator[Path]:
    """Holds a folder, created if absent, until the end of the block or of the process, however that ends.

    left_over: patterns of files that a killed program leaves; they are removed. Raises FolderInUseError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUseError(folder) from None
        clear(folder, left_over)
        yield folder


@contextlib.contextmanager
def first_free(folder: Path, left_over: Iterable[str]) -> Iterator[Path]:
    """Holds the folder or, while others are in use, its namesake with -2, -3 and so on at the end."""
    patterns = list(left_over)
    with contextlib.ExitStack() as stack:
        for number in itertools.count(1):
            one = folder if number == 1 else folder.with_name(f"{folder.name}-{number}")
            with contextlib.suppress(FolderInUseError):
                stack.enter_context(held(one, patterns))
                break
        yield one


def clear(folder: Path, left_over: Iterable[str]) -> None:
    """Removes what the patterns match, but for the lock; links are removed themselves."""
    for path in {one for pattern in left_over for one in folder.glob(pattern)}:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path != folder / _LOCK:
            path.unlink(missing_ok=True)
