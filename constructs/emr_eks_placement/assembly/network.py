"""The subnets of an assembly and their zones."""

from collections.abc import Iterable
from dataclasses import dataclass

from emr_eks_placement.assembly.cloud_assembly import Stack
from emr_eks_placement.assembly.values import Reference, Resolver
from emr_eks_placement.common.document_field import Field, Unresolved
from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.kubernetes_objects.node_pools import subnet_ids_of
from emr_eks_placement.scheduling.capacity import UNKNOWN_ZONE

_SUBNET = "AWS::EC2::Subnet"


@dataclass(frozen=True)
class Subnet:
    """A subnet. zone: UNKNOWN_ZONE if only its id is known; is_private: None if unknown."""

    zone: str
    is_private: bool | None


def region_of(stack: Stack) -> str:
    """Returns the region that a stack deploys to. Raises RuleError if the app leaves it open."""
    if stack.region is None:
        raise RuleError(
            stack.id,
            "this stack is environment-agnostic, so its region, and with it its zones, is known only at deployment",
            "Set an env with a region for the stack",
        )
    return stack.region


def subnets_of(subnets: Field, resolver: Resolver) -> list[Subnet]:
    """Returns the subnets of a resolved list of ids; one subnet in an unknown zone if the list is open until the
    deployment."""
    if isinstance(subnets.value, Unresolved):
        return [Subnet(UNKNOWN_ZONE, None)]
    return [_subnet(one.value, resolver) for one in subnets.items()]


def _subnet(id_: object, resolver: Resolver) -> Subnet:
    if not isinstance(id_, Reference) or id_.resource.kind != _SUBNET:
        return Subnet(UNKNOWN_ZONE, None)
    region_of(id_.resource.stack)
    properties = resolver.properties(id_.resource)
    is_public = properties["MapPublicIpOnLaunch"].value
    return Subnet(
        zone=properties["AvailabilityZone"].known_text() or UNKNOWN_ZONE,
        is_private=not is_public if isinstance(is_public, bool | None) else None,
    )


def zones_of(subnets: Iterable[Subnet]) -> tuple[str, ...]:
    """Returns the zones of the subnets, without duplicates and in their order."""
    return tuple(dict.fromkeys(subnet.zone for subnet in subnets))


def zones_of_class(node_class: Field | None, cluster_subnets: list[Subnet], resolver: Resolver) -> tuple[str, ...]:
    """Returns the zones where a node class creates nodes. Subnets selected by tags are assumed to be in the cluster's
    zones."""
    ids = subnet_ids_of(node_class)
    return zones_of(subnets_of(ids, resolver) if ids.value else cluster_subnets)
