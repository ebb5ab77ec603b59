"""Typed access to the data of a file: every refusal names the field and the value that stands there."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from emr_eks_placement.common.errors import FieldPath, RuleError, below, placed_at
from emr_eks_placement.common.nesting import deeper_than

Checked = TypeVar("Checked")

_MOST_LEVELS = 200  # more than templates have, fewer than Python follows


@dataclass(frozen=True, repr=False)
class Unresolved:
    """A value that CloudFormation fills in at deployment; `value`: the function as it stands in the template.

    parts: of a text of which only a part is open, what it is joined of: texts, references, unresolved values.
    """

    value: object
    parts: tuple[object, ...] = ()

    def __repr__(self) -> str:
        return repr(self.value)

    @property
    def end(self) -> str:
        """The text that it is sure to end in; empty where that is open."""
        last = self.parts[-1] if self.parts else ""
        return last if isinstance(last, str) else ""


@dataclass(frozen=True)
class Field:
    """A value and its path in its file. What is absent reads as None, as an empty mapping and as an empty list.

    All methods but `known_text` raise RuleError, with the path, for a value of another kind.
    """

    value: object
    path: FieldPath = ()

    def __getitem__(self, key: str) -> "Field":
        return self.entries().get(key, Field(None, (*self.path, key)))

    def either(self, *keys: str) -> "Field":
        """The field of the first of the keys that is there: custom resources spell the properties of EKS their own way."""
        entries = self.entries()
        return self[next((key for key in keys if key in entries), keys[0])]

    def entries(self) -> dict[str, "Field"]:
        """The fields of a mapping."""
        if self.value is None:
            return {}
        if not isinstance(self.value, Mapping):
            raise self.refused("must be a mapping", "Write {key: value}")
        return {str(key): Field(value, (*self.path, str(key))) for key, value in self.value.items()}

    def items(self) -> list["Field"]:
        """The fields of a list."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise self.refused("must be a list", "Write [item]")
        return [Field(value, (*self.path, index)) for index, value in enumerate(self.value)]

    def text(self, default: str | None = None) -> str:
        """The text; the default, if there is one, where nothing stands."""
        value = default if self.value is None else self.value
        if not isinstance(value, str):
            raise self.refused("must be text", "Write it in quotes")
        return value

    def known_text(self) -> str | None:
        """The text, if one stands there that deployment can't change."""
        return self.value if isinstance(self.value, str) else None

    def number(self) -> int:
        """The whole number, not below 0, which CloudFormation also takes as text."""
        value = self.value
        if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value, re.ASCII):
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.refused("must be a whole number", "Write it in digits")
        return value

    def is_true(self) -> bool:
        """Whether true stands there, which CloudFormation also takes as text."""
        if isinstance(self.value, Unresolved):
            raise self.refused("must be true or false", "Write one of these")
        return self.value in (True, "true")

    def checked(self, check: Callable[[], Checked]) -> Checked:
        """What the check returns; its RuleError gets this field's path."""
        with below(*self.path):
            return check()

    def refused(self, rule: str, fix: str) -> RuleError:
        """The error of a value that breaks the rule, or whose value is open until the deployment."""
        if isinstance(self.value, Unresolved):
            rule = "decides placement, and what it stands for is known only at deployment"
            fix = "Write the value itself, or give its parameter a default"
            return RuleError(self.value.value, rule, fix, path=self.path)
        if self.value is None:
            return RuleError(None, f"required, and {rule}", "Add it", path=self.path)
        return RuleError(self.value, rule, fix, path=self.path)


def read_json(file: Path, fix: str) -> Field:
    """The content of a JSON file. Raises InputError for one that can't be read, with that fix, or is no JSON."""
    with placed_at(str(file)):
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise RuleError(None, f"can't be read: {error.strerror}", fix) from None
        except (ValueError, RecursionError) as error:
            raise RuleError(None, f"must be JSON: {error}", "Synthesize the app again: cdk synth") from None
        if deeper_than(data, _MOST_LEVELS):
            rule = f"its values are nested too deeply to be read, at most {_MOST_LEVELS} levels"
            raise RuleError(None, rule, "Synthesize the app again: cdk synth")
        return Field(data)
