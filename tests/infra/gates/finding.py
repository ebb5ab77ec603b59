"""Findings, and the explanations of those that stay."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True, order=True)
class Finding:
    """What a gate found.

    at: the construct path, without the environment's name. of: what the rule names beside the construct, such as the
    wildcard of an IAM policy; empty where it names nothing.
    """

    gate: str
    rule: str
    at: str
    of: str = ""
    text: str = ""

    def __str__(self) -> str:
        of = f"[{self.of}]" if self.of else ""
        return f"{self.gate}: {self.rule}{of} at {self.at}: {self.text}"


@dataclass(frozen=True)
class Explanation:
    """Why findings of one rule stay. at, of: regular expressions for the whole of a finding's."""

    gate: str
    rule: str
    at: str
    reason: str
    of: str = ""

    def explains(self, finding: Finding) -> bool:
        return (
            (self.gate, self.rule) == (finding.gate, finding.rule)
            and re.fullmatch(self.at, finding.at) is not None
            and re.fullmatch(self.of, finding.of) is not None
        )


def read_explanations(text: str) -> Iterator[Explanation]:
    """Of YAML: gate -> list of {rule, at: [construct paths], of, reason}, an explanation for each path."""
    for gate, entries in yaml.safe_load(text).items():
        for entry in entries:
            for at in entry.pop("at"):
                yield Explanation(gate=gate, at=at, **entry)


EXPLANATIONS = tuple(read_explanations(Path(__file__).with_name("explained.yaml").read_text()))


def unexplained(findings: Iterable[Finding], explanations: Iterable[Explanation] = EXPLANATIONS) -> list[Finding]:
    explanations = tuple(explanations)
    return sorted({found for found in findings if not any(one.explains(found) for one in explanations)})


def unneeded(explanations: Iterable[Explanation], findings: Iterable[Finding]) -> list[Explanation]:
    findings = set(findings)
    return [one for one in explanations if not any(one.explains(found) for found in findings)]
