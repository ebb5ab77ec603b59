"""Writes docs/settings.md, the reference of environment files, from the models.

A limit is the rule of an error message. `between` and similar validators contain theirs; a validator that is a
function, or a rule that spans settings, reports it for a wrong value: wrong_settings.yaml has a value for each.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from inspect import get_annotations
from pathlib import Path
from tempfile import TemporaryDirectory
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import AfterValidator
from pydantic.fields import FieldInfo

from emr_eks_placement.common.errors import FieldPath, Finding, InputError
from emr_eks_placement.common.model import Model, Rule
from emr_eks_placement.environment import Environment, EnvironmentJob, PlacementChoice
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.job.job import LocalFile
from emr_eks_placement.job.placement import Ec2

FILE = Path(__file__).parents[1] / "docs" / "settings.md"
WRONG = Path(__file__).with_name("wrong_settings.yaml")

_HEAD = """\
# Settings of an environment file

This page lists every setting by its path in the file: `NAME` is a name of your choice, `[]` an entry of a list. A limit has its
source in brackets.

Written from the code by `make docs`.
"""
# Replaces the start of an error's rule to make it a fact.
_BEGINS = (("must be from ", ""), ("must be one of ", "one of "), ("must be ", ""), ("must have ", ""))
_TYPE_WORDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    LocalFile: "name of a file",
}
# Required by the models, but set from the key of the mapping that contains the setting.
_KEYED = {(EnvironmentJob, "name"), (PlacementChoice, "mode")}

Place = tuple[str, ...]
Owner = tuple[type[Model], str]


@dataclass
class Table:
    """The settings of one model, and their places in the file."""

    model: type[Model]
    places: list[Place] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, FieldInfo]:
        """The fields that are written in the file."""
        return {name: one for name, one in self.model.model_fields.items() if name not in self.model.given_elsewhere}


@cache
def tables() -> dict[type[Model], Table]:
    """Returns a table for each model of an environment, in the order of the file."""
    found: dict[type[Model], Table] = {}
    _add_tables(Environment, (), found)
    return found


def _add_tables(model: type[Model], place: Place, found: dict[type[Model], Table]) -> None:
    table = found.setdefault(model, Table(model))
    table.places.append(place)
    for name, setting in table.settings.items():
        for below, suffix in _models_in(setting.annotation):
            _add_tables(below, (*place, name, *suffix), found)


def _models_in(annotation: Any) -> Iterator[tuple[type[Model], Place]]:
    """Yields the models of a type, each with its path: NAME in a mapping, [] in a list."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        if annotation is not LocalFile:
            yield annotation, ()
        return
    suffix = {dict: ("NAME",), tuple: ("[]",)}.get(get_origin(annotation), ())
    for part in _parts(annotation):
        for model, below in _models_in(part):
            yield model, (*suffix, *below)


def _parts(annotation: Any) -> tuple[Any, ...]:
    """Returns the types that a type consists of."""
    if get_origin(annotation) is Annotated:
        return (annotation.__origin__,)
    return () if get_origin(annotation) is Literal else get_args(annotation)


def _validators(annotation: Any, metadata: tuple[Any, ...] | list[Any]) -> Iterator[AfterValidator]:
    """Yields the validators of a type, without those of the models in it."""
    yield from (one for one in metadata if isinstance(one, AfterValidator))
    for part in _parts(annotation):
        yield from _validators(part, ())
    if get_origin(annotation) is Annotated:
        yield from (one for one in annotation.__metadata__ if isinstance(one, AfterValidator))


def _owner(model: type[Model], name: str) -> Owner:
    """Returns the model that declares a setting: rules are the same wherever it is inherited."""
    owner = next(one for one in reversed(model.__mro__) if name in get_annotations(one))
    return owner, name


@cache
def stated_rules() -> Mapping[Owner, tuple[str, ...]]:
    """Returns the rules that the values of wrong_settings.yaml break, by the setting of the error."""
    owners = {
        (*place, name): _owner(model, name)
        for model, table in tables().items()
        for place in table.places
        for name in table.settings
    }
    rules: dict[Owner, list[str]] = defaultdict(list)
    cases = yaml.safe_load(WRONG.read_text(encoding="utf-8"))
    for wrong in cases["wrong"]:
        for broken in _findings(_merged(cases["sample"], wrong)):
            rules[_blamed(broken.path, owners)].append(broken.rule)
    return {owner: tuple(dict.fromkeys(texts)) for owner, texts in rules.items()}


