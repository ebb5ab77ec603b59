"""Replaces the local files that an environment file names by their content. Paths start at its folder."""

from pathlib import Path
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.job.job import LocalFile
from emr_eks_placement.pod_template.text import read_template_file


def read_job_files(job: Any, folder: Path) -> Any:
    """Returns the job with its uploaded files and base pod templates read. folder: the environment file's.

    Each virtual cluster's files are uploaded to a separate folder, which only its jobs may read.

    Raises RuleError, with the field as path, for a missing file; InputError for a template that Spark can't read.
    """
    if not isinstance(job, dict):
        return job
    read = dict(job)
    owner = str(job.get("virtual_cluster"))
    entry_point = job.get("entry_point")
    if _names_file(entry_point) or _exists(entry_point, folder):
        read["entry_point"] = _upload(job["entry_point"], folder, ("entry_point",), owner)
    if isinstance(job.get("arguments"), list):
        read["arguments"] = [
            _upload(argument, folder, ("arguments", index), owner) if _names_file(argument) else argument
            for index, argument in enumerate(job["arguments"])
        ]
    for role in ("driver", "executors"):
        size = job.get(role)
        if isinstance(size, dict) and isinstance(size.get("pod_template"), str):
            read[role] = {**size, "pod_template": _template(size["pod_template"], folder, (role, "pod_template"))}
    return read


def _template(name: str, folder: Path, field: tuple[str | int, ...]) -> Any:
    data = read_template_file(_existing(name, folder, field), name).data
    if data is None:
        raise RuleError(
            name, "a pod template holds a Pod, this file nothing (Spark on Kubernetes)", "Fill it", path=field
        )
    return data


def _names_file(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("./", "../"))


def _exists(value: Any, folder: Path) -> bool:
    """Returns whether an entry point without ./ names a file; a URI names none."""
    try:
        return isinstance(value, str) and "://" not in value and (folder / value).is_file()
    except (OSError, ValueError):  # no file can have this name
        return False


def _upload(name: str, folder: Path, field: tuple[str | int, ...], owner: str) -> LocalFile:
    path = _existing(name, folder, field)
    try:
        return LocalFile.of(path, owner)
    except OSError as error:
        raise RuleError(name, f"a readable file: {error.strerror}", "Correct the path", path=field) from None


def _existing(name: str, folder: Path, field: tuple[str | int, ...]) -> Path:
    try:
        path = (folder / name).resolve()
        if path.is_file():
            return path
    except (OSError, ValueError):  # no file can have this name
        pass
    raise RuleError(
        name,
        f"no such file; a path that begins with ./ or ../ is read from the environment file's folder, {folder}",
        "Correct the path",
        path=field,
    )
