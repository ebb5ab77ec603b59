"""Bad input as a table: a change of the valid file, and the finding it must give.

The line that the finding must name is the one that holds the mark.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from emr_eks_placement.common.errors import Finding, InputError, dotted, shown
from emr_eks_placement.environment_file import load_environment
from tests.unit.environments import TEXT

MARK = "# <-"


@dataclass(frozen=True, kw_only=True)
class Bad:
    """`old` (once in the valid file) replaced by `new` gives a finding of `field`, `value`, `rule` and `fix` (parts).

    also: more such replacements; findings: how many there are, of which the first is this one.
    """

    old: str
    new: str
    field: str
    value: object
    rule: str
    fix: str
    also: tuple[tuple[str, str], ...] = ()
    findings: int = 1

    def text(self) -> str:
        text = TEXT
        for old, new in ((self.old, self.new), *self.also):
            assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in the valid file"
            text = text.replace(old, new)
        return text


def findings_of(text: str | bytes, folder: Path) -> tuple[Finding, ...]:
    """What loading the text as an environment file reports; a failure for anything but InputError."""
    file = folder / "test.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        load_environment(file)
    return caught.value.findings


def check_reads_well(finding: Finding) -> None:
    """One printable line: FILE:LINE: FIELD = VALUE: RULE. FIX."""
    line = str(finding)
    assert line.isprintable(), "one line"
    assert line.startswith(f"{finding.file}:"), "begins with the file"
    assert finding.rule, "has the rule"
    assert not finding.rule.endswith("."), "the message closes the rule with a full stop itself"
    assert finding.fix[0].isupper(), "the fix is a sentence"
    assert not finding.fix.endswith("."), "the message closes the fix with a full stop itself"
    for foreign in ("None", "True", "False", "dict", "NoneType", "validation", "pydantic", "object at 0x"):
        assert foreign not in f"{line.replace(finding.file, '')} ".split(), f"plain English, not {foreign}"


def check(case: Bad, folder: Path) -> None:
    """The case gives its finding, first of its number of findings."""
    text = case.text()
    findings = findings_of(text, folder)
    for each in findings:
        check_reads_well(each)
    assert len(findings) == case.findings
    finding = findings[0]
    marked = [number for number, line in enumerate(text.splitlines(), start=1) if line.endswith(MARK)]
    assert (dotted(finding.path), shown(finding.value)) == (case.field, shown(case.value))
    assert [finding.line] == marked
    assert case.rule in finding.rule
    assert case.fix in finding.fix
