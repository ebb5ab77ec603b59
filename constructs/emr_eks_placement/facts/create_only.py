"""Which changes of a property replace a resource of CloudFormation.

Source: CloudFormation's resource schemas, createOnlyProperties and conditionalCreateOnlyProperties, as cfn-lint ships them
(us-east-1).
"""

from emr_eks_placement.facts.shipped import shipped


def replacing(resource_type: str) -> tuple[str, ...]:
    """Returns the paths of properties whose change replaces a resource of the type, as
    KubernetesNetworkConfig/IpFamily."""
    return _paths(resource_type, 0)


def may_replace(resource_type: str) -> tuple[str, ...]:
    """Returns the paths of properties whose change replaces a resource of the type in some cases."""
    return _paths(resource_type, 1)


def _paths(resource_type: str, index: int) -> tuple[str, ...]:
    rows = shipped("create_only").get(resource_type, ())
    return tuple(rows[index]) if len(rows) > index else ()
