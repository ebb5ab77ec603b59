"""The plans of requests as commands report them."""

from collections.abc import Collection

from emr_eks_placement.common.errors import Finding
from emr_eks_placement.planning import Plan

# A plan, or why there is none.
Outcome = Plan | tuple[Finding, ...]


def without(made: Plan, ignored: Collection[str]) -> Plan:
    """Returns the plan without the problems of these codes."""
    problems = tuple(problem for problem in made.problems if problem.code not in ignored)
    return Plan(made.pods, made.nodes, problems)


def stopping(made: Plan, fail_on: str) -> list[str]:
    """Returns the codes of the problems that count: errors, with warning also warnings."""
    counted = ("error",) if fail_on == "error" else ("error", "warning")
    return list(dict.fromkeys(problem.code for problem in made.problems if problem.severity in counted))
