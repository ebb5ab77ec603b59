"""The permissions that CloudFormation needs to deploy resources of a type; data/deployment_permissions.yaml has them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from emr_eks_placement.facts import emr
from emr_eks_placement.facts.shipped import shipped_text

# Of services whose ARNs leave out the region, or account and region (Service Authorization Reference).
_ARNS = {"iam": "arn:{partition}:iam::{account}:", "s3": "arn:{partition}:s3:::"}


class Condition(NamedTuple):
    """A condition of a statement: the request's `key` has one of the values by the operator. Values may contain holes."""

    operator: str
    key: str
    values: tuple[str, ...]


class Grant(NamedTuple):
    """Actions of one service that CloudFormation calls for a resource of a type, with their resources.

    resources: ARN patterns with holes in braces, which the data explains; none for actions that support no resource.
    when: a property of the resource without which the actions are not called.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...] = ()
    condition: Condition | None = None
    when: str | None = None


def grant(
    service: str, actions: str, *resources: str, condition: Condition | None = None, when: str | None = None
) -> Grant:
    """Returns a grant from the service's IAM prefix and the names of its actions, separated by blanks."""
    return Grant(tuple(f"{service}:{action}" for action in actions.split()), resources, condition, when)


def arn(service: str, resource: str) -> str:
    """Returns the ARN pattern of a resource of the account, in its region if the service has regions."""
    return _ARNS.get(service, f"arn:{{partition}}:{service}:{{region}}:{{account}}:") + resource


def _grants(written: Iterable[Any]) -> Iterator[Grant]:
    for one in written:
        if isinstance(one, list):  # grants that several types share
            yield from _grants(one)
            continue
        service, actions = next(iter(one.items()))
        resources = (one if one.startswith("arn:") else arn(service, one) for one in _texts(one.get("resource", ())))
        yield grant(service, actions, *resources, condition=_condition(one), when=one.get("when"))


def _condition(written: Mapping[str, Any]) -> Condition | None:
    if "passed_to" in written:
        return Condition("StringEquals", "iam:PassedToService", _texts(written["passed_to"]))
    for operator, keys in written.get("if", {}).items():
        for key, values in keys.items():
            return Condition(operator, key, _texts(values))
    return None


def _texts(written: str | Iterable[str]) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else tuple(written)


def _read() -> Iterator[tuple[str, tuple[Grant, ...]]]:
    text = shipped_text("deployment_permissions.yaml")
    for name in ("SERVICE_LINKED_ROLE", "OWNER_TAG"):
        text = text.replace(f"${name}", getattr(emr, name))
    for kind, written in yaml.safe_load(text).items():
        if isinstance(written, list):
            yield kind, tuple(_grants(written))


_READ = dict(_read())
CALLER_OF_EMR, CUSTOM_RESOURCE = _READ["CALLER_OF_EMR"], _READ["CUSTOM_RESOURCE"]
GRANTS: Mapping[str, tuple[Grant, ...]] = {kind: grants for kind, grants in _READ.items() if kind.startswith("AWS::")}
