"""How bad input is reported: one line that names the field, the value, the rule and the mend."""

from collections.abc import Sequence
from dataclasses import dataclass

FieldPath = tuple[str | int, ...]


class RuleError(ValueError):
    """A value breaks a rule. Raised where the rule is known; whoever knows the file adds the place.

    value: what was given; `rule`: what holds, with its source in brackets; `mend`: what to write instead;
    `path`: the field below the one being checked, when the rule spans several fields.
    """

    def __init__(self, value: object, rule: str, mend: str, *, path: FieldPath = ()) -> None:
        super().__init__(f"{value!r}: {rule}. {mend}")
        self.value = value
        self.rule = rule
        self.mend = mend
        self.path = path

    def below(self, *prefix: str | int) -> "RuleError":
        """The same broken, seen from the field that holds the one it was raised for."""
        return RuleError(self.value, self.rule, self.mend, path=(*prefix, *self.path))


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A broken and its place: file, line (1-based, None where unknown) and field."""

    file: str
    line: int | None
    path: FieldPath
    value: object
    rule: str
    mend: str

    def __str__(self) -> str:
        """FILE:LINE: FIELD = VALUE: RULE. MEND."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        field = f"{dotted(self.path)} = " if self.path else ""
        return f"{place}: {field}{shown(self.value)}: {self.rule}. {self.mend}."


class InputError(ValueError):
    """Input that cannot be used; `findings` has at least one entry, each one line when printed."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = tuple(findings)


def dotted(path: FieldPath) -> str:
    """('jobs', 'a', 'arguments', 0) -> 'jobs.a.arguments[0]'."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def shown(value: object, longest: int = 80) -> str:
    """The value as it reads in a message: one line, long ones shortened in the middle."""
    text = " ".join(str(value).split()) if isinstance(value, str) else " ".join(repr(value).split())
    text = repr(text) if isinstance(value, str) else text
    return text if len(text) <= longest else f"{text[: longest // 2]}…{text[-longest // 2 :]}"
