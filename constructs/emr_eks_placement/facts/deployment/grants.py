"""The notation for permissions that a deployment needs."""

from typing import NamedTuple


class Condition(NamedTuple):
    """A condition of a statement: the request's `key` has one of the values by the operator. Values may contain holes."""

    operator: str
    key: str
    values: tuple[str, ...]


class Grant(NamedTuple):
    """Actions of one service that CloudFormation calls for a resource of a type, with their resources.

    resources: ARN patterns; none for actions that support no resource. Resources and conditions contain holes in
    braces: partition, region, account, stack (its name), name (the resource's own), or a property of the resource, for
    the name of the resource that the property names. when: a property without which the actions are not called.
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
    """Returns the ARN pattern of a resource of the account in its region."""
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}"


def role(name: str) -> str:
    """Returns the ARN pattern of a role, which has no region."""
    return f"arn:{{partition}}:iam::{{account}}:role/{name}"


# CloudFormation tags created resources, if their type has tags, with the name of its stack (CloudFormation guide, resource
# tags; cloudFormationSystemTags of the registry's schemas). Not for calls of a create handler about the resource itself:
# it is not documented whether the tag exists by then.
OF_STACK = Condition("StringEquals", "aws:ResourceTag/aws:cloudformation:stack-name", ("{stack}",))


def passed_to(*services: str) -> Condition:
    """Returns the condition that iam:PassRole passes a role only to these services (IAM guide, granting permissions to
    pass a role)."""
    return Condition("StringEquals", "iam:PassedToService", services)
