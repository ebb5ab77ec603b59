"""The files that commands write."""

import re
from collections.abc import Collection
from pathlib import Path

from emr_eks_placement.common.errors import InputError, RuleError, finding


def write_file(path: Path, content: str | bytes) -> None:
    """Writes a file, and the folders it stands in. Raises InputError where that can't be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise InputError(
            [
                finding(
                    "--output-directory",
                    RuleError(str(path), f"a writable file: {error.strerror}", "Choose another folder"),
                )
            ]
        ) from None


# As `define` names its files: a definition, a pod template, a file of a job, the last two by their content.
_WRITTEN_BY_DEFINE = re.compile(
    r"job-runs/[^/]+/[^/]+\.json|pod-templates/[^/]+/(?:driver|executors)-[0-9a-f]{16}\.yaml"
    r"|job-files/[^/]+/[0-9a-f]{16}/[^/]+"
)


def left_over(folder: Path, written: Collection[str]) -> list[Path]:
    """The files below the folder that have the name of a file of `define`, and that it did not write this time."""
    found = []
    for part in ("job-runs", "pod-templates", "job-files"):
        for path in sorted((folder / part).rglob("*")):
            name = path.relative_to(folder).as_posix()
            if name not in written and _WRITTEN_BY_DEFINE.fullmatch(name) and path.is_file() and not path.is_symlink():
                found.append(path)
    return found


def remove_file(path: Path) -> None:
    """Removes a file and the folders that it leaves empty. Raises InputError where that can't be."""
    try:
        path.unlink()
    except OSError as error:
        broken = RuleError(str(path), f"can't be removed: {error.strerror}", "Remove it by hand")
        raise InputError([finding("--prune", broken)]) from None
    for parent in path.parents[:2]:
        if any(parent.iterdir()):
            return
        parent.rmdir()
