"""Reports bad input in one line: the field, the value, the rule and the fix."""

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from emr_eks_placement.common.redaction import without_secret, without_secrets

FieldPath = tuple[str | int, ...]


class RuleError(ValueError):
    """A value breaks a rule. Raised where the rule is known; the code that knows the file adds the place.

    value: the wrong value; rule: what is allowed, with its source in brackets; fix: what to write instead; path: the
    field below the checked one, when the rule spans several fields.
    """

    def __init__(self, value: object, rule: str, fix: str, *, path: FieldPath = ()) -> None:
        super().__init__(f"{value!r}: {rule}. {fix}")
        self.value = value
        self.rule = rule
        self.fix = fix
        self.path = path

    def below(self, *prefix: str | int) -> "RuleError":
        """Returns the same error with a path that starts at the field that holds the checked one."""
        return RuleError(self.value, self.rule, self.fix, path=(*prefix, *self.path))


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A broken rule and its place: file, line (1-based, None if unknown) and field."""

    file: str
    line: int | None
    path: FieldPath
    value: object
    rule: str
    fix: str

    def __str__(self) -> str:
        """Formats FILE:LINE: FIELD = VALUE: RULE. FIX. Without field and value if the whole file is wrong."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        field = f"{dotted(self.path)} = " if self.path else ""
        value = "" if not self.path and self.value is None else f"{field}{_without_secret(self.path, self.value)}: "
        fix = self.fix if self.fix.endswith("?") else f"{self.fix}."
        return printable(f"{place}: {value}{self.rule}. {fix}")


class InputError(ValueError):
    """Input that can't be used. `findings` has at least one entry, each of which prints as one line."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = tuple(findings)


def finding(place: str, broken: RuleError, *, line: int | None = None, path: FieldPath | None = None) -> Finding:
    """Returns the finding of a broken rule at a place (a file, an option). path: overrides the rule's own."""
    return Finding(
        file=place,
        line=line,
        path=broken.path if path is None else path,
        value=broken.value,
        rule=broken.rule,
        fix=broken.fix,
    )


def refused(
    place: str, value: object, rule: str, fix: str, *, line: int | None = None, path: FieldPath = ()
) -> InputError:
    """Returns the error, to be raised, of one value at a place (a file, an option) that breaks a rule."""
    return InputError([finding(place, RuleError(value, rule, fix, path=path), line=line)])


@contextmanager
def placed_at(place: str) -> Iterator[None]:
    """Raises a RuleError from the block as InputError with its place: a file, an option."""
    try:
        yield
    except RuleError as broken:
        raise InputError([finding(place, broken)]) from None


class _Below:
    """A context manager without a generator, which is slower: a plan opens several."""

    __slots__ = ("_prefix",)

    def __init__(self, prefix: FieldPath) -> None:
        self._prefix = prefix

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, RuleError):
            raise error.below(*self._prefix) from None


def below(*prefix: str | int) -> AbstractContextManager[None]:
    """Raises a RuleError from the block again, with a path that starts at the field that holds the checked one."""
    return _Below(prefix)


def printable(text: str) -> str:
    """Returns the text for one line of a terminal, with control characters escaped as Python does."""
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in text)


def dotted(path: FieldPath) -> str:
    """Formats a path: ('jobs', 'a', 'arguments', 0) -> 'jobs.a.arguments[0]'."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{_as_key(part)}" if text else _as_key(part)
    return text


def _as_key(part: object) -> str:
    """Returns a key unchanged, or quoted if it could break the line or read as several keys."""
    text = str(part)
    return text if text and all(mark.isprintable() and mark != " " for mark in text) else repr(text)


def shown(value: object, longest: int = 80) -> str:
    """Formats a value for a message: on one line, and shortened in the middle if it is long."""
    if value is None:
        return "(nothing)"
    text = repr(" ".join(value.split())) if isinstance(value, str) else _as_json(value)
    return text if len(text) <= longest else f"{text[: longest // 2]}…{text[-longest // 2 :]}"


def _without_secret(path: FieldPath, value: object) -> str:
    """Returns the value as `shown`, or hides it if its name or its content looks like a secret."""
    name = str(path[-1]) if path else ""
    if isinstance(value, str) and name.startswith("spark."):
        return shown(without_secret(name, value))
    return shown(without_secrets(value) if isinstance(value, str) else value)


def _as_json(value: object) -> str:
    """Formats data as in a YAML file: true, null, {"a": 1}; in Python's syntax if JSON has none for it."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        pass
    try:
        return " ".join(repr(value).split())
    except (ValueError, RecursionError):  # an integer of more digits than Python writes
        return "(a value too long to be shown)"
