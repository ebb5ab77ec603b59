"""The permissions that CloudFormation needs to create, read, change and delete resources of a type.

Source: the `permissions` of handlers and tagging in the CloudFormation registry's schemas, which tests compare, without
those for properties that the constructs never set. Additional permissions name their source. The resources that an
action can be limited to: Service Authorization Reference.
"""

from collections.abc import Mapping

from emr_eks_placement.facts.deployment.ec2 import EC2
from emr_eks_placement.facts.deployment.eks import EKS
from emr_eks_placement.facts.deployment.grants import Condition, Grant, arn, grant
from emr_eks_placement.facts.deployment.other import CUSTOM_RESOURCE, OTHER
from emr_eks_placement.facts.deployment.workflows import WORKFLOWS

__all__ = ["CUSTOM_RESOURCE", "GRANTS", "Condition", "Grant", "arn", "grant"]

GRANTS: Mapping[str, tuple[Grant, ...]] = {**EC2, **EKS, **OTHER, **WORKFLOWS}
