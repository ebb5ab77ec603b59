"""Typed access to the data of a file. Every error names the field and its value."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from emr_eks_placement.common.bounded import parse_json, read_file
from emr_eks_placement.common.errors import FieldPath, RuleError, below, placed_at
from emr_eks_placement.common.nesting import deeper_than

Checked = TypeVar("Checked")

_MOST_BYTES = 30_000_000  # product limit: a manifest names each asset and resource of its stacks
_MOST_LEVELS = 200  # more than templates have, fewer than Python follows


@dataclass(frozen=True, repr=False)
class Unresolved:
    """A value that CloudFormation sets at deployment. value: the function in the template.

    parts: the parts of a partly open text: texts, references, unresolved values.
    """

    value: object
    parts: tuple[object, ...] = ()

    def __repr__(self) -> str:
        return repr(self.value)

    @property
    def end(self) -> str:
        """The known end of the text; empty if it is open."""
        last = self.parts[-1] if self.parts else ""
        return last if isinstance(last, str) else ""


@dataclass(frozen=True)
class Field:
    """A value and its path in its file. A missing value reads as None, an empty mapping or an empty list.

    All methods except `known_text` raise RuleError, with the path, for a value of another kind.
    """

    value: object
    path: FieldPath = ()

    def __getitem__(self, key: str) -> "Field":
        return self.entries().get(key, Field(None, (*self.path, key)))

    def either(self, *keys: str) -> "Field":
        """Returns the field of the first key that exists: custom resources spell the properties of EKS differently."""
        entries = self.entries()
        return self[next((key for key in keys if key in entries), keys[0])]

    def entries(self) -> dict[str, "Field"]:
        """Returns the fields of a mapping."""
        if self.value is None:
            return {}
        if not isinstance(self.value, Mapping):
            raise self.refused("must be a mapping", "Write {key: value}")
        return {str(key): Field(value, (*self.path, str(key))) for key, value in self.value.items()}

    def items(self) -> list["Field"]:
        """Returns the fields of a list."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise self.refused("must be a list", "Write [item]")
        return [Field(value, (*self.path, index)) for index, value in enumerate(self.value)]

    def text(self, default: str | None = None) -> str:
        """Returns the text; the default, if any, for a missing value."""
        value = default if self.value is None else self.value
        if not isinstance(value, str):
            raise self.refused("must be text", "Write it in quotes")
        return value

    def known_text(self) -> str | None:
        """Returns the text if it exists and the deployment can't change it."""
        return self.value if isinstance(self.value, str) else None

    def number(self) -> int:
        """Returns a whole number of at least 0, which CloudFormation also accepts as text."""
        value = self.value
        if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value, re.ASCII):
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.refused("must be a whole number", "Write it in digits")
        return value

    def is_true(self) -> bool:
        """Returns whether the value is true, which CloudFormation also accepts as text."""
        if isinstance(self.value, Unresolved):
            raise self.refused("must be true or false", "Write one of these")
        return self.value in (True, "true")

    def checked(self, check: Callable[[], Checked]) -> Checked:
        """Returns the result of the check, whose RuleError gets this field's path."""
        with below(*self.path):
            return check()

    def refused(self, rule: str, fix: str) -> RuleError:
        """Returns the error of a value that breaks the rule or is open until the deployment."""
        if isinstance(self.value, Unresolved):
            rule = "decides placement, and its value is known only at deployment"
            fix = "Write the value itself, or set a default for its parameter"
            return RuleError(self.value.value, rule, fix, path=self.path)
        if self.value is None:
            return RuleError(None, f"required, and {rule}", "Add it", path=self.path)
        return RuleError(self.value, rule, fix, path=self.path)


def read_json(file: Path, fix: str) -> Field:
    """Returns the content of a JSON file. Raises InputError if it can't be read, with that fix, or is no JSON."""
    with placed_at(str(file)):
        try:
            data = parse_json(read_file(file, _MOST_BYTES).decode())
        except OSError as error:
            raise RuleError(None, f"can't be read: {error.strerror}", fix) from None
        except (ValueError, RecursionError) as error:
            raise RuleError(None, f"must be JSON: {error}", "Synthesize the app again: cdk synth") from None
        if deeper_than(data, _MOST_LEVELS):
            rule = f"its values are nested too deeply to be read, at most {_MOST_LEVELS} levels"
            raise RuleError(None, rule, "Synthesize the app again: cdk synth")
        return Field(data)
