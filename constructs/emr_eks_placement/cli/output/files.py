"""Writes the files of commands."""

import os
import re
import sys
from collections.abc import Collection, Mapping, Sized
from pathlib import Path
from tempfile import NamedTemporaryFile

from emr_eks_placement.cli.output.terminal import number_of, say
from emr_eks_placement.common.errors import InputError, printable, refused


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Writes files below the folder, all or none, and prints their paths.

    Each file is first written beside its target, then renamed. Raises InputError for a file that can't be written, and
    for a target that is no regular file or that a link leads out of the folder.
    """
    written: list[tuple[Path, Path]] = []
    path = folder
    try:
        for name in files:
            _check_place(folder, folder / name)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as beside:
                written.append((Path(beside.name), path))
                beside.write(content.encode() if isinstance(content, str) else content)
            Path(beside.name).chmod(0o666 & ~_umask())
        for temporary, path in written:
            temporary.replace(path)
    except OSError as error:
        raise _not_written(path, f"a writable file: {error.strerror}") from None
    finally:
        for temporary, _ in written:
            temporary.unlink(missing_ok=True)
    sys.stdout.writelines(f"{printable(str(folder / name))}\n" for name in files)


def tell_written(folder: Path, files: Sized) -> None:
    """The last line of what writes files, on standard error: how many there are, and where."""
    say(f"{number_of(len(files), 'file')} written to {folder}")


def _check_place(folder: Path, path: Path) -> None:
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise _not_written(path, "a regular file, and this is a link, a folder or a device")
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise _not_written(path, f"a file in {folder}, and a link leads out of it")


def _not_written(path: Path, rule: str) -> InputError:
    return refused("--output-directory", str(path), rule, "Choose another folder")


def _umask() -> int:
    """Returns the umask, which Python can only read by setting it."""
    os.umask(mask := os.umask(0o022))
    return mask


# Files that `define` writes: a definition, and pod templates and job files, whose names contain a hash of the content.
_WRITTEN_BY_DEFINE = re.compile(
    r"job-runs/[^/]+/[^/]+\.json|pod-templates/[^/]+/(?:driver|executors)-[0-9a-f]{16}\.yaml"
    r"|job-files/[^/]+/[0-9a-f]{16}/[^/]+"
)


def left_over(folder: Path, written: Collection[str]) -> list[Path]:
    """Returns the files below the folder that an earlier `define` wrote and this one did not."""
    found = []
    for part in ("job-runs", "pod-templates", "job-files"):
        for path in sorted((folder / part).rglob("*")):
            name = path.relative_to(folder).as_posix()
            if name not in written and _WRITTEN_BY_DEFINE.fullmatch(name) and path.is_file() and not path.is_symlink():
                found.append(path)
    return found


def remove_file(path: Path) -> None:
    """Removes a file, and the folders that it leaves empty. Raises InputError if it can't."""
    try:
        path.unlink()
    except OSError as error:
        raise refused("--prune", str(path), f"can't be removed: {error.strerror}", "Remove it by hand") from None
    for parent in path.parents[:2]:
        if any(parent.iterdir()):
            return
        parent.rmdir()
