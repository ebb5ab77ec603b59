"""Plans of single requests, as commands report them."""

from collections.abc import Collection, Mapping
from typing import Any

from emr_eks_placement.common.errors import Finding, InputError, RuleError, finding
from emr_eks_placement.common.yaml_document import YamlDocument
from emr_eks_placement.emr.placeholders import because_of_placeholder
from emr_eks_placement.planning import Plan, plan
from emr_eks_placement.scheduling.capacity import Capacity

# A plan, or why there is none.
Outcome = Plan | tuple[Finding, ...]


def plan_request(
    shown_as: str,
    request: Mapping[str, Any],
    templates: Mapping[str, YamlDocument],
    capacity: Capacity,
    namespace: str,
) -> Plan:
    """The plan of a request with its pod templates by URI. Raises InputError, at the request or its template, without one."""
    try:
        return plan(request, {uri: one.data for uri, one in templates.items()}, capacity, namespace=namespace)
    except RuleError as broken:
        template = templates.get(str(broken.path[0])) if broken.path else None
        if template is None:
            raise InputError([finding(shown_as, because_of_placeholder(broken, request))]) from None
        path = broken.path[1:]
        raise InputError([finding(template.file, broken, line=template.line(path), path=path)]) from None


def without(made: Plan, ignored: Collection[str]) -> Plan:
    """The plan without the problems of these codes."""
    problems = tuple(problem for problem in made.problems if problem.code not in ignored)
    return Plan(made.pods, made.nodes, problems)


def stopping(made: Plan, fail_on: str) -> list[str]:
    """The codes of the problems that count: errors, with warning also warnings."""
    counted = ("error",) if fail_on == "error" else ("error", "warning")
    return list(dict.fromkeys(problem.code for problem in made.problems if problem.severity in counted))
