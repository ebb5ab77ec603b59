"""The maximum number of pods of a node, by its network interfaces and by its node group."""

from collections.abc import Mapping
from typing import Any

# For nodes of managed node groups, whatever the AWS VPC CNI allows (EKS guide, choosing an instance type).
_MOST_ON_SMALL, _MOST_ON_LARGE, _LARGE_VCPUS = 110, 250, 30


def max_pods_of(network: Mapping[str, Any]) -> int:
    """Returns the maximum of the AWS VPC CNI without prefix delegation, from NetworkInfo of EC2's
    DescribeInstanceTypes.

    The formula is ENIs x (IPv4 addresses each - 1) + 2, for the default network card only, as in eni-max-pods.txt of
    awslabs/amazon-eks-ami.
    """
    default = network.get("DefaultNetworkCardIndex", 0)
    cards = {card["NetworkCardIndex"]: card["MaximumNetworkInterfaces"] for card in network.get("NetworkCards", ())}
    interfaces: int = cards.get(default, network["MaximumNetworkInterfaces"])
    return interfaces * (int(network["Ipv4AddressesPerInterface"]) - 1) + 2


def most_in_node_group(vcpus: int) -> int:
    """Returns the maximum number of pods that EKS sets for a node of a managed node group with so many vCPU."""
    return _MOST_ON_SMALL if vcpus < _LARGE_VCPUS else _MOST_ON_LARGE
