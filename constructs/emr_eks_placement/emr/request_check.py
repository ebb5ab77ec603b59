"""Checks the body of StartJobRun as the service does, before it is planned.

Source: botocore's service model of emr-containers (2020-10-01), StartJobRunRequest.
"""

import difflib
from collections.abc import Iterable, Mapping, Sized
from typing import Any

from emr_eks_placement.common.errors import FieldPath, RuleError
from emr_eks_placement.common.nesting import deeper_than
from emr_eks_placement.emr.placeholders import fits, placeholders_in
from emr_eks_placement.emr.request_model import REQUEST, SHAPES, Many, Pairs, Record, Text, Whole

# Required without a job template.
_FROM_TEMPLATE = ("releaseLabel", "jobDriver")
# More levels than a configuration needs, fewer than Python's recursion limit.
_MOST_LEVELS = 100

_NO_PLACEHOLDERS = ("TemplateParameterName",)  # NAME, a frequent mistake for ${NAME}
_AS_MAPPING = "Put it in { }, as key and value"


def check_request(request: Any) -> Mapping[str, Any]:
    """Returns a copy of the request without null values. Raises RuleError, with the path in it, for the first error.

    request: data with the API's member names. It may lack virtualClusterId, executionRoleArn and clientToken, and with
    a jobTemplateId also releaseLabel and jobDriver. Placeholders such as <execution-role-arn> and ${ACCOUNT} may
    replace any text or part of it.
    """
    _check_levels(request)
    checked: Mapping[str, Any] = _checked(REQUEST, request, ())
    return checked if "jobTemplateId" in checked else check_complete(checked)


def check_complete(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the request as `check_request` does. Raises RuleError if its releaseLabel or jobDriver is missing."""
    for name in _FROM_TEMPLATE:
        if name in request:
            continue
        if "jobTemplateId" not in request:
            raise _broken(None, "required", "Add it", REQUEST, (name,))
        rule = f"a job template has the {name}, which decides placement"
        fix = "Name the file of its describe-job-template answer too, or plan with --cluster, which reads the job template"
        raise _broken(request["jobTemplateId"], rule, fix, REQUEST, ("jobTemplateId",))
    return request


def _check_levels(request: Any) -> None:
    if deeper_than(request, _MOST_LEVELS):
        raise RuleError("…", f"a request is nested at most {_MOST_LEVELS} levels deep here", "Nest configurations less")


def _checked(name: str, value: Any, path: FieldPath) -> Any:
    """Returns the value without null values. Raises RuleError, with the path, for a value that the shape of that name
    forbids."""
    match SHAPES[name]:
        case Text() as text:
            return _text(name, text, value, path)
        case Whole() as whole:
            return _whole(name, whole, value, path)
        case Many() as many:
            return _many(name, many, value, path)
        case Pairs() as pairs:
            return _pairs(name, pairs, value, path)
        case Record() as record:
            return _record(name, record, value, path)


def _text(name: str, text: Text, value: Any, path: FieldPath) -> str:
    if not isinstance(value, str):
        fix = "Put it in quotes" if isinstance(value, int | float) else "Write text in quotes"
        raise _broken(value, "must be text", fix, name, path)
    if text.options and value not in text.options and placeholders_in(value) != [value]:
        fix = _guess(value.upper(), text.options, "Write one of these")
        raise _broken(value, f"must be one of {', '.join(text.options)}", fix, name, path)
    open_ended = text.pattern is not None and name not in _NO_PLACEHOLDERS and fits(text.pattern, value)
    too_short = not open_ended and len(value) < text.least
    if too_short or (text.most is not None and len(value) > text.most):
        rule = f"has {text.least} to {text.most} characters, this has {len(value)}"
        fix = "Shorten it" if not too_short else "Write more" if value else "Fill it in, or leave it out"
        raise _broken(value, rule, fix, name, path)
    if text.pattern and not open_ended and not text.pattern.matches(value):
        raise _broken(value, text.pattern.words, text.pattern.fix, name, path)
    return value


def _whole(name: str, whole: Whole, value: Any, path: FieldPath) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _broken(value, "must be a whole number", "Write for example 3, without quotes", name, path)
    too_low = whole.least is not None and value < whole.least
    if too_low or (whole.most is not None and value > whole.most):
        rule = f"must be from {whole.least} to {whole.most}"
        raise _broken(value, rule, "Raise it" if too_low else "Lower it", name, path)
    return value


def _many(name: str, many: Many, value: Any, path: FieldPath) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise _broken(value, "must be a list", "Put it in [ ]", name, path)
    _check_count(name, many.most, value, path)
    return [_checked(many.member, part, (*path, index)) for index, part in enumerate(value)]


def _pairs(name: str, pairs: Pairs, value: Any, path: FieldPath) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _broken(value, "must be a mapping", _AS_MAPPING, name, path)
    _check_count(name, pairs.most, value, path)
    return {
        _checked(pairs.key, key, (*path, str(key))): _checked(pairs.value, part, (*path, str(key)))
        for key, part in value.items()
    }


def _record(name: str, record: Record, value: Any, path: FieldPath) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _broken(value, "must be a mapping", _AS_MAPPING, name, path)
    for key in value:
        if key not in record.members:
            rule = f"unknown key; known here are {', '.join(record.members)}"
            fix = _guess(str(key), record.members, "Remove it")
            raise _broken(value[key], rule, fix, name, (*path, str(key)))
    given = {key: part for key, part in value.items() if part is not None}
    for key in record.required:
        if key not in given:
            raise _broken(None, "required", "Add it", name, (*path, key))
    _check_one_of(name, record.one_of, given, path)
    return {key: _checked(record.members[key], part, (*path, key)) for key, part in given.items()}


def _check_one_of(name: str, choices: tuple[str, ...], given: Mapping[str, Any], path: FieldPath) -> None:
    chosen = [key for key in choices if key in given]
    if choices and len(chosen) != 1:
        fix = "Keep one of them" if chosen else "Give one of them"
        raise _broken(chosen or None, f"must have one of {' and '.join(choices)}", fix, name, path)


def _check_count(name: str, most: int | None, value: Sized, path: FieldPath) -> None:
    if most is not None and len(value) > most:
        rule = f"holds at most {most} entries"
        raise _broken(f"{len(value)} entries", rule, f"Drop some until {most} are left", name, path)


def _guess(given: str, known: Iterable[str], otherwise: str) -> str:
    close = difflib.get_close_matches(given, list(known), 1)
    return f"Did you mean {close[0]}?" if close else otherwise


def _broken(value: object, rule: str, fix: str, name: str, path: FieldPath) -> RuleError:
    """Returns the error of a value that breaks a rule of the shape of that name."""
    source = f"emr-containers {REQUEST}" if name == REQUEST else f"emr-containers {REQUEST}, {name}"
    return RuleError(value, f"{rule} ({source})", fix, path=path)
