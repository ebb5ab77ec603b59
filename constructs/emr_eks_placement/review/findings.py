"""What is wrong with the side after, each at its line of the environment file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from emr_eks_placement.common.errors import FieldPath, RuleError, dotted, shown
from emr_eks_placement.common.yaml_document import YamlDocument
from emr_eks_placement.planning import Plan, Problem
from emr_eks_placement.review.review import Review

Level = Literal["error", "warning", "note"]

OTHER_RULES: Mapping[str, str] = MappingProxyType(
    {
        "CHANGE_REFUSED": "What is deployed can't be changed to this",
        "CHANGE_INTERRUPTS": "The deployment ends pods that run",
        "NOT_PLANNED": "The job can't be placed as in the file",
        "RESOURCE_ENDS": "A resource is replaced or removed that holds data, or that pods run on",
    }
)
"""The rules of findings that are no problem of a plan, by name."""


@dataclass(frozen=True)
class PlacedFinding:
    """A finding with its place. rule: the code of a problem, or one of OTHER_RULES. is_new: not so before the change."""

    rule: str
    level: Level
    message: str
    file: str
    line: int | None
    is_new: bool


def placed_findings(one: Review, document: YamlDocument | None) -> list[PlacedFinding]:
    """Returns every finding: what the deployment would do first, then what can't be planned, then the problems of each
    run.

    document: of the environment file of the side after; None of a cloud assembly.
    """
    file = document.file if document else one.after.label
    return [
        *_of_deployment(one, file, document),
        *_not_planned(one, file),
        *(
            PlacedFinding(
                problem.code, problem.severity, _message(label, problem), file, _line(label, document), is_new
            )
            for label, problem, is_new in _problems(one)
        ),
    ]


def _of_deployment(one: Review, file: str, document: YamlDocument | None) -> Iterator[PlacedFinding]:
    rules: tuple[tuple[str, Level, tuple[RuleError, ...]], ...] = (
        ("CHANGE_REFUSED", "error", one.refusals),
        ("CHANGE_INTERRUPTS", "warning", one.interruptions),
    )
    for rule, level, errors in rules:
        for error in errors:
            line = document.line(error.path) if document else None
            yield PlacedFinding(rule, level, _words(error), file, line, is_new=True)
    for change in one.resources or ():
        if change.ends_something:
            message = f"{change.kind} {change.name} is {change.effect}: {change.holds} may go with it"
            yield PlacedFinding("RESOURCE_ENDS", "warning", message, file, None, is_new=True)


def _words(error: RuleError) -> str:
    return f"{dotted(error.path)} = {shown(error.value)}: {error.rule}. {error.fix}"


def _not_planned(one: Review, file: str) -> Iterator[PlacedFinding]:
    before = one.before.not_planned if one.before else {}
    for label, errors in one.after.not_planned.items():
        known = {(error.path, error.rule) for error in before.get(label, ())}
        for error in errors:
            is_new = (error.path, error.rule) not in known
            yield PlacedFinding("NOT_PLANNED", "error", f"{label}: {error}", file, error.line, is_new)


def _problems(one: Review) -> Iterator[tuple[str, Problem, bool]]:
    before: Mapping[str, Plan] = one.before.plans if one.before else {}
    for label, plan in one.after.plans.items():
        old = before[label].problems if label in before else ()
        yield from ((label, problem, problem not in old) for problem in plan.problems)


def _message(label: str, problem: Problem) -> str:
    return f"{label}: {problem.role}: {problem.what}. {problem.fix}"


def _line(label: str, document: YamlDocument | None) -> int | None:
    job, _, placement = label.partition("/")
    path: FieldPath = ("jobs", job, "placements", placement)
    return document.line(path) if document else None
