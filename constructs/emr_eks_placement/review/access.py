"""Who may do what, and who reaches what, before and after a change: IAM statements and rules of security groups in words."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from emr_eks_placement.review.resources import Templates, is_function, name_of

_DOCUMENTS = ("AssumeRolePolicyDocument", "KeyPolicy", "PolicyDocument", "ResourcePolicy")
_RULES = {
    "AWS::EC2::SecurityGroupIngress": "in",
    "AWS::EC2::SecurityGroupEgress": "out",
}
_PEERS = (
    "CidrIp",
    "CidrIpv6",
    "SourceSecurityGroupId",
    "DestinationSecurityGroupId",
    "SourcePrefixListId",
    "DestinationPrefixListId",
)
_ANY_PROTOCOL = "-1"


class _Grant(NamedTuple):
    """One action of a statement on one resource for one principal, each in words."""

    effect: str
    principal: str
    resource: str
    condition: str
    action: str


@dataclass(frozen=True)
class AccessChange:
    """What somebody may do, or reach, after the change and not before (is_new), or the other way round.

    resource: the construct path of the role, policy or security group.
    """

    stack: str
    resource: str
    is_new: bool
    what: str


def access_changes(before: Templates, after: Templates) -> tuple[AccessChange, ...]:
    """Of both apps' templates: what is new first."""
    changes = [
        change
        for stack in sorted({*before, *after})
        for change in _of_stack(stack, before.get(stack, {}), after.get(stack, {}))
    ]
    return tuple(sorted(changes, key=lambda one: not one.is_new))


def _of_stack(stack: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[AccessChange]:
    old, new = (one.get("Resources") or {} for one in (before, after))
    for id_ in dict.fromkeys((*new, *old)):
        was, now = old.get(id_, {}), new.get(id_, {})
        name = name_of(id_, now or was)
        grants = [set(_grants(one)) for one in (was, now)]
        rules = [set(_rules(one)) for one in (was, now)]
        for is_new, (left, right) in ((True, (1, 0)), (False, (0, 1))):
            for what in (*_in_words(grants[left] - grants[right]), *sorted(rules[left] - rules[right])):
                yield AccessChange(stack, name, is_new, what)


def _grants(resource: Mapping[str, Any]) -> Iterator[_Grant]:
    properties = resource.get("Properties") or {}
    for name, document in _documents(properties):
        for statement in _listed(document.get("Statement")):
            if isinstance(statement, dict):
                yield from _of_statement(name, statement)
    for arn in _listed(properties.get("ManagedPolicyArns")):
        yield _Grant("Allow", "", text_of(arn), "", "all of the managed policy")


def _documents(properties: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name in _DOCUMENTS:
        if isinstance(properties.get(name), dict):
            yield name, properties[name]
    for policy in _listed(properties.get("Policies")):
        if isinstance(policy, dict) and isinstance(policy.get("PolicyDocument"), dict):
            yield "PolicyDocument", policy["PolicyDocument"]


def _of_statement(document: str, statement: Mapping[str, Any]) -> Iterator[_Grant]:
    """NotAction and its like are kept as they are written."""
    condition = json.dumps(statement["Condition"], sort_keys=True) if statement.get("Condition") else ""
    principals = sorted(_principals(statement)) or [""]
    resources = [text_of(one) for one in _listed(statement.get("Resource"))]
    resources += [f"all but {text_of(one)}" for one in _listed(statement.get("NotResource"))]
    actions = [text_of(one) for one in _listed(statement.get("Action"))]
    actions += [f"all but {text_of(one)}" for one in _listed(statement.get("NotAction"))]
    own = "" if document == "AssumeRolePolicyDocument" else "itself"
    for principal in principals:
        for resource in resources or [own]:
            for action in actions:
                yield _Grant(text_of(statement.get("Effect")), principal, resource, condition, action)


def _principals(statement: Mapping[str, Any]) -> Iterator[str]:
    for key, prefix in (("Principal", ""), ("NotPrincipal", "all but ")):
        principal = statement.get(key)
        if isinstance(principal, dict) and not is_function(principal):
            yield from (f"{prefix}{text_of(one)}" for some in principal.values() for one in _listed(some))
        elif principal is not None:
            yield f"{prefix}{text_of(principal)}"


def _in_words(grants: set[_Grant]) -> Iterator[str]:
    """Grants that differ in their action alone, together."""
    grouped: dict[tuple[str, ...], list[str]] = {}
    for grant in sorted(grants):
        grouped.setdefault(grant[:4], []).append(grant.action)
    for (effect, principal, resource, condition), actions in grouped.items():
        who = f"{principal} " if principal else ""
        may = "may" if effect == "Allow" else "may not" if effect == "Deny" else effect
        on = f" on {resource}" if resource else ""
        yield f"{who}{may} {', '.join(actions)}{on}{f' if {condition}' if condition else ''}"


def _rules(resource: Mapping[str, Any]) -> Iterator[str]:
    properties = resource.get("Properties") or {}
    kind = resource.get("Type")
    if kind == "AWS::EC2::SecurityGroup":
        for key, direction in (("SecurityGroupIngress", "in"), ("SecurityGroupEgress", "out")):
            yield from (_rule(direction, one) for one in _listed(properties.get(key)) if isinstance(one, dict))
    elif kind in _RULES:
        yield f"{_rule(_RULES[str(kind)], properties)} of {text_of(properties.get('GroupId'))}"
    elif kind == "AWS::EKS::Cluster":
        access = properties.get("ResourcesVpcConfig") or {}
        if access.get("EndpointPublicAccess"):
            yield f"Kubernetes API from {', '.join(map(text_of, _listed(access.get('PublicAccessCidrs')))) or 'any address'}"


def _rule(direction: str, rule: Mapping[str, Any]) -> str:
    peers = ", ".join(text_of(rule[key]) for key in _PEERS if key in rule)
    protocol = text_of(rule.get("IpProtocol"))
    ports = "" if protocol == _ANY_PROTOCOL else f" {text_of(rule.get('FromPort'))}-{text_of(rule.get('ToPort'))}"
    what = "all traffic" if protocol == _ANY_PROTOCOL else f"{protocol}{ports}"
    return f"{what} {'from' if direction == 'in' else 'to'} {peers or 'nowhere'}"


def text_of(value: object) -> str:
    """Returns a value of a template on one line: ${Id} for a reference, ${Id.Arn} for an attribute."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and is_function(value):
        ((name, argument),) = value.items()
        if name == "Ref":
            return f"${{{argument}}}"
        if name == "Fn::GetAtt":
            return f"${{{'.'.join(argument) if isinstance(argument, list) else argument}}}"
        if name == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
            return str(argument[0]).join(map(text_of, argument[1]))
        if name == "Fn::Sub":
            return text_of(argument[0] if isinstance(argument, list) and argument else argument)
        if name == "Fn::ImportValue":
            return f"${{import {text_of(argument)}}}"
    return json.dumps(value, sort_keys=True)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
