"""The names of IAM roles."""

from emr_eks_placement.assembly.values import Reference, Resolver
from emr_eks_placement.common.document_field import Field, Unresolved

_ROLE = "AWS::IAM::Role"


def role_name(arn: Field, resolver: Resolver) -> str:
    """Returns the name of the role with that ARN, or the logical id of a role of the assembly that has no name.

    Raises RuleError if neither the ARN nor its last part is known.
    """
    value = arn.value
    if isinstance(value, Reference) and value.resource.kind == _ROLE:
        return resolver.properties(value.resource)["RoleName"].known_text() or value.resource.logical_id
    text = value.end if isinstance(value, Unresolved) else arn.text()
    _, slash, name = text.rpartition("/")
    if not slash or not name:
        raise arn.refused("must be the ARN of an IAM role", "Write for example arn:aws:iam::111122223333:role/spark")
    return name
