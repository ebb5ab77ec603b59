"""Evaluates whether a role's trust policy trusts a principal, as IAM does."""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.common.wildcards import matches

_ARN_PARTS = 5
Policy = Mapping[str, Any]


def is_trusted(policy: Policy, action: str, principal: tuple[str, str], context: Mapping[str, str]) -> bool | None:
    """Returns whether the policy lets the principal assume the role; None if the policy uses conditions that are not
    supported here.

    principal: kind and value, such as ("Service", "eks-fargate-pods.amazonaws.com"); context: the condition keys of the
    call. Source: IAM guide, policy evaluation, condition operators. Supported are StringEquals, StringLike, ArnEquals
    and ArnLike, also with IfExists and ForAnyValue.
    """
    verdicts = [
        (statement.get("Effect"), _applies(statement, action, principal, context))
        for statement in _listed(policy.get("Statement"))
    ]
    denied = [applies for effect, applies in verdicts if effect == "Deny"]
    allowed = [applies for effect, applies in verdicts if effect == "Allow"]
    if True in denied:
        return False
    if None in denied:
        return None
    if True in allowed:
        return True
    return None if None in allowed else False


def _applies(statement: Policy, action: str, principal: tuple[str, str], context: Mapping[str, str]) -> bool | None:
    """Returns whether a statement applies to the call."""
    if "NotPrincipal" in statement or "NotAction" in statement:
        return None
    if not any(matches(one.lower(), action.lower()) for one in _listed(statement.get("Action"))):
        return False
    kind, value = principal
    named = statement.get("Principal", {})
    values = [named] if isinstance(named, str) else _listed(named.get(kind))
    if not any(one in ("*", value) for one in values):
        return False
    conditions = [
        _holds(operator, key, wanted, context)
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    ]
    if False in conditions:
        return False
    return None if None in conditions else True


def _holds(operator: str, key: str, wanted: Any, context: Mapping[str, str]) -> bool | None:
    base = operator.removeprefix("ForAnyValue:").removesuffix("IfExists")
    tests = {
        "StringEquals": lambda pattern, value: pattern == value,
        "StringLike": matches,
        "ArnEquals": _is_arn_like,
        "ArnLike": _is_arn_like,
    }
    if base not in tests:
        return None
    by_key = {name.lower(): value for name, value in context.items()}  # condition keys are case-insensitive (IAM guide)
    value = by_key.get(key.lower())
    if value is None:
        return operator.endswith("IfExists")
    return any(tests[base](str(pattern), value) for pattern in _listed(wanted))


def _is_arn_like(pattern: str, value: str) -> bool:
    """Returns whether an ARN matches: ArnLike compares each of the six parts as StringLike does."""
    parts, values = pattern.split(":", _ARN_PARTS), value.split(":", _ARN_PARTS)
    return len(parts) == len(values) and all(map(matches, parts, values))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
