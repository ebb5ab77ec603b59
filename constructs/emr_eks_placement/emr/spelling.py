"""Converts the member names of StartJobRun between the API's spelling and those of tools.

Sources: Step Functions guide, passing parameters to a service API; EventBridge Scheduler guide, universal targets; Airflow's
EmrContainerOperator; ACK's JobRun (its controller reads members in any case).
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emr_eks_placement.common.errors import FieldPath, RuleError, below
from emr_eks_placement.emr.placeholders import placeholders_in
from emr_eks_placement.emr.request_model import REQUEST, SHAPES, Many, Pairs, Record, Text, Whole

# The pods of a request do not depend on values of these shapes.
_NOT_NEEDED = ("EntryPointArguments", "TagMap", "TemplateParameterInputMap")
_PATH_SUFFIX = ".$"


@dataclass(frozen=True)
class Spelling:
    """A way to write member names. write: returns the tool's name of a shape's member; any_case: whether names are
    case-insensitive; has_paths: whether the value of a key that ends in .$ is a path in the input of a state machine.
    """

    write: Callable[[str, str], str]
    any_case: bool = False
    has_paths: bool = False

    def names(self, shape: str, record: Record) -> dict[str, str]:
        """Returns the members of a record by their written names."""
        return {self._fold(self.write(member, shape)): member for member in record.members}

    def member(self, key: str, names: Mapping[str, str]) -> str | None:
        """Returns the member of a key."""
        return names.get(self._fold(key))

    def _fold(self, name: str) -> str:
        return name.lower() if self.any_case else name


def _upper(member: str, _shape: str) -> str:
    return member[:1].upper() + member[1:]


def _snake_outside(member: str, shape: str) -> str:
    """Converts the operator's arguments; their values go to boto3 unchanged."""
    return re.sub("([A-Z])", r"_\1", member).lower() if shape == REQUEST else member


API = Spelling(lambda member, _shape: member)
PASCAL = Spelling(_upper)
STATES = Spelling(_upper, has_paths=True)
SNAKE = Spelling(_snake_outside)
ANY_CASE = Spelling(lambda member, _shape: member, any_case=True)


def in_api_spelling(data: Any, spelling: Spelling, shape: str = REQUEST) -> Any:
    """Returns the data of a shape with the API's member names; other errors in it remain.

    A value that comes later, such as Step Functions' "Name.$": "$.name", becomes a placeholder, or is left out if pods
    do not depend on it. Raises RuleError, with the path in the data, for a key that is no member, and for a value that
    comes later and decides the pods.
    """
    match SHAPES[shape]:
        case Record() as record if isinstance(data, Mapping):
            return _record(shape, record, data, spelling)
        case Many() as many if isinstance(data, list | tuple):
            return [_below(index, part, spelling, many.member) for index, part in enumerate(data)]
        case Pairs() as pairs if isinstance(data, Mapping) and spelling.has_paths:
            return dict(_pair(str(key), value, spelling, pairs.value) for key, value in data.items())
    return data


def in_spelling(path: FieldPath, spelling: Spelling, shape: str = REQUEST) -> FieldPath:
    """Converts a path in the API's spelling to the spelling of the data."""
    if not path:
        return ()
    part, rest = path[0], path[1:]
    match SHAPES[shape]:
        case Record() as record if part in record.members:
            return (spelling.write(str(part), shape), *in_spelling(rest, spelling, record.members[str(part)]))
        case Many() as many:
            return (part, *in_spelling(rest, spelling, many.member))
    return path


def _record(shape: str, record: Record, data: Mapping[str, Any], spelling: Spelling) -> dict[str, Any]:
    names = spelling.names(shape, record)
    read: dict[str, Any] = {}
    for key, value in data.items():
        plain = str(key).removesuffix(_PATH_SUFFIX) if spelling.has_paths else str(key)
        member = spelling.member(plain, names)
        if member is None:
            raise _unknown(str(key), value, [spelling.write(one, shape) for one in record.members])
        later = plain != key or (isinstance(value, str) and placeholders_in(value) == [value])
        if later and not isinstance(SHAPES[record.members[member]], Text):
            read |= _left_out(str(key), value, member, record.members[member])
        else:
            read[member] = _later(value) if plain != key else _below(key, value, spelling, record.members[member])
    return read


def _left_out(key: str, value: Any, member: str, shape: str) -> dict[str, Any]:
    """Returns nothing, or a number that no pod depends on, for a value that is not known yet."""
    if isinstance(SHAPES[shape], Whole):
        return {member: 1}
    if shape in _NOT_NEEDED:
        return {}
    rule = "it is known only when it runs, and decides the pods, so nothing can be planned"
    raise RuleError(value, rule, "Write an example of it", path=(key,))


def _pair(key: str, value: Any, spelling: Spelling, shape: str) -> tuple[str, Any]:
    if key.endswith(_PATH_SUFFIX):
        return key.removesuffix(_PATH_SUFFIX), _later(value)
    return key, _below(key, value, spelling, shape)


def _later(value: Any) -> Any:
    """Returns a path as a placeholder."""
    return "<" + re.sub(r"[<>\s]+", " ", value).strip() + ">" if isinstance(value, str) and value.strip() else value


def _below(key: str | int, value: Any, spelling: Spelling, shape: str) -> Any:
    with below(key):
        return in_api_spelling(value, spelling, shape)


def _unknown(key: str, value: Any, known: list[str]) -> RuleError:
    close = difflib.get_close_matches(key, known, 1) or [one for one in known if one.lower() == key.lower()]
    fix = f"Did you mean {close[0]}?" if close else "Remove it"
    rule = f"unknown key; known here are {', '.join(known)} (emr-containers {REQUEST})"
    return RuleError(value, rule, fix, path=(key,))
