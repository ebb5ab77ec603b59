"""The CloudFormation resource that a construct of the CDK's is made of, for what the construct has no property for."""

from typing import TypeVar

from aws_cdk import CfnResource
from constructs import IConstruct

Kind = TypeVar("Kind", bound=CfnResource)


def resource_of(construct: IConstruct, kind: type[Kind]) -> Kind:
    """The construct's resource. Raises TypeError for a construct that is made of something else."""
    found = construct.node.default_child
    if not isinstance(found, kind):
        raise TypeError(f"{construct.node.path} is made of {type(found).__name__}, not of {kind.__name__}")
    return found