def _findings(data: Any) -> tuple[Finding, ...]:
    with TemporaryDirectory() as folder:
        file = Path(folder, "sample.yaml")
        file.write_text(yaml.safe_dump(data), encoding="utf-8")
        try:
            load_environment(file)
        except InputError as error:
            return error.findings
    raise ValueError(f"{WRONG.name} has a case that breaks no rule: {data}")


def _merged(old: Any, new: Any) -> Any:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}


def _blamed(path: FieldPath, owners: Mapping[Place, Owner]) -> Owner:
    """Returns the setting at a path, or the nearest one around it."""
    for length in range(len(path), 0, -1):
        for place, owner in owners.items():
            if len(place) == length and all(map(_fits, place, path)):
                return owner
    raise ValueError(f"{path} is no setting")


def _fits(part: str, given: str | int) -> bool:
    return part == given or (part == "NAME" and isinstance(given, str)) or (part == "[]" and isinstance(given, int))


def _dotted(place: Place) -> str:
    return ".".join(place).replace(".[]", "[]")


def rules_of(model: type[Model], name: str) -> list[str]:
    """Returns every rule of a setting. Raises ValueError if a validator's rule is unknown."""
    setting = model.model_fields[name]
    validators = list(_validators(setting.annotation, setting.metadata))
    stated = stated_rules().get(_owner(model, name), ())
    if any(not isinstance(one, Rule) for one in validators) and not stated:
        raise ValueError(f"{WRONG.name} has no case for {model.__name__}.{name}")
    return list(dict.fromkeys([*(one.text for one in validators if isinstance(one, Rule)), *stated]))


def _type_words(annotation: Any) -> str:
    origin, parts = get_origin(annotation), [part for part in _parts(annotation) if part not in (NoneType, ...)]
    if annotation in _TYPE_WORDS:
        return _TYPE_WORDS[annotation]
    if annotation in tables():
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in get_args(annotation))
    if origin is tuple:
        return f"list of {_type_words(parts[0])}"
    if origin is dict:
        return "mapping" if parts[1] is Any else f"mapping of text to {_type_words(parts[1])}"
    if origin in (Annotated, Union, UnionType):
        return " or ".join(dict.fromkeys(map(_type_words, parts)))
    raise TypeError(f"no words for {annotation}")


def _default_words(model: type[Model], name: str) -> str:
    setting = model.model_fields[name]
    if (model, name) in _KEYED:
        return "its `NAME`"
    if setting.is_required():
        return "**required**"
    if setting.default in (None, (), {}):
        return "none"
    if isinstance(setting.default, Ec2):
        return "`ec2`"
    return "its defaults" if isinstance(setting.default, Model) else f"`{json.dumps(setting.default)}`"


@cache
def facts() -> Mapping[str, str]:
    """Returns the reference's text for rules that contain the wrong value, by a part of the rule."""
    limits: Mapping[str, str] = yaml.safe_load(WRONG.read_text(encoding="utf-8"))["limits"]
    return limits


def fact_of(rule: str) -> str:
    """Returns the limit of a rule as a fact."""
    for part, fact in facts().items():
        if part in rule:
            return fact
    begin, instead = next(((begin, instead) for begin, instead in _BEGINS if rule.startswith(begin)), ("", ""))
    return instead + rule.removeprefix(begin)


def _row(table: Table, name: str, setting: FieldInfo) -> str:
    cells = [
        f"`{_dotted((*table.places[0], name))}`",
        _type_words(setting.annotation),
        _default_words(table.model, name),
        "<br>".join(dict.fromkeys(_escaped(fact_of(rule)) for rule in rules_of(table.model, name) if fact_of(rule))),
        _escaped(" ".join((setting.description or "").split())),
    ]
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    return re.sub(r"([*|<>\[\]_])", r"\\\1", text)


def _section(table: Table) -> str:
    words = _escaped(" ".join((table.model.__doc__ or "").split()))
    others = ", ".join(f"`{_dotted(place)}`" for place in table.places[1:])
    rows = [_row(table, name, setting) for name, setting in table.settings.items()]
    return "\n".join(
        [
            f"\n## {table.model.__name__}\n",
            f"{words} The same settings are in {others}.\n" if others else f"{words}\n",
            "| setting | type | default | limit | what it is |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def text() -> str:
    """Returns the whole file."""
    return _HEAD + "\n".join(_section(table) for table in tables().values()) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")
