"""Grants -> statements of IAM policies, and as many policies as these need."""

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.deployment import Condition, Grant

_LONGEST_POLICY = 6144  # characters but white space; IAM quotas, managed policy document
_MOST_POLICIES = 10  # IAM quotas, managed policies attached to a role unless raised
_HOLE = re.compile(r"\{([\w.]+)\}")

Statement = dict[str, Any]
Policy = dict[str, Any]


class _Scope(NamedTuple):
    """What actions are limited to."""

    resources: tuple[str, ...]
    condition: Condition | None

    def covers(self, other: "_Scope") -> bool:
        """Whether whatever the other allows is allowed by this one."""
        mine, others = self.condition, other.condition
        narrower = others is not None and mine is not None and mine[:2] == others[:2] and {*others[2]} <= {*mine[2]}
        return (mine is None or narrower) and all(_covered(one, self.resources) for one in other.resources)


class Statements:
    """Collects what grants allow, and writes it with as few statements as say the same."""

    def __init__(self) -> None:
        self._filled: dict[Grant, tuple[dict[str, None], dict[str, None]]] = {}

    def add(self, grant: Grant, names: Callable[[str], list[str]]) -> None:
        """Adds a grant for one resource; names: what a hole stands for, nothing: the grant allows nothing."""
        resources, values = self._filled.setdefault(grant, ({}, {}))
        resources.update(dict.fromkeys(text for one in grant.resources for text in _fill(one, names)))
        if grant.condition:
            values.update(dict.fromkeys(text for one in grant.condition.values for text in _fill(one, names)))

    def write(self) -> list[Statement]:
        """The statements, none of which allows what another one does, in an order of their own."""
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
    """The statements in policies of at most IAM's size, each filled before the next. RuleError for more than a role takes."""
    made: list[Policy] = []
    for statement in statements:
        if made and size(_policy([*made[-1]["Statement"], statement])) <= _LONGEST_POLICY:
            made[-1]["Statement"].append(statement)
        else:
            made.append(_policy([statement]))
    if len(made) > _MOST_POLICIES:
        raise RuleError(
            f"{len(made)} policies",
            f"a role takes {_MOST_POLICIES} managed policies of {_LONGEST_POLICY} characters (IAM quotas)",
            "Deploy fewer stacks together, each group of them with a role of its own",
        )
    return made


def size(policy: Policy) -> int:
    """The characters that IAM counts: white space is free."""
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
    """The patterns but those that match only what another one matches."""
    kept = dict.fromkeys(patterns)
    return tuple(sorted(one for one in kept if not _covered(one, [other for other in kept if other != one])))


def _covered(pattern: str, by: Iterable[str]) -> bool:
    """Whether another pattern matches all that the pattern does. Holds for patterns with * alone."""
    return any(fnmatchcase(pattern, other) for other in by)


def _fill(pattern: str, names: Callable[[str], list[str]]) -> Iterator[str]:
    """The pattern with each of the names that its holes stand for."""
    holes = list(dict.fromkeys(_HOLE.findall(pattern)))
    for chosen in itertools.product(*(names(hole) for hole in holes)):
        text = pattern
        for hole, name in zip(holes, chosen, strict=True):
            text = text.replace(f"{{{hole}}}", name)
        yield text
