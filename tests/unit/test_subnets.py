"""How a VPC is cut: nothing overlaps, nothing moves, whatever the number of zones."""

import ipaddress
from itertools import combinations

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.environment.subnets import private_subnet, public_subnet


def _subnets(cidr: str, zones: int) -> list[ipaddress.IPv4Network]:
    texts = [cut(cidr, position) for cut in (private_subnet, public_subnet) for position in range(zones)]
    return [ipaddress.IPv4Network(text) for text in texts]


@pytest.mark.parametrize(("prefix", "most_zones"), [(16, 12), (18, 10), (20, 8), (22, 5), (23, 4), (24, 3)])
def test_subnets_lie_apart_in_the_vpc_up_to_a_number_of_zones(prefix: int, most_zones: int) -> None:
    vpc = ipaddress.IPv4Network(f"10.20.0.0/{prefix}")
    subnets = _subnets(str(vpc), most_zones)
    assert all(subnet.subnet_of(vpc) and subnet.prefixlen <= 28 for subnet in subnets)
    assert not any(one.overlaps(other) for one, other in combinations(subnets, 2))
    with pytest.raises(RuleError, match=f"no room for the subnets of zone {most_zones + 1}") as refused:
        private_subnet(str(vpc), most_zones)
    assert refused.value.path == ("network", "cidr")


def test_the_first_zones_have_a_quarter_of_the_vpc_each() -> None:
    assert [private_subnet("10.0.0.0/16", position) for position in range(5)] == [
        "10.0.0.0/18",
        "10.0.64.0/18",
        "10.0.128.0/18",
        "10.0.192.0/20",
        "10.0.208.0/20",
    ]
    assert [public_subnet("10.0.0.0/16", position) for position in range(2)] == ["10.0.255.240/28", "10.0.255.224/28"]
