"""How permissions that a deployment needs are written down."""

from typing import NamedTuple


class Condition(NamedTuple):
    """A condition of a statement: a request's `key` has one of the values by the operator; values may have holes."""

    operator: str
    key: str
    values: tuple[str, ...]


class Grant(NamedTuple):
    """Actions of one service that CloudFormation calls for a resource of a type, and on what.

    resources: ARN patterns; none for actions that IAM knows no resource of. In braces, resources and conditions have
    holes: partition, region, account, stack (its name), name (the resource's own), or a property of the resource, which
    stands for the name of what the property names. when: a property without which nothing of it is called.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...] = ()
    condition: Condition | None = None
    when: str | None = None


def grant(
    service: str, actions: str, *resources: str, condition: Condition | None = None, when: str | None = None
) -> Grant:
    """A grant from the service's IAM prefix and the names of its actions, parted by blanks."""
    return Grant(tuple(f"{service}:{action}" for action in actions.split()), resources, condition, when)


def arn(service: str, resource: str) -> str:
    """The ARN pattern of a resource of the account, in its region."""
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}"


def role(name: str) -> str:
    """The ARN pattern of a role, which belongs to no region."""
    return f"arn:{{partition}}:iam::{{account}}:role/{name}"


# CloudFormation tags what it makes, where the type takes tags, with the name of its stack (CloudFormation guide, resource
# tags; cloudFormationSystemTags of the registry's schemas). Not for what a create handler calls on the resource itself:
# whether the tag is there by then is not documented.
OF_STACK = Condition("StringEquals", "aws:ResourceTag/aws:cloudformation:stack-name", ("{stack}",))


def passed_to(*services: str) -> Condition:
    """For iam:PassRole: only to these services (IAM guide, granting permissions to pass a role to a service)."""
    return Condition("StringEquals", "iam:PassedToService", services)
