"""Reads the data of a text with requests: JSON, JSON Lines, or YAML with one document or several.

YAML is read by the core schema of YAML 1.2, as the AWS CLI reads --cli-input-yaml: yes and 2024-01-01 are texts.
CloudFormation's short forms (!Ref, !Sub) become the long ones.
"""

import json
import re
from collections.abc import Hashable
from json import JSONDecodeError
from typing import Any

import yaml

from emr_eks_placement.common.bounded import check_size
from emr_eks_placement.common.errors import RuleError, shown
from emr_eks_placement.common.yaml_bounds import MOST_YAML_BYTES, BoundedComposer, BoundError, check_integer

_SHELL_COMMAND = re.compile(r"emr-containers\s+start-job-run\b")
_HALVES = re.compile(r"\\u[dD][89a-fA-F]|\\U0000[dD][89a-fA-F]")
# The core schema's plain scalars: YAML 1.2.2, 10.3.2.
_CORE = {
    "null": (re.compile(r"~|null|Null|NULL|"), ["~", "n", "N", ""]),
    "bool": (re.compile(r"true|True|TRUE|false|False|FALSE"), list("tTfF")),
    "int": (re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"), list("-+0123456789")),
    "float": (
        re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
        list("-+.0123456789"),
    ),
}


def documents_of(text: str, *, is_yaml: bool = False) -> list[Any]:
    """Returns the documents of a text, without empty ones. is_yaml: whether { and [ at the start are YAML.

    Raises RuleError, with line and column, for a text that is neither JSON nor YAML.
    """
    start = text.lstrip()[:1]
    if not start:
        raise RuleError(None, "must be JSON or YAML: it is empty", "Write a request")
    try:
        found = _json_values(text) if start in "{[" and not is_yaml else _yaml_documents(text)
    except RecursionError:
        raise RuleError(None, "must be JSON or YAML: it is nested too deep", "Flatten it") from None
    if _HALVES.search(text):
        _check_characters(found)
    return [one for one in found if one is not None]


def _check_characters(data: Any) -> None:
    """Raises RuleError for half a character (\\ud800), which no text that is sent can have."""
    try:
        json.dumps(data, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        half = f"\\u{ord(error.object[error.start]):x}"
        raise RuleError(half, "must be text: this is half a character (UTF-16 surrogate)", "Remove it") from None
    except (TypeError, ValueError, RecursionError):
        return


def value_of(text: str) -> Any:
    """Returns the one value of a text inside other data, such as the Input of a schedule. Raises RuleError for any
    other text."""
    found = documents_of(text)
    if len(found) != 1:
        raise RuleError(text, "must be one JSON or YAML value", "Write one")
    return found[0]


def _json_values(text: str) -> list[Any]:
    decoder, found, end = json.JSONDecoder(object_pairs_hook=_without_repeats), [], 0
    try:
        check_size(text)
        while end := _next(text, end):
            value, end = decoder.raw_decode(text, end - 1)
            found.append(value)
    except JSONDecodeError as error:
        rule = f"must be JSON: {error.msg}, line {error.lineno} column {error.colno}"
        raise RuleError(None, rule, _fix_of(error, text)) from None
    except ValueError as error:  # a number with too many digits
        raise RuleError(None, f"must be JSON: {' '.join(str(error).split())}", "Correct the value") from None
    return found


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a key that is there twice each reader of JSON takes what it likes (RFC 8259, 4)."""
    data = dict(pairs)
    if len(data) < len(pairs):
        seen: set[str] = set()
        key = next(key for key, _value in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise RuleError(None, f"must be JSON: the key {shown(key)} is there twice in an object", "Remove one")
    return data


def _next(text: str, start: int) -> int:
    """Returns 1 more than the start of the next value; 0 after the last one. A comma between objects is no value."""
    found = re.compile(r"\S").search(text, start)
    return found.start() + 1 if found else 0


def _fix_of(error: JSONDecodeError, text: str) -> str:
    if error.msg.startswith("Invalid control character"):
        return "Write a line break in a text as \\n, or the file as YAML"
    if text[error.pos - 1 : error.pos + 1] == "\\\n" or text[error.pos : error.pos + 2] == "\\\n":
        return "Leave out the backslash at the end of the line: JSON has no continued lines"
    if error.msg.startswith(("Expecting property name", "Illegal trailing comma")):
        return "Write names in double quotes, and no comma behind the last one"
    return "Correct the syntax"


class _Loader(BoundedComposer, yaml.SafeLoader):
    """PyYAML's loader with the core schema, without repeated keys; unknown tags are read as their content."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Raises MarkedYAMLError for a repeated key."""
        seen: set[str] = set()
        for key, _value in node.value:
            if key.value.__hash__ is not None and key.value in seen:
                raise yaml.MarkedYAMLError(None, None, f"the key {key.value} appears twice", key.start_mark)
            if isinstance(key.value, str):
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


for _name, (_pattern, _first) in _CORE.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(f"(?:{_pattern.pattern})$"), _first)


def _construct_int(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    check_integer(node)
    text = node.value
    return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))


def _construct_tagged(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> Any:
    """Converts !Ref NAME to {"Ref": NAME}, and !NAME value to {"Fn::NAME": value} (CloudFormation guide, intrinsic
    functions)."""
    value: Any = None
    match node:
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case yaml.ScalarNode():
            value = loader.construct_scalar(node)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_Loader.add_multi_constructor("!", _construct_tagged)


def _yaml_documents(text: str) -> list[Any]:
    if len(text) > MOST_YAML_BYTES:
        rule = f"YAML has at most {MOST_YAML_BYTES // 10**6} MB (product limit)"
        raise RuleError(None, rule, "Write JSON, or several files")
    try:
        found = list(yaml.load_all(text, Loader=_Loader))
    except BoundError as error:
        raise RuleError(None, f"{error.rule}, line {error.line}", error.fix) from None
    except yaml.MarkedYAMLError as error:
        place = (
            f", line {error.problem_mark.line + 1} column {error.problem_mark.column + 1}" if error.problem_mark else ""
        )
        problem = " ".join(str(part) for part in (error.context, error.problem) if part)
        raise RuleError(None, f"must be JSON or YAML: {problem}{place}", _fix_of_yaml(text)) from None
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError) as error:
        problem = " ".join(str(error).split())
        raise RuleError(None, f"must be JSON or YAML: {problem}", _fix_of_yaml(text)) from None
    held = [one for one in found if one is not None]
    if held and not any(isinstance(one, dict | list) for one in held):
        raise RuleError(None, "must be JSON or YAML with a request: it is plain text", _fix_of_yaml(text))
    return found


def _fix_of_yaml(text: str) -> str:
    if _SHELL_COMMAND.search(text):
        return "Save the command's input as JSON, as for --cli-input-json: a shell script is not read"
    return "Correct the syntax"
