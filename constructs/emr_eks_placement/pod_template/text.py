"""Reads the text of a pod template as Spark's Kubernetes client does: YAML 1.2 by its JSON schema, or JSON.

`yes`, `on`, `~`, `0123`, `0x1F`, `1:30` and `1_000` are text, `<<` is a normal key, and 7e10 stays a number. Source:
io.fabric8.kubernetes.client.utils.KubernetesSerialization 6.7.2, Spark 3.5.8, with which random texts are compared
(tests/spark/test_template_texts.py).
"""

import base64
import json
import re
from pathlib import Path
from typing import Any

from yaml import MappingNode, MarkedYAMLError, Node, ScalarNode, SequenceNode, YAMLError

from emr_eks_placement.common.bounded import check_size
from emr_eks_placement.common.errors import FieldPath, InputError
from emr_eks_placement.common.yaml_bounds import BoundError, check_integer
from emr_eks_placement.common.yaml_document import YamlDocument, read_text, unreadable
from emr_eks_placement.pod_template import yaml12
from emr_eks_placement.pod_template.convert import WrittenFloat, text_of
from emr_eks_placement.pod_template.yaml12 import Yaml12Loader

_DEEPEST = 100  # mappings and lists in one another; no Pod comes near
_JAVA_FLOAT = re.compile(r"\s*[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?[fFdD]?|NaN|Infinity)\s*")
_FLOATS = {".inf": "inf", "-.inf": "-inf", ".nan": "nan"}


def read_template_file(path: Path, shown_as: str) -> YamlDocument:
    """Returns the one Pod of a file. Raises InputError, with file and line, if Spark's client reads none."""
    return parse_template(read_text(path, shown_as), shown_as)


def parse_template(text: str, shown_as: str) -> YamlDocument:
    """Parses a text as `read_template_file` does. shown_as: what to call its file. The data is None for an empty text."""
    if text.lstrip(" \t\n\v\f\r\x1c\x1d\x1e\x1f")[:1] in ("{", "["):
        return _parse_json(text, shown_as)
    reading = _Reading(shown_as)
    documents = [data for data in reading.documents(text) if data is not None]
    if len(documents) > 1:
        rule = f"Spark reads one Pod of a file, this one has {len(documents)} documents (Spark on Kubernetes)"
        raise unreadable(shown_as, None, None, rule, "Keep one of them, in a file of its own")
    return YamlDocument(shown_as, documents[0] if documents else None, reading.lines)


def _parse_json(text: str, shown_as: str) -> YamlDocument:
    """Parses a text that begins with a bracket. Text after its end is ignored, and the last of equal keys counts."""
    stripped = text.lstrip(" \t\r\n")
    try:
        check_size(stripped)
        data, _ = _JSON.raw_decode(stripped)
    except json.JSONDecodeError as error:
        line = error.lineno + text[: len(text) - len(stripped)].count("\n")
        rule = f"a text that begins with a bracket is read as JSON, not as YAML: {error.msg} (Spark on Kubernetes)"
        raise unreadable(shown_as, line, None, rule, "Correct the JSON, or begin with --- to write YAML") from None
    except (ValueError, RecursionError) as error:
        rule = f"must be JSON, as it begins with a bracket: {str(error)[:100]} (Spark on Kubernetes)"
        raise unreadable(shown_as, None, None, rule, "Correct the JSON") from None
    if _is_deeper(data, _DEEPEST):
        raise unreadable(shown_as, None, None, f"must be nested at most {_DEEPEST} deep", "Flatten it")
    return YamlDocument(shown_as, _without_surrogates(data), _lines_of_json(text))


def _not_json(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _json_integer(written: str) -> int | float:
    return WrittenFloat(written) if written == "-0" else int(written)


_JSON = json.JSONDecoder(parse_float=WrittenFloat, parse_int=_json_integer, parse_constant=_not_json)


def _is_deeper(part: Any, levels: int) -> bool:
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in parts)


