"""Converts grants to statements of IAM policies, in as many policies as needed."""

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.deployment import Condition, Grant

_LONGEST_POLICY = 6144  # characters but white space; IAM quotas, managed policy document
_MOST_POLICIES = 10  # IAM quotas, default of managed policies attached to a role
_HOLE = re.compile(r"\{([\w.]+)\}")

Statement = dict[str, Any]
Policy = dict[str, Any]


class _Scope(NamedTuple):
    """The resources and conditions that limit actions."""

    resources: tuple[str, ...]
    condition: Condition | None

    def covers(self, other: "_Scope") -> bool:
        """Returns whether this scope allows everything that the other allows."""
        mine, others = self.condition, other.condition
        narrower = others is not None and mine is not None and mine[:2] == others[:2] and {*others[2]} <= {*mine[2]}
        return (mine is None or narrower) and all(_covered(one, self.resources) for one in other.resources)


class Statements:
    """Collects grants and writes them in the fewest equivalent statements."""

    def __init__(self) -> None:
        self._filled: dict[Grant, tuple[dict[str, None], dict[str, None]]] = {}

    def add(self, grant: Grant, names: Callable[[str], list[str]]) -> None:
        """Adds a grant for one resource. names: the values of each hole; a hole without values drops the grant."""
        resources, values = self._filled.setdefault(grant, ({}, {}))
        resources.update(dict.fromkeys(text for one in grant.resources for text in _fill(one, names)))
        if grant.condition:
            values.update(dict.fromkeys(text for one in grant.condition.values for text in _fill(one, names)))

    def write(self) -> list[Statement]:
        """Returns the statements in a stable order, none of which is covered by another."""
        actions: dict[_Scope, set[str]] = {}
        for grant, (resources, values) in self._filled.items():
            if bool(resources) == bool(grant.resources) and bool(values) == bool(grant.condition):
                scope = _Scope(
                    _fewest(resources or ["*"]), grant.condition and grant.condition._replace(values=_fewest(values))
                )
                actions.setdefault(scope, set()).update(grant.actions)
        for narrow, wide in itertools.permutations(actions, 2):
            if wide.covers(narrow):
                actions[narrow] -= actions[wide]
        return [
            _statement(names, scope)
            for names, scope in sorted((sorted(names), scope) for scope, names in actions.items() if names)
        ]


def policies(statements: Iterable[Statement]) -> list[Policy]:
    """Returns the statements in policies of at most IAM's size, each filled before the next.

    Raises RuleError if a role can't have so many.
    """
    made: list[Policy] = []
    for statement in statements:
        if made and size(_policy([*made[-1]["Statement"], statement])) <= _LONGEST_POLICY:
            made[-1]["Statement"].append(statement)
        else:
            made.append(_policy([statement]))
    if len(made) > _MOST_POLICIES:
        raise RuleError(
            f"{len(made)} policies",
            f"a role has at most {_MOST_POLICIES} managed policies of {_LONGEST_POLICY} characters (IAM quotas)",
            "Deploy fewer stacks together, each group of them with its own role",
        )
    return made


def size(policy: Policy) -> int:
    """Returns the number of characters that IAM counts, without white space."""
    return len(re.sub(r"\s", "", json.dumps(policy)))


def _policy(statements: list[Statement]) -> Policy:
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(actions: list[str], scope: _Scope) -> Statement:
    statement: Statement = {"Effect": "Allow", "Action": actions, "Resource": list(scope.resources)}
    if scope.condition:
        operator, key, values = scope.condition
        statement["Condition"] = {operator: {key: list(values)}}
    return statement


def _fewest(patterns: Iterable[str]) -> tuple[str, ...]:
    """Returns the patterns without those that another pattern covers."""
    kept = dict.fromkeys(patterns)
    return tuple(sorted(one for one in kept if not _covered(one, [other for other in kept if other != one])))


def _covered(pattern: str, by: Iterable[str]) -> bool:
    """Returns whether another pattern matches everything that this one matches. Valid for patterns with * only."""
    return any(fnmatchcase(pattern, other) for other in by)


def _fill(pattern: str, names: Callable[[str], list[str]]) -> Iterator[str]:
    """Yields the pattern with each of the names for its holes."""
    holes = list(dict.fromkeys(_HOLE.findall(pattern)))
    for chosen in itertools.product(*(names(hole) for hole in holes)):
        text = pattern
        for hole, name in zip(holes, chosen, strict=True):
            text = text.replace(f"{{{hole}}}", name)
        yield text
