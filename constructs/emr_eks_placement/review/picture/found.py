"""Problems as a page shows them: the same one of several runs once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emr_eks_placement.planning import Problem
from emr_eks_placement.planning.codes import CODES, SEVERITIES
from emr_eks_placement.review.review import Review

_SEVERITIES: tuple[str, ...] = tuple(SEVERITIES)


@dataclass(frozen=True)
class Found:
    """A problem in words."""

    severity: str
    code: str
    role: str
    what: str
    fix: str


@dataclass(frozen=True)
class FoundIn:
    """A problem and its runs, by JOB/PLACEMENT."""

    found: Found
    runs: tuple[str, ...]


@dataclass(frozen=True)
class OfCode:
    """The problems of one code."""

    code: str
    severity: str
    meaning: str
    each: tuple[FoundIn, ...]

    @property
    def number(self) -> int:
        """Of the runs that have it."""
        return len({run for one in self.each for run in one.runs})


@dataclass(frozen=True)
class Problems:
    """Errors and warnings, then notes."""

    serious: tuple[OfCode, ...]
    notes: tuple[OfCode, ...]


def found_of(problem: Problem) -> Found:
    """The problem in words."""
    return Found(problem.severity, problem.code, problem.role, problem.what, problem.fix)


def together(problems: Iterable[tuple[str, Problem]]) -> Problems:
    """The problems of runs, each once: errors first, then the codes of most runs."""
    runs: dict[str, dict[Found, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for label, problem in problems:
        runs[problem.code][found_of(problem)][label] = None
    every = sorted((_of_code(code, found) for code, found in runs.items()), key=_rank)
    notes = tuple(one for one in every if one.severity == "note")
    return Problems(tuple(one for one in every if one not in notes), notes)


def staying(review: Review) -> Problems:
    """The problems that are there before and after."""
    come = set(review.come)
    every = ((label, one) for label, plan in review.after.plans.items() for one in plan.problems)
    return together(one for one in every if one not in come)


def _of_code(code: str, found: Mapping[Found, Mapping[str, None]]) -> OfCode:
    each = sorted((FoundIn(one, tuple(labels)) for one, labels in found.items()), key=lambda one: -len(one.runs))
    return OfCode(code, CODES[code].severity, CODES[code].meaning, tuple(each))


def _rank(one: OfCode) -> tuple[object, ...]:
    return _SEVERITIES.index(one.severity), -one.number, one.code
