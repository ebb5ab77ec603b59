"""Reads the lines of a fleet's file: one JSON object for each job run."""

import codecs
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emr_eks_placement.common.bounded import parse_json
from emr_eks_placement.common.errors import Finding, InputError, RuleError, below, finding, refused
from emr_eks_placement.emr.read_requests import checked, understood
from emr_eks_placement.emr.request_formats import requests_in
from emr_eks_placement.submission.request import check_run_name

MOST_LINES = 10_000
"""Job runs of one fleet; product limit."""
_MOST_LINES_OF_FILE = 10 * MOST_LINES  # with empty ones
_MOST_FINDINGS = 20
_TEXTS = ("job", "placement", "mode", "zone", "run_name")
_OF_A_JOB = ("job", "placement", "mode", "zone")
_EXAMPLE = 'Write for example {"job": "trip-count"}'
_KEYS = (*_TEXTS, "arguments", "conf", "request")


@dataclass(frozen=True, kw_only=True)
class FleetLine:
    """A run to start: of a job of an environment, or of a request.

    number: of the line, 1-based; read_as: how the request was read, and what of it does not count.
    """

    number: int
    job: str | None = None
    placement: str | None = None
    mode: str | None = None
    zone: str | None = None
    run_name: str | None = None
    arguments: tuple[str, ...] = ()
    conf: tuple[str, ...] = ()
    request: Mapping[str, Any] | None = field(default=None, hash=False)
    read_as: str = ""


def read_lines(file: str, content: bytes) -> list[FleetLine]:
    """Returns the lines of a file that are not empty. Raises InputError with the first 20 errors."""
    lines: list[FleetLine] = []
    findings: list[Finding] = []
    if content.count(b"\n") > _MOST_LINES_OF_FILE:
        raise refused(file, None, f"a file has at most {_MOST_LINES_OF_FILE:,} lines (product limit)", "Split the file")
    for number, text in enumerate(content.removeprefix(codecs.BOM_UTF8).split(b"\n"), start=1):
        if not text.strip():
            continue
        try:
            lines.append(_line(number, text))
        except RuleError as broken:
            findings.append(finding(file, broken, line=number))
    findings += _repeated(file, lines)
    if findings:
        raise InputError(at_most(file, sorted(findings, key=lambda one: one.line or 0)))
    if not 1 <= len(lines) <= MOST_LINES:
        rule = f"a fleet has 1 to {MOST_LINES} job runs (product limit)"
        raise refused(file, f"{len(lines)} lines", rule, "Split the file")
    return lines


def at_most(file: str, findings: Sequence[Finding]) -> list[Finding]:
    """Returns the first 20 errors, and how many more there are."""
    more = len(findings) - _MOST_FINDINGS
    if more <= 0:
        return list(findings)
    rest = finding(file, RuleError(None, f"{more} more lines are wrong", "Fix these first"))
    return [*findings[:_MOST_FINDINGS], rest]


def _line(number: int, content: bytes) -> FleetLine:
    data = _object(content)
    given = {key: value for key, value in data.items() if value is not None}
    for key in given:
        if key not in _KEYS:
            rule = f"unknown key; known here are {', '.join(_KEYS)}"
            raise RuleError(data[key], rule, "Correct or remove it", path=(str(key),))
    _check_kind(given)
    texts = {key: _text(given, key) for key in _TEXTS if key in given}
    if "run_name" in texts:
        try:
            check_run_name(texts["run_name"])
        except RuleError as broken:
            raise RuleError(broken.value, broken.rule, broken.fix, path=("run_name",)) from None
    request, read_as = _request(given)
    return FleetLine(
        number=number, **texts, arguments=_arguments(given), conf=_conf(given), request=request, read_as=read_as
    )


def _object(content: bytes) -> dict[str, Any]:
    try:
        data = parse_json(content.decode())
    except UnicodeDecodeError:
        raise RuleError(None, "must be UTF-8 text", "Save it as UTF-8") from None
    except json.JSONDecodeError as error:
        rule = f"must be a JSON object: {error.msg}, column {error.colno}"
        raise RuleError(content.decode(), rule, _EXAMPLE) from None
    except (ValueError, RecursionError):  # a number with too many digits, too many levels
        raise RuleError(content.decode(), "must be a JSON object", _EXAMPLE) from None
    if not isinstance(data, dict):
        raise RuleError(data, "must be a JSON object", _EXAMPLE)
    return data


def _check_kind(given: Mapping[str, Any]) -> None:
    if ("job" in given) == ("request" in given):
        raise RuleError(None, "names a job of the environment or has a request", "Give one of them", path=("job",))
    for key in _OF_A_JOB:
        if "request" in given and key in given:
            raise RuleError(given[key], "a request contains its placement", "Remove it", path=(key,))
    if "placement" in given and "mode" in given:
        raise RuleError(given["mode"], "a placement has its mode", "Remove one of them", path=("mode",))


def _text(given: Mapping[str, Any], key: str) -> str:
    value = given[key]
    if not isinstance(value, str) or not value:
        raise RuleError(value, "must be text", "Write text in quotes", path=(key,))
    return value


def _arguments(given: Mapping[str, Any]) -> tuple[str, ...]:
    value = given.get("arguments", [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise RuleError(
            value, "must be a list of texts", 'Write for example ["--date", "2026-11-24"]', path=("arguments",)
        )
    return tuple(value)


def _conf(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the properties as key=value."""
    value = given.get("conf", {})
    if not isinstance(value, dict) or not all(isinstance(one, str) and key for key, one in value.items()):
        fix = 'Write for example {"spark.executor.instances": "4"}'
        raise RuleError(value, "must be a mapping of Spark properties, all texts", fix, path=("conf",))
    return tuple(f"{key}={one}" for key, one in value.items())


def _request(given: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, str]:
    """Returns the request, in any form, and how it was read."""
    if "request" not in given:
        return None, ""
    with below("request"):
        found, *others = requests_in(given["request"])
        request = checked(found)
    if others:
        rule = f"has {len(others) + 1} requests, and a line starts one"
        raise RuleError(None, rule, "Write a line for each", path=("request",))
    return request, understood(found, request)


def _repeated(file: str, lines: Iterable[FleetLine]) -> list[Finding]:
    first: dict[str, int] = {}
    found = []
    for line in lines:
        if line.run_name is not None and first.setdefault(line.run_name, line.number) != line.number:
            rule = f"line {first[line.run_name]} has this run name already, and a name starts one run"
            broken = RuleError(line.run_name, rule, "Choose another name, or leave it out", path=("run_name",))
            found.append(finding(file, broken, line=line.number))
    return found
