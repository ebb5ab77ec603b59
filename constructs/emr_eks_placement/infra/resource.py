"""The CloudFormation resource behind a construct of the CDK, for settings without a property of the construct."""

from typing import TypeVar

from aws_cdk import CfnResource
from constructs import IConstruct

Kind = TypeVar("Kind", bound=CfnResource)


def resource_of(construct: IConstruct, kind: type[Kind]) -> Kind:
    """Returns the construct's resource. Raises TypeError for a construct with a different kind of resource."""
    found = construct.node.default_child
    if not isinstance(found, kind):
        raise TypeError(f"{construct.node.path} has a {type(found).__name__}, not a {kind.__name__}")
    return found
