"""Required node affinity (Kubernetes, NodeSelectorTerm): a node matches one of the terms and all of its expressions.

If a node has a label with a value that is not known yet, such as its host name, it may be open whether the node
matches. The answer is then None.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

_NO_KEYS: frozenset[str] = frozenset()
# What kube-scheduler compares as numbers (strconv.ParseInt of 64 bits, k8s.io/apimachinery/pkg/labels).
_LEAST, _MOST = -(2**63), 2**63 - 1


def required_terms(spec: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Returns the terms of requiredDuringSchedulingIgnoredDuringExecution; none without node affinity."""
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    return tuple(required.get("nodeSelectorTerms") or ())


def matches(terms: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> bool:
    """Returns whether a node with these labels and its own name certainly matches the terms; without terms every node
    does."""
    return verdict(terms, labels) is True


def verdict(
    terms: Sequence[Mapping[str, Any]], labels: Mapping[str, str], unknown: frozenset[str] = _NO_KEYS
) -> bool | None:
    """Returns whether a node matches the terms; None if that depends on its name or on a label with an unknown value.

    unknown: the keys of such labels, which are not among the labels.
    """
    return not terms or _any(_term_verdict(term, labels, unknown) for term in terms)


def keys_of(terms: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Returns the keys of labels and fields that the terms name."""
    return tuple(
        one["key"] for term in terms for part in ("matchExpressions", "matchFields") for one in term.get(part) or ()
    )


def _term_verdict(term: Mapping[str, Any], labels: Mapping[str, str], unknown: frozenset[str]) -> bool | None:
    expressions, fields = term.get("matchExpressions") or [], term.get("matchFields") or []
    if not expressions and not fields:
        return False
    found = [_verdict_of(one, labels, unknown) for one in expressions]
    # metadata.name is the only field, and a node has no name before it exists.
    return _all([*found, *(None for _ in fields)])


def _verdict_of(expression: Mapping[str, Any], labels: Mapping[str, str], unknown: frozenset[str]) -> bool | None:
    operator = expression["operator"]
    if expression["key"] not in unknown or operator not in _OPERATORS:
        return _holds(expression, labels)
    return operator == "Exists" if operator in ("Exists", "DoesNotExist") else None


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    operator = _OPERATORS.get(expression["operator"])
    return operator is not None and operator(labels.get(expression["key"]), list(expression.get("values") or []))


def _compares(holds: Callable[[int, int], bool]) -> Callable[[str | None, list[str]], bool]:
    def compare(value: str | None, values: list[str]) -> bool:
        one, other = _number(value), _number(values[0] if len(values) == 1 else None)
        return one is not None and other is not None and holds(one, other)

    return compare


_OPERATORS: dict[str, Callable[[str | None, list[str]], bool]] = {
    "In": lambda value, values: value in values,
    "NotIn": lambda value, values: value not in values,
    "Exists": lambda value, _: value is not None,
    "DoesNotExist": lambda value, _: value is None,
    "Gt": _compares(lambda one, other: one > other),
    "Lt": _compares(lambda one, other: one < other),
}


def _number(text: str | None) -> int | None:
    digits = re.fullmatch(r"([+-]?)0*([0-9]{1,19})", text or "", re.ASCII)
    if digits is None:
        return None
    number = int(digits[1] + digits[2])
    return number if _LEAST <= number <= _MOST else None


def _any(verdicts: Iterable[bool | None]) -> bool | None:
    found = set(verdicts)
    return True if True in found else None if None in found else False


def _all(verdicts: Iterable[bool | None]) -> bool | None:
    found = set(verdicts)
    return False if False in found else None if None in found else True
