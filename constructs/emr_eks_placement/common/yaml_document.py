"""Reads a YAML file as data with the line of every field."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from emr_eks_placement.common.bounded import read_file
from emr_eks_placement.common.errors import FieldPath, Finding, InputError
from emr_eks_placement.common.yaml_bounds import MOST_YAML_BYTES, BoundedComposer, BoundError, check_integer


@dataclass(frozen=True)
class YamlDocument:
    """The data of a YAML file and the line (1-based) of each field."""

    file: str
    data: Any
    lines: dict[FieldPath, int]

    def line(self, path: FieldPath) -> int | None:
        """Returns the line of a field, or of the nearest field around it in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def read_yaml(path: Path, shown_as: str) -> YamlDocument:
    """Reads one YAML document. Raises InputError if the file can't be read, is no YAML or has a key twice."""
    return parse_yaml(read_text(path, shown_as), shown_as)


def read_text(path: Path, shown_as: str) -> str:
    """Returns the text of a file. Raises InputError if it can't be read."""
    try:
        return read_file(path, MOST_YAML_BYTES).decode().replace("\r\n", "\n").replace("\r", "\n")
    except (OSError, UnicodeDecodeError) as error:
        reason, fix = _why_unreadable(error)
        raise unreadable(shown_as, None, None, f"can't be read: {reason}", fix) from None


def parse_yaml(text: str, shown_as: str) -> YamlDocument:
    """Parses a text as `read_yaml` does. shown_as: what to call its file."""
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        lines = dict(_lines(root, (), set(), shown_as)) if root else {}
        data = loader.construct_document(root) if root else None
    except BoundError as error:
        raise unreadable(shown_as, error.line, None, error.rule, error.fix) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problem = " ".join(str(part) for part in (error.context, error.problem) if part)
        raise unreadable(shown_as, line, None, f"must be well-formed YAML: {problem}", "Correct the syntax") from None
    except InputError:
        raise
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError) as error:
        # PyYAML lets these errors through: a value that does not fit its tag, and a control character.
        problem = " ".join(str(error).split())
        if isinstance(error, (LookupError, AttributeError, TypeError)):
            problem = "a value does not fit its tag"
        raise unreadable(shown_as, None, None, f"must be well-formed YAML: {problem}", "Correct the syntax") from None
    return YamlDocument(shown_as, data, lines)


class _Loader(BoundedComposer, yaml.SafeLoader):
    """PyYAML's, within bounds."""


def _construct_int(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    check_integer(node)
    return int(loader.construct_yaml_int(node))


_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)


def _lines(node: yaml.Node, path: FieldPath, seen: set[int], file: str) -> Iterator[tuple[FieldPath, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode) and any("\ud800" <= mark <= "\udfff" for mark in node.value):
        line, rule = node.start_mark.line + 1, "must be text: it has half a character (UTF-16 surrogate)"
        raise unreadable(file, line, node.value, rule, "Remove it", path)
    if id(node) in seen:  # an alias: its lines are known, and it may hold itself
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _lines(item, (*path, index), seen, file)
    elif isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in keys:
                line = key.start_mark.line + 1
                raise unreadable(
                    file, line, key.value, "a mapping has each key only once (YAML 1.2)", "Remove one", path
                )
            keys.add(key.value if isinstance(key, yaml.ScalarNode) else repr(key))
            yield from _lines(value, (*path, str(key.value)), seen, file)
            yield (*path, str(key.value)), key.start_mark.line + 1


def _why_unreadable(error: OSError | UnicodeDecodeError) -> tuple[str, str]:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8 text", "Save it as UTF-8"
    return error.strerror or str(error), "Check the path"


def unreadable(file: str, line: int | None, value: str | None, rule: str, fix: str, path: FieldPath = ()) -> InputError:
    """Returns the error of an unreadable file, or of a place in it."""
    return InputError([Finding(file=file, line=line, path=path, value=value, rule=rule, fix=fix)])
