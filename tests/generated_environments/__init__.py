"""Random valid environments, as the data of an environment file, and random valid changes of them.

Each part of an environment has a function here; a setting is added to the function of its part, and
tests/unit/test_generated_environments.py names those that no seed sets. Nothing names a local file.
"""

from random import Random

from tests.generated_environments.changes import change
from tests.generated_environments.choices import Data, maybe
from tests.generated_environments.given import given_cluster, given_network, given_parts
from tests.generated_environments.jobs import add_job, add_team
from tests.generated_environments.platform import (
    cluster,
    core_dns,
    fargate_profile,
    fargate_sharing,
    network,
    node_groups,
    node_pool,
    whole,
)

__all__ = ["Data", "change", "generate"]


def generate(seed: int, *, given: bool = True) -> Data:
    """A random valid environment; the same for the same seed. Two of three are small, the third large.

    given: whether it may name existing resources, such as a VPC; without, it can be deployed anywhere.
    """
    large = seed % 3 == 2
    data = whole(_chance(seed, "whole"))
    region, zones = data["region"], data["zones"]
    chance = _chance(seed, "given")
    in_given_vpc = given and chance.random() < 0.25
    in_given_cluster = in_given_vpc and chance.random() < 0.5
    data |= given_parts(chance, region) if given else {}
    data["network"] = given_network(zones) if in_given_vpc else network(_chance(seed, "network"), zones)
    chance = _chance(seed, "cluster")
    data["cluster"] = given_cluster(chance, region) if in_given_cluster else cluster(chance, data["network"])
    data["cluster"] |= maybe(_chance(seed, "EMR's way in"), 0.3, emr_access=lambda: "handler")
    chance = _chance(seed, "node groups")
    data["node_groups"] = node_groups(chance, zones, chance.randint(2, 5) if large else chance.randint(0, 1))
    data = core_dns(_chance(seed, "CoreDNS"), data)
    chance = _chance(seed, "node pools")
    if chance.random() < 0.3 and ("name" not in data["cluster"] or "security_group_id" in data["cluster"]):
        data["node_pools"] = {"pool": node_pool(chance, zones)}
    chance = _chance(seed, "Fargate profiles")
    if chance.random() < 0.4:
        data["fargate_profiles"] = {"tools": fargate_profile(chance, zones)}
    data |= fargate_sharing(_chance(seed, "Fargate sharing"))
    data |= {"virtual_clusters": {}, "jobs": {}}
    chance = _chance(seed, "jobs")
    for _ in range(chance.randint(2, 4) if large else 1):
        add_team(chance, data, given=given)
    for _ in range(chance.randint(2, 6) if large else chance.randint(0, 2)):
        add_job(chance, data)
    chance = _chance(seed, "definition stacks")
    for settings in data["virtual_clusters"].values():
        settings |= maybe(chance, 0.15, definition_stacks=lambda: chance.randint(1, 3))
    return data


def _chance(seed: int, part: str) -> Random:
    """One for each part, so that a setting added to one part leaves the others as they are."""
    return Random(f"{seed} {part}")  # noqa: S311 - to be repeated, not to be secret
