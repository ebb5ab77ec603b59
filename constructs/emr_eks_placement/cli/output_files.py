"""The files that commands write."""

from pathlib import Path

from emr_eks_placement.errors import InputError, RuleError, finding


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
