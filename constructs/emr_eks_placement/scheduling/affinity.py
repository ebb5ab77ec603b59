"""Required node affinity (Kubernetes, NodeSelectorTerm): a node matches one of the terms and all of its expressions."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def required_terms(spec: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The terms of requiredDuringSchedulingIgnoredDuringExecution; none without node affinity."""
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    return tuple(required.get("nodeSelectorTerms") or ())


def matches(terms: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> bool:
    """Whether a node with these labels satisfies the terms; without terms every node does.

    matchFields names single nodes, which no node group promises: a term that has it matches none.
    """
    return not terms or any(_term_matches(term, labels) for term in terms)


def _term_matches(term: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    expressions = term.get("matchExpressions") or []
    return bool(expressions) and not term.get("matchFields") and all(_holds(one, labels) for one in expressions)


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value = labels.get(expression["key"])
    values = list(expression.get("values") or [])
    operators: dict[str, Callable[[], bool]] = {
        "In": lambda: value in values,
        "NotIn": lambda: value not in values,
        "Exists": lambda: value is not None,
        "DoesNotExist": lambda: value is None,
        "Gt": lambda: (
            _number(value) is not None and _number(values[0]) is not None and int(value or 0) > int(values[0])
        ),
        "Lt": lambda: (
            _number(value) is not None and _number(values[0]) is not None and int(value or 0) < int(values[0])
        ),
    }
    operator = operators.get(expression["operator"])
    return operator is not None and operator()


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII) else None
