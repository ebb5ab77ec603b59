"""Reads StartJobRun requests and the pod templates that they name."""

import glob
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any

from emr_eks_placement.emr.pods import SPARK_ROLE
from emr_eks_placement.emr.request import check_request
from emr_eks_placement.environment_file.yaml_document import YamlDocument, parse_yaml, read_yaml
from emr_eks_placement.errors import RuleError
from emr_eks_placement.spark.configuration import spark_configuration

_PARENTS = 4  # how far up from a request its templates are looked for: define writes job-runs/JOB/PLACEMENT.json


def read_request(file: str) -> Mapping[str, Any]:
    """The request of a JSON file, - for standard input. Raises RuleError, with the path in it, for what is none."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        return check_request(json.loads(text))
    except OSError as error:
        raise RuleError(None, f"can't be read: {error.strerror}", "Check the path") from None
    except UnicodeDecodeError:
        raise RuleError(None, "can't be read: not UTF-8 text", "Save it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, RuleError):
            raise
        raise RuleError(None, f"must be JSON: {' '.join(str(error).split())}", "Correct the syntax") from None


def read_templates(
    request: Mapping[str, Any], file: str, folder: Path | None, read_s3: Callable[[str], str]
) -> dict[str, YamlDocument]:
    """The pod templates that a request names, by URI.

    They are looked for in `folder`; without one beside the request's file, by name, and at their key below it and the
    folders around it, then in S3. Raises RuleError for one that is not there, InputError for what is no YAML.
    """
    properties = spark_configuration(request).properties
    templates: dict[str, YamlDocument] = {}
    for name in SPARK_ROLE.values():
        uri = properties.get(f"spark.kubernetes.{name}.podTemplateFile")
        if not uri or uri in templates:
            continue
        found = _in_folder(uri, folder) if folder else next(_beside(uri, file), None)
        if found is not None:
            templates[uri] = read_yaml(found, str(found))
        elif uri.startswith("s3://") and folder is None:
            templates[uri] = parse_yaml(read_s3(uri), uri)
        else:
            where = str(folder) if folder else "the request's folder"
            rule = f"no pod template of this name is in {where}, where it is looked for"
            raise RuleError(uri, rule, "Copy it there, or name its folder: --pod-templates DIR")
    return templates


def _key(uri: str) -> str:
    """s3://bucket/a/b.yaml -> a/b.yaml, local:///a/b.yaml -> a/b.yaml; a path as it is."""
    scheme, separator, rest = uri.partition("://")
    return (rest.partition("/")[2] if separator else scheme).strip("/")


def _in_folder(uri: str, folder: Path) -> Path | None:
    key = _key(uri)
    if not key or ".." in key.split("/"):
        return None
    if (folder / key).is_file():
        return folder / key
    named = sorted(path for path in folder.rglob(glob.escape(Path(key).name)) if path.is_file())
    most = max((_common_end(path, key) for path in named), default=0)
    found = [path for path in named if _common_end(path, key) == most]
    if len(found) > 1:
        rule = f"several files have this name: {', '.join(map(str, found[:3]))}"
        raise RuleError(uri, rule, "Name the folder of one of them: --pod-templates DIR")
    return found[0] if found else None


def _common_end(path: Path, key: str) -> int:
    """How many of the last parts of a path are those of a key: two virtual clusters may have templates of one name."""
    pairs = zip(reversed(path.parts), reversed(key.split("/")), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _beside(uri: str, file: str) -> Iterator[Path]:
    key = _key(uri)
    if not key or ".." in key.split("/") or file == "-":
        return
    here = Path(file).resolve().parent
    places = [here / Path(key).name, *(parent / key for parent in (here, *here.parents[:_PARENTS]))]
    yield from (place for place in places if place.is_file())