def _without_surrogates(part: Any) -> Any:
    if isinstance(part, dict):
        return {_joined(key): _without_surrogates(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_without_surrogates(value) for value in part]
    return _joined(part) if isinstance(part, str) else part


def _joined(text: str) -> str:
    r"""Joins surrogates as Java's UTF-16 does: two halves ("\ud83d\ude00") are one character, one half is none."""
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return whole.encode("utf-8", "replace").decode()


def _lines_of_json(text: str) -> dict[FieldPath, int]:
    """Returns the lines of its fields if it is also YAML, as most JSON is."""
    try:
        loader = Yaml12Loader(text)
        reading = _Reading("")
        if loader.check_node():
            reading.value(loader.get_node(), ())
    except (YAMLError, ValueError):
        return {}
    return reading.lines


class _Reading:
    """The values of a text's nodes, and their lines."""

    def __init__(self, file: str) -> None:
        self.lines: dict[FieldPath, int] = {}
        self._file = file
        self._known: dict[int, Any] = {}  # values of nodes that have one: aliases repeat them

    def documents(self, text: str) -> list[Any]:
        """Returns the data of each document."""
        try:
            loader = Yaml12Loader(text)
            nodes = []
            while loader.check_node():
                nodes.append(loader.get_node())
            return [self.value(node, ()) for node in nodes]
        except InputError:
            raise
        except BoundError as error:
            raise unreadable(self._file, error.line, None, error.rule, error.fix) from None
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else None
            problem = " ".join(str(part) for part in (error.context, error.problem) if part)
        except (YAMLError, ValueError, OverflowError) as error:
            line, problem = None, " ".join(str(error).split())
        raise unreadable(
            self._file, line, None, f"must be well-formed YAML 1.2: {problem}", "Correct the syntax"
        ) from None

    def value(self, node: Node | None, path: FieldPath) -> Any:
        """Returns the value of a node."""
        if node is None:
            return None
        self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) not in self._known:
            self._known[id(node)] = self._value(node, path)
        return self._known[id(node)]

    def _value(self, node: Node, path: FieldPath) -> Any:
        if isinstance(node, ScalarNode):
            return _scalar(node)
        if isinstance(node, SequenceNode) and node.tag == yaml12.LIST:
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, MappingNode) and node.tag in (yaml12.MAPPING, yaml12.SET):
            return self._mapping(node, path)
        raise _no_constructor(node)

    def _mapping(self, node: MappingNode, path: FieldPath) -> Any:
        mapping: dict[str, Any] = {}
        keys: set[tuple[type, str]] = set()
        for key_node, value_node in node.value:
            key = self.value(key_node, ())
            line = key_node.start_mark.line + 1
            name = text_of(key)
            if key is None and node.tag == yaml12.MAPPING:
                raise unreadable(self._file, line, None, "a key is text, not null (Kubernetes API)", "Quote it", path)
            if (type(key), name) in keys:
                raise unreadable(
                    self._file, line, name, "a mapping has each key only once (YAML 1.2)", "Remove one", path
                )
            keys.add((type(key), name))
            mapping[name] = self.value(value_node, (*path, name))
            self.lines[(*path, name)] = line
        return list(mapping) if node.tag == yaml12.SET else mapping


def _scalar(node: ScalarNode) -> Any:
    value: str = node.value
    if node.tag == yaml12.STRING:
        return _joined(value)
    if node.tag == yaml12.NULL:
        return None
    if node.tag == yaml12.BOOLEAN:
        return {"true": True, "false": False}.get(value)
    if node.tag == yaml12.INTEGER and re.fullmatch(r"[-+]?\d+", value):
        check_integer(node)
        return int(value)
    if node.tag == yaml12.FLOAT and (value in _FLOATS or _JAVA_FLOAT.fullmatch(value)):
        return float(_FLOATS.get(value, value.strip().rstrip("fFdD")))
    if node.tag == yaml12.BINARY:
        return _binary(value, node)
    raise _no_constructor(node)


def _binary(value: str, node: ScalarNode) -> bytes:
    digits = re.sub(r"[^A-Za-z0-9+/]", "", value)
    if len(digits) % 4 == 1 or (value and not digits):
        raise _no_constructor(node)
    return base64.b64decode(digits + "=" * (-len(digits) % 4))


def _no_constructor(node: Node) -> MarkedYAMLError:
    return MarkedYAMLError(None, None, f"a value that does not fit its tag {node.tag!r}", node.start_mark)
