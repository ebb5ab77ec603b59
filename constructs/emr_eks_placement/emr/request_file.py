"""Reads StartJobRun requests and the pod templates that they name."""

import codecs
import glob
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from emr_eks_placement.common.bounded import read_file, read_standard_input
from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.common.yaml_document import YamlDocument
from emr_eks_placement.emr.placeholders import placeholders_in
from emr_eks_placement.emr.read_requests import requests_of_text
from emr_eks_placement.emr.request_formats import FoundRequest
from emr_eks_placement.pod_template.text import read_template_file

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # PowerShell's encoding of redirected output
_MOST_NAMED = 8
_PARENTS = 4  # how many folders above a request to search for its templates: define writes job-runs/JOB/PLACEMENT.json


@dataclass(frozen=True)
class FileRequest:
    """A request of a file. file: its path, - for standard input; label: its name in messages, FILE or FILE#NAME."""

    file: str
    label: str
    found: FoundRequest


def names_file(word: str, *, of_jobs: bool) -> bool:
    """Returns whether a word of the command line is a file. of_jobs: whether it may be a job, whose name has no dots
    and slashes."""
    return word == "-" or any(mark in word for mark in "./#\\") or (not of_jobs and Path(word).is_file())


def read_requests(word: str) -> list[FileRequest]:
    """Returns the requests of a file, or the one of FILE#NAME; - is standard input. Raises RuleError for a file without
    requests."""
    file, separator, name = (word, "", "") if word == "-" or _is_there(word) else _split(word)
    found = requests_of_text(_read(file), is_yaml=file.lower().endswith((".yaml", ".yml")))
    if separator:
        chosen = [one for one in found if one.name == name]
        if not chosen:
            rule = f"{shown_file(file)} has the requests {', '.join(one.name for one in found)}"
            raise RuleError(name, rule, "Name one of them behind #")
        return [FileRequest(file, word, chosen[0])]
    if len(found) == 1:
        return [FileRequest(file, file, found[0])]
    return [FileRequest(file, f"{file}#{one.name}", one) for one in found]


def read_request(word: str) -> FileRequest:
    """Returns the one request of a file. Raises RuleError for a file without one, or with several if none is named."""
    found = read_requests(word)
    if len(found) > 1:
        names = ", ".join(one.label for one in found[:_MOST_NAMED])
        raise RuleError(None, f"has {len(found)} requests: {names}", "Name one of them")
    return found[0]


def shown_file(file: str) -> str:
    """Returns the name of a file, or of a request in one, for messages."""
    return f"standard input{file[1:]}" if file == "-" or file.startswith("-#") else file


def _is_there(word: str) -> bool:
    try:
        return Path(word).exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _split(word: str) -> tuple[str, str, str]:
    """Splits FILE#NAME if there is such a file."""
    file, separator, name = word.partition("#")
    return (file, separator, name) if separator and (file == "-" or _is_file(Path(file))) else (word, "", "")


def _read(file: str) -> str:
    try:
        content = read_standard_input() if file == "-" else read_file(Path(file))
        return content.decode("utf-16" if content.startswith(_UTF16) else "utf-8-sig")
    except OSError as error:
        raise RuleError(None, f"can't be read: {error.strerror}", "Check the path") from None
    except UnicodeDecodeError:
        raise RuleError(None, "can't be read: not UTF-8 text", "Save it as UTF-8") from None


def find_template(uri: str, *, file: str, folder: Path | None) -> YamlDocument | None:
    """Returns the pod template that a request of a file names by URI; None if it must be read from S3.

    Searches `folder`; by default the request's folder, by name, and by key in it and the folders above it. Raises
    RuleError for a template that does not exist, InputError for one that Spark can't read.
    """
    found = _in_folder(uri, folder) if folder else next(_beside(uri, file), None)
    if found is not None:
        return read_template_file(found, str(found))
    if uri.startswith("s3://") and folder is None and not placeholders_in(uri):
        return None
    where = str(folder) if folder else "the request's folder"
    rule = f"no pod template of this name is in {where}, where it is searched for"
    raise RuleError(uri, rule, "Copy it there, or name its folder: --pod-templates DIR")


def _key(uri: str) -> str:
    """Returns the key: s3://bucket/a/b.yaml -> a/b.yaml, local:///a/b.yaml -> a/b.yaml; a path is returned unchanged."""
    scheme, separator, rest = uri.partition("://")
    return (rest.partition("/")[2] if separator else scheme).strip("/")


def _in_folder(uri: str, folder: Path) -> Path | None:
    key = _key(uri)
    if not key or ".." in key.split("/"):
        return None
    if _is_file(folder / key):
        return folder / key
    named = sorted(path for path in folder.rglob(glob.escape(Path(key).name)) if _is_file(path))
    most = max((_common_end(path, key) for path in named), default=0)
    found = [path for path in named if _common_end(path, key) == most]
    if len(found) > 1:
        rule = f"several files have this name: {', '.join(map(str, found[:3]))}"
        raise RuleError(uri, rule, "Name the folder of one of them: --pod-templates DIR")
    return found[0] if found else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _common_end(path: Path, key: str) -> int:
    """Returns how many last parts a path and a key share: two virtual clusters may have templates of one name."""
    pairs = zip(reversed(path.parts), reversed(key.split("/")), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _beside(uri: str, file: str) -> Iterator[Path]:
    key = _key(uri)
    if not key or ".." in key.split("/") or file == "-":
        return
    here = Path(file).resolve().parent
    places = [here / Path(key).name, *(parent / key for parent in (here, *here.parents[:_PARENTS]))]
    yield from (place for place in places if _is_file(place))
