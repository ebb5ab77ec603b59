"""How EMR gets into a namespace of an EKS cluster: three variants, because it is not known which one AWS has."""

from collections.abc import Callable
from typing import Literal

from local.aws.errors import validation_error
from local.aws.ministack import account, eks_access, state

World = Literal["handed-on", "mapped", "refused"]
"""What EMR does for a virtual cluster that CloudFormation creates without its own rights to create EMR's access entry.

handed-on: the rights come from the deployment's role, and EMR creates its access entry. mapped: there are no rights, and
EMR gets in if aws-auth maps its role to a user that may read the namespace. refused: EMR requires its access entry.
"""

ENTERS = "eks:AssociateAccessPolicy eks:CreateAccessEntry eks:DescribeAccessEntry eks:ListAssociatedAccessPolicies"
LEAVES = "eks:DeleteAccessEntry eks:DescribeAccessEntry eks:DisassociateAccessPolicy eks:ListAssociatedAccessPolicies"
"""EMR's calls with the rights of its caller (EMR on EKS guide, enable cluster access using EKS access entries)."""

NamespaceTest = Callable[[str, str], bool]
SERVICE_PRINCIPAL = "emr-containers.amazonaws.com"


class NamespaceAccess:
    """Lets EMR into namespaces. In every variant, EMR creates its access entry for a caller of its API with the rights
    for that.

    exists(cluster, namespace): whether the namespace exists; may_read(cluster, namespace, role ARN): whether aws-auth
    lets the role read it. If they are None, the namespace exists and nobody is mapped.
    """

    def __init__(
        self,
        exists: NamespaceTest | None = None,
        may_read: Callable[[str, str, str], bool] | None = None,
        world: World = "handed-on",
    ) -> None:
        self._exists = exists
        self._may_read = may_read
        self.world: World = world

    def enter(self, cluster: str, namespace: str, *, by_cloudformation: bool) -> None:
        """Raise as EMR does for a namespace that it can't read."""
        exists = self._exists is None or self._exists(cluster, namespace)
        by_entry = self.world == "handed-on" if by_cloudformation else _caller_may(ENTERS, cluster)
        if exists and by_entry:
            eks_access.associate_job_policy(cluster, _role_arn(with_path=True), namespace)
        elif not exists or self.world == "refused" or not self._is_mapped(cluster, namespace):
            raise validation_error(f"Unauthorized to perform read namespace on ({namespace})")

    def leave(self, cluster: str, namespace: str, *, by_cloudformation: bool) -> None:
        """Remove EMR's access entry, if there is one. It is assumed that EMR fails without the caller's rights; this is
        not documented."""
        if not by_cloudformation and not _caller_may(LEAVES, cluster):
            raise validation_error(f"Unauthorized to remove the access entry on ({cluster})")
        eks_access.disassociate_job_policy(cluster, _role_arn(with_path=True), namespace)

    def _is_mapped(self, cluster: str, namespace: str) -> bool:
        return self._may_read is not None and self._may_read(cluster, namespace, _role_arn(with_path=False))


def _caller_may(actions: str, cluster: str) -> bool:
    eks = f"arn:aws:eks:{state.region()}:{state.account_id()}"
    entry = f"{eks}:access-entry/{cluster}/role/{state.account_id()}/{account.service_linked_role_name(SERVICE_PRINCIPAL)}/any"
    return all(
        state.caller_may(action, f"{eks}:cluster/{cluster}" if action == "eks:CreateAccessEntry" else entry)
        for action in actions.split()
    )


def _role_arn(*, with_path: bool) -> str:
    path = f"aws-service-role/{SERVICE_PRINCIPAL}/" if with_path else ""
    return f"arn:aws:iam::{state.account_id()}:role/{path}{account.service_linked_role_name(SERVICE_PRINCIPAL)}"
