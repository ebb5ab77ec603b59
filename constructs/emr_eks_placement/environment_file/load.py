"""Loads an environment file: reads and validates it, and checks every placement, so that no unplaceable job passes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from emr_eks_placement.common.errors import FieldPath, Finding, InputError, RuleError, below
from emr_eks_placement.common.errors import finding as finding_of
from emr_eks_placement.common.model import check_name
from emr_eks_placement.common.yaml_document import YamlDocument, read_yaml
from emr_eks_placement.definition.job_run import CheckedEnvironment, check_job_run, job_placements
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.environment_file.local_files import read_job_files

_KIND_RULES = {
    "missing": ("required", "Add it"),
    "string_type": ("must be text", "Put it in quotes"),
    "int_type": ("must be a whole number", "Write it in digits, without quotes"),
    "float_type": ("must be a number", "Write it in digits, without quotes"),
    "bool_type": ("must be true or false", "Write one of these without quotes"),
    "dict_type": ("must be a mapping", "Write key: value below it"),
    "model_type": ("must be a mapping", "Write key: value below it"),
    "model_attributes_type": ("must be a mapping", "Write key: value below it"),
    "tuple_type": ("must be a list", "Write it as [a, b] or - a"),
}
_SIMPLE = (str, int, float)


def load_environment(path: Path) -> Environment:
    """Returns the environment of a YAML file, whose name it gets. Raises InputError with every finding."""
    return load_checked(path).environment


def load_checked(path: Path) -> CheckedEnvironment:
    """Loads an environment as `load_environment` does, with the plans of its placements, so that they are not planned
    again."""
    environment, document = read_environment(path)
    capacity = capacity_of(environment)
    runs, findings = {}, []
    for run in job_placements(environment):
        try:
            runs[run] = check_job_run(environment, *run, capacity=capacity)
        except RuleError as broken:
            found = finding_in(document, broken)
            if found not in findings:  # an error of the job itself appears in each of its placements
                findings.append(found)
    if findings:
        raise InputError(findings)
    return CheckedEnvironment(environment, runs)


def read_environment(path: Path) -> tuple[Environment, YamlDocument]:
    """Loads an environment as `load_environment` does, including jobs that can't be placed, with the document for line
    numbers."""
    document = read_yaml(path, str(path))
    if not isinstance(document.data, dict):
        broken = RuleError(document.data, "an environment file holds a mapping", "Write region: and so on")
        raise InputError([_finding(document, (), broken)])
    try:
        _check_name(document.data, path)
        _check_tokens(document.data, ())
        data = {**document.data, "name": path.stem, **_jobs(document.data, path.parent)}
        environment = Environment.model_validate(data)
    except RuleError as broken:
        raise InputError([_finding(document, broken.path, broken)]) from None
    except ValidationError as error:
        raise InputError(list(_findings(document, error))) from None
    return environment, document


def _check_name(data: dict[str, Any], path: Path) -> None:
    if "name" in data:
        raise RuleError(
            data["name"], "an environment is named by its file", "Remove it, or rename the file", path=("name",)
        )
    try:
        check_name(path.stem)
    except RuleError as broken:
        raise RuleError(path.name, f"an environment is named by its file: {broken.rule}", "Rename the file") from None


def _check_tokens(data: Any, path: FieldPath) -> None:
    """Raises RuleError for what the CDK would take for a value that only it knows, and fail of."""
    if isinstance(data, str) and ("${Token[" in data or "#{Token[" in data):
        raise RuleError(data, "${Token[ and #{Token[ are the CDK's own words for values", "Write the value", path=path)
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, part in parts:
        _check_tokens(part, (*path, key if isinstance(key, int) and isinstance(data, list) else str(key)))


def _jobs(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    if not isinstance(data.get("jobs"), dict):
        return {}
    jobs, shared = {}, list(_shared_folders(data, folder))
    for name, job in data["jobs"].items():
        with below("jobs", str(name)):
            jobs[name] = read_job_files(job, folder, shared)
    return {"jobs": jobs}


def _shared_folders(data: dict[str, Any], folder: Path) -> Iterator[Path]:
    given = data.get("shared_folders")
    for one in given if isinstance(given, list) else ():
        if isinstance(one, str) and "\0" not in one:
            yield (folder / one).resolve()


def finding_in(document: YamlDocument, broken: RuleError) -> Finding:
    """Returns the finding of a rule that the field at its path breaks."""
    return _finding(document, broken.path, broken)


def _findings(document: YamlDocument, error: ValidationError) -> Iterator[Finding]:
    seen: set[FieldPath] = set()
    for details in error.errors():
        broken = as_rule(details)
        path = (*_in_file(document.data, details["loc"], keep_last=details["type"] == "missing"), *broken.path)
        if path not in seen:  # a value that matches none of several types is reported once
            seen.add(path)
            yield _finding(document, path, broken)


def as_rule(details: ErrorDetails) -> RuleError:
    """Returns a model validator's error as a rule with a fix."""
    cause = details.get("ctx", {}).get("error")
    if isinstance(cause, RuleError):
        return cause
    kind = details["type"]
    if kind in _KIND_RULES:
        value = None if kind == "missing" else details["input"]
        rule, fix = _KIND_RULES[kind]
        if value is None and kind != "missing":
            return RuleError(value, f"{rule}; it has no value", "Give a value, or remove the key")
        if kind == "string_type" and not isinstance(value, _SIMPLE):
            fix = "Write a single value"
        return RuleError(value, rule, fix)
    if kind == "literal_error":
        return RuleError(details["input"], f"must be {details['ctx']['expected']}", "Write one of these")
    if kind == "union_tag_invalid":
        tag = details["ctx"]["discriminator"].strip("'")
        rule = f"must be one of {details['ctx']['expected_tags']}"
        return RuleError(details["input"][tag], rule, "Write one of these", path=(tag,))
    return RuleError(details["input"], details["msg"][:1].lower() + details["msg"][1:], "Correct the value")


def _in_file(data: Any, location: tuple[int | str, ...], *, keep_last: bool) -> FieldPath:
    """Returns the part of a validator's location that is in the file; locations also contain union members and keys."""
    path: list[int | str] = []
    for index, part in enumerate(location):
        if isinstance(data, dict) and part in data:
            path.append(str(part))
            data = data[part]
        elif isinstance(data, list) and isinstance(part, int):
            path.append(part)
            data = data[part]
        elif keep_last and index == len(location) - 1:
            path.append(part)
    return tuple(path)


def _finding(document: YamlDocument, path: FieldPath, broken: RuleError) -> Finding:
    return finding_of(document.file, broken, line=document.line(path), path=path)
