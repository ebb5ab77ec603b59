"""Replaces the files that an environment file names, by paths from its folder, by what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.job.job import LocalFile
from emr_eks_placement.pod_template.text import read_template_file

_POD = {"apiVersion", "kind", "metadata", "spec"}
_MARKS = ("cdk.json", ".git", "pyproject.toml")  # of the folder of a project


def project_of(folder: Path) -> Path:
    """The project of an environment file in the folder: the nearest folder around it that has a file or folder of these names,
    else the folder's parent.
    """
    here = folder.resolve()
    return next((one for one in (here, *here.parents) if any((one / mark).exists() for mark in _MARKS)), here.parent)


def read_job_files(job: Any, folder: Path, shared: Sequence[Path] = ()) -> Any:
    """The job as given, with its uploaded files and pod template bases read; `folder` holds the environment file.

    shared: folders outside the project, resolved, whose files may be named too. Each virtual cluster's files are uploaded
    below a folder of its own, which its jobs alone may read.

    Raises RuleError, with the field as path, for a file that isn't there or lies elsewhere, also by a link; InputError for a
    template that Spark can't read.
    """
    if not isinstance(job, dict):
        return job
    read, places = dict(job), _Places(folder, (project_of(folder), *shared))
    owner = str(job.get("virtual_cluster"))
    entry_point = job.get("entry_point")
    if _names_file(entry_point) or _exists(entry_point, folder):
        read["entry_point"] = _upload(job["entry_point"], places, ("entry_point",), owner)
    if isinstance(job.get("arguments"), list):
        read["arguments"] = [
            _upload(argument, places, ("arguments", index), owner) if _names_file(argument) else argument
            for index, argument in enumerate(job["arguments"])
        ]
    for role in ("driver", "executors"):
        size = job.get(role)
        if isinstance(size, dict) and isinstance(size.get("pod_template"), str):
            read[role] = {**size, "pod_template": _template(size["pod_template"], places, (role, "pod_template"))}
    return read


def _template(name: str, places: "_Places", field: tuple[str | int, ...]) -> Any:
    data = read_template_file(_existing(name, places, field), name).data
    if data is not None and not (isinstance(data, dict) and data.keys() & _POD):
        # What it holds instead may be a secret: none of it is repeated.
        rule = "a pod template holds a Pod, with kind, metadata or spec, and this file does not (Spark on Kubernetes)"
        raise RuleError(name, rule, "Correct the path", path=field)
    if data is None:
        raise RuleError(
            name, "a pod template holds a Pod, this file nothing (Spark on Kubernetes)", "Fill it", path=field
        )
    return data


def _names_file(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("./", "../"))


def _exists(value: Any, folder: Path) -> bool:
    """Whether an entry point without ./ names a file; a URI names none."""
    try:
        return isinstance(value, str) and "://" not in value and (folder / value).is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _upload(name: str, places: "_Places", field: tuple[str | int, ...], owner: str) -> LocalFile:
    path = _existing(name, places, field)
    try:
        return LocalFile.of(path, owner)
    except OSError as error:
        raise RuleError(name, f"a readable file: {error.strerror}", "Correct the path", path=field) from None


@dataclass(frozen=True)
class _Places:
    """folder: of the environment file, which paths begin at; allowed: the folders in which a file may lie."""

    folder: Path
    allowed: tuple[Path, ...]


def _existing(name: str, places: _Places, field: tuple[str | int, ...]) -> Path:
    folder = places.folder
    try:
        path = (folder / name).resolve()
        is_file = path.is_file()
    except (OSError, ValueError, RuntimeError):  # a name that no file can have, a link to itself
        is_file = False
    if not is_file:
        raise RuleError(
            name,
            f"no such file; a path that begins with ./ or ../ is read from the environment file's folder, {folder}",
            "Correct the path",
            path=field,
        )
    if not any(path.is_relative_to(one) for one in places.allowed):
        rule = f"{path} is outside the project {places.allowed[0]}, whose files alone jobs may name"
        raise RuleError(name, rule, "Copy it into the project, or add its folder to shared_folders", path=field)
    return path
