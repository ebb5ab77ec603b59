"""How a VPC's network is divided: each subnet's range depends only on its zone's position in the list of zones.

Zones and NAT gateways can therefore be added and removed without moving existing subnets. CloudFormation replaces a
subnet whose range changes, and the new one would overlap the existing ones.
"""

import ipaddress

from emr_eks_placement.common.errors import RuleError

_SMALLEST = 28  # VPC guide, subnet sizing
_QUARTERS = 4
_ZONES_A_LEVEL = _QUARTERS - 1  # the last quarter is for further zones and for the public subnets


def private_subnet(cidr: str, position: int) -> str:
    """Returns the range of the private subnet, for nodes and pods, of the zone at a position (0 is the first).

    The first three zones get a quarter of the VPC each, the next three a quarter of the last quarter each, and so on.
    Raises RuleError if there is no room for the zone.
    """
    network = ipaddress.IPv4Network(cidr)
    level, quarter = divmod(position, _ZONES_A_LEVEL)
    if network.prefixlen + 2 * (level + 1) > _SMALLEST:
        raise _no_room(cidr, position)
    for _ in range(level):
        network = _quarter(network, _QUARTERS - 1)
    subnet = _quarter(network, quarter)
    if subnet.broadcast_address >= _public(cidr, position).network_address:
        raise _no_room(cidr, position)
    return str(subnet)


def public_subnet(cidr: str, position: int) -> str:
    """Returns the range of the public subnet of the zone at a position: the smallest, at the end, for a NAT gateway."""
    return str(_public(cidr, position))


def _quarter(network: ipaddress.IPv4Network, index: int) -> ipaddress.IPv4Network:
    return list(network.subnets(prefixlen_diff=2))[index]


def _public(cidr: str, position: int) -> ipaddress.IPv4Network:
    size = 2 ** (32 - _SMALLEST)
    first = ipaddress.IPv4Network(cidr).broadcast_address + 1 - size * (position + 1)
    return ipaddress.IPv4Network((first, _SMALLEST))


def _no_room(cidr: str, position: int) -> RuleError:
    return RuleError(
        cidr,
        f"has no room for the subnets of zone {position + 1}: three zones get a quarter each, further ones share the rest "
        f"with the public subnets, and a subnet is a /{_SMALLEST} or larger (VPC guide, subnet sizing)",
        "Choose a larger network or fewer zones",
        path=("network", "cidr"),
    )
