"""The base of every typed model: immutable, without unknown keys, with rules that name the fix."""

import difflib
import re
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from emr_eks_placement.common.errors import RuleError

_LONGEST_NAME = 40
_NAME_RULE = f"a name has at most {_LONGEST_NAME} lower-case letters, digits and single hyphens, the first a letter"


class Model(BaseModel):
    """An immutable record that refuses unknown keys by name. The docstring below a field is its description."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
    given_elsewhere: ClassVar[tuple[str, ...]] = ()  # fields that are written elsewhere

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        for key in data:
            if key not in cls.model_fields:
                known = [name for name in cls.model_fields if name not in cls.given_elsewhere]
                close = difflib.get_close_matches(str(key), known, 1)
                raise RuleError(
                    data[key],
                    f"unknown key; known here are {', '.join(known)}",
                    f"Did you mean {close[0]}?" if close else "Remove it",
                    path=(str(key),),
                )
        return data


@dataclass(frozen=True)
class Rule(AfterValidator):
    """A validator whose rule is known before a value breaks it."""

    text: str


def between(lowest: float, highest: float, unit: str, source: str) -> Rule:
    """Validates a number: lowest <= value <= highest, else a RuleError naming unit and source."""
    rule = f"must be from {lowest} to {highest} {unit} ({source})"

    def check(value: float) -> float:
        if not lowest <= value <= highest:
            raise RuleError(value, rule, "Write a number within these bounds")
        return value

    return Rule(check, rule)


def count(lowest: int, highest: int, what: str, source: str) -> Rule:
    """Validates a tuple or mapping: lowest <= entries <= highest. Raises RuleError with what the entries are and the
    source."""
    rule = f"must be from {lowest} to {highest} {what} ({source})"

    def check(values: Any) -> Any:
        if not lowest <= len(values) <= highest:
            fix = f"Name {lowest} or more" if len(values) < lowest else f"Drop some until {highest} are left"
            raise RuleError(f"{len(values)} {what}", rule, fix)
        return values

    return Rule(check, rule)


def distinct(what: str) -> Rule:
    """Validates that a tuple has no value twice."""
    rule = f"each {what} is named once"

    def check(values: tuple[Any, ...]) -> tuple[Any, ...]:
        for index, value in enumerate(values):
            if value in values[:index]:
                raise RuleError(value, rule, "Remove the second one", path=(index,))
        return values

    return Rule(check, rule)


def check_name(name: str) -> str:
    """Returns the name. Raises RuleError if it can't be used in file names, S3 keys and stack names."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or len(name) > _LONGEST_NAME:
        raise RuleError(name, _NAME_RULE, "Rename it")
    return name


def names(what: str) -> Rule:
    """Validates the keys of a mapping as names of `what`."""
    name_rule = f"{what}: {_NAME_RULE}"

    def check(mapping: dict[str, Any]) -> dict[str, Any]:
        bare: dict[str, str] = {}
        for name in mapping:
            try:
                check_name(name)
            except RuleError as broken:
                raise RuleError(name, name_rule, broken.fix, path=(name,)) from None
            other = bare.setdefault(name.replace("-", ""), name)
            if other != name:
                rule = f"{what}: CloudFormation's ids hold no hyphens, and without them this is the name of {other}"
                raise RuleError(name, rule, "Rename one", path=(name,))
        return mapping

    return Rule(check, name_rule)
