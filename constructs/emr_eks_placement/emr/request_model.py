"""The valid content of a StartJobRun request: the shapes of EMR's service model, with their names.

Source: botocore's service model of emr-containers (2020-10-01), StartJobRunRequest and every shape below it, read by
tools/update_facts.py.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from emr_eks_placement.facts.shipped import shipped

REQUEST = "StartJobRunRequest"


@dataclass(frozen=True)
class Pattern:
    """The pattern of a text: in the service model, in words, and how to fix a text that does not match.

    A pattern must match the whole text, with ASCII letters, digits and blanks only, as in Java, whose syntax it uses.
    """

    pattern: str
    words: str
    fix: str

    def matches(self, text: str) -> bool:
        """Returns whether the whole text matches the pattern."""
        return self._compiled.fullmatch(text) is not None

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.ASCII)


@dataclass(frozen=True)
class Text:
    """A string of least to most characters (None: no limit) that matches a pattern or is one of several options."""

    least: int = 0
    most: int | None = None
    pattern: Pattern | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Whole:
    """A whole number from least to most; None: no limit."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Many:
    """A list with at most so many members of a shape; None: no limit."""

    member: str
    most: int | None = None


@dataclass(frozen=True)
class Pairs:
    """A mapping with at most so many keys of one shape and values of another."""

    key: str
    value: str
    most: int


@dataclass(frozen=True)
class Record:
    """A mapping with known keys, each with its shape.

    required: keys that must exist; one_of: exactly one of these keys must exist.
    """

    members: Mapping[str, str]
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()


Shape = Text | Whole | Many | Pairs | Record

_FILLED_IN_LATER = ("virtualClusterId", "clientToken")  # not known before deployment; SDKs fill in the token
# Exactly one, by the API reference of JobDriver; the service model does not require it.
_ONE_OF = {"JobDriver": ("sparkSubmitJobDriver", "sparkSqlJobDriver")}

# The service model's .*\S.*, in a form that takes linear time.
_NOT_BLANK = Pattern(r"[^\S\n]*\S.*", "must be one line that is not blank", "Write it on one line, or leave it out")
# As above, across lines: how EMR splits parameters is not documented, and parameters of several lines are common.
_NOT_BLANK_LINES = Pattern(r"(?s:\s*\S.*)", "must not be blank", "Leave it out")
_OF_LINES = ("SparkSubmitParameters", "SparkSqlParameters")
# Other patterns in words, and how to fix what breaks them, by their shapes.
_WORDS = {
    "ResourceNameString": ("must have only letters, digits and . - _ / #", "Rename it"),
    "ResourceIdString": ("must have only digits and lower-case letters", "Write the id that AWS gave it"),
    "IAMRoleArn": (
        "must be the ARN of an IAM role",
        "Write for example arn:aws:iam::111122223333:role/job-execution",
    ),
    "ReleaseLabel": ("must have only letters, digits and . - _ /", "Write for example emr-7.12.0-latest"),
    "KmsKeyArn": (
        "must be the ARN of a KMS key, or one parameter such as ${Key}",
        "Write for example arn:aws:kms:us-east-1:111122223333:key/KEY-ID",
    ),
    "LogGroupName": ("must have only letters, digits and . - _ / #", "Rename it"),
    "UriString": (
        "must have no control characters, and none above U+FFFD such as emoji",
        "Write for example s3://bucket/logs/",
    ),
    "RotationSize": ("must be a number and K, M or G, with or without B", "Write for example 100MB"),
    "TemplateParameterName": ("must have only letters, digits and . - _ #", "Rename it"),
}


def _shape(name: str, written: dict[str, Any]) -> Shape:
    most = written.get("max")
    match written["type"]:
        case "structure":
            members = {key: one["shape"] for key, one in written["members"].items()}
            required = tuple(key for key in written.get("required", ()) if key not in _FILLED_IN_LATER)
            return Record(members, required, _ONE_OF.get(name, ()))
        case "list":
            return Many(written["member"]["shape"], most)
        case "map":
            return Pairs(written["key"]["shape"], written["value"]["shape"], written["max"])
        case "integer":
            return Whole(written.get("min"), most)
    return Text(written.get("min", 0), most, _pattern(name, written.get("pattern")), tuple(written.get("enum", ())))


def _pattern(name: str, written: str | None) -> Pattern | None:
    if written is None:
        return None
    if name in _WORDS:
        return Pattern(written, *_WORDS[name])
    return _NOT_BLANK_LINES if name in _OF_LINES else _NOT_BLANK


SHAPES: Mapping[str, Shape] = MappingProxyType(
    {name: _shape(name, one) for name, one in shipped("start_job_run").items()}
)
