"""Findings at their lines of the environment file: SARIF 2.1.0, and annotations of GitHub's workflows."""

import json
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from emr_eks_placement.planning.codes import CODES
from emr_eks_placement.review.findings import OTHER_RULES, Level, PlacedFinding

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# Of a workflow command (GitHub, workflow commands).
_COMMANDS: dict[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}


def as_annotations(findings: Iterable[PlacedFinding]) -> str:
    """Returns a workflow command for each new finding, which GitHub shows at its line."""
    return "".join(f"{_annotation(one)}\n" for one in findings if one.is_new)


def _annotation(one: PlacedFinding) -> str:
    place = {"file": one.file, "line": None if one.line is None else str(one.line), "title": one.rule}
    properties = ",".join(f"{name}={_property(value)}" for name, value in place.items() if value is not None)
    return f"::{_COMMANDS[one.level]} {properties}::{_data(one.message)}"


def _data(text: str) -> str:
    """As actions/toolkit escapes the message of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(findings: Iterable[PlacedFinding], label: str) -> str:
    """Returns every finding of the side after, with baselineState, so that code scanning tells new ones from those that
    were there.

    label: of that side. It is the category of the findings, of which code scanning takes one file each.
    """
    results = list(findings)
    rules = list(dict.fromkeys(one.rule for one in results))
    document = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "emr-placement",
                        "version": version("emr-eks-placement"),
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                "automationDetails": {"id": f"emr-placement/{label}/"},
                "columnKind": "unicodeCodePoints",
                "results": [_result(one, rules.index(one.rule)) for one in results],
            }
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _rule(rule: str) -> dict[str, Any]:
    code = CODES.get(rule)
    if code is None:
        return {"id": rule, "shortDescription": {"text": OTHER_RULES[rule]}}
    return {
        "id": rule,
        "shortDescription": {"text": code.meaning},
        "help": {"text": code.fix},
        "defaultConfiguration": {"level": code.severity},
    }


def _result(one: PlacedFinding, index: int) -> dict[str, Any]:
    region = {} if one.line is None else {"region": {"startLine": one.line}}
    place = {"artifactLocation": {"uri": quote(Path(one.file).as_posix())}, **region}
    return {
        "ruleId": one.rule,
        "ruleIndex": index,
        "level": one.level,
        "message": {"text": one.message},
        "locations": [{"physicalLocation": place}],
        "baselineState": "new" if one.is_new else "unchanged",
    }
