"""Fargate profiles that virtual clusters share: who gets which, how many there are, and what a change touches."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emr_eks_placement.environment import Environment, VirtualCluster, capacity_of
from emr_eks_placement.environment.fargate_sharing import needed_by_sharing, profiles_of
from emr_eks_placement.job.placement import PLACEMENT_LABEL, Fargate
from emr_eks_placement.scheduling.fargate import matching_profiles
from tests.unit.environments import environment

ZONES = ("us-east-1a", "us-east-1b")
CHOICES = st.builds(
    lambda any_zone, zones: {"any_zone": any_zone, "single_zones": zones},
    st.booleans(),
    st.lists(st.sampled_from(ZONES), unique=True),
)
TEAMS = st.lists(CHOICES, max_size=23)


def teams(choices: list[dict[str, Any]], first: int = 0) -> dict[str, Any]:
    return {
        f"team-{i}": {"namespace": f"spark-{i}", "fargate": choice} for i, choice in enumerate(choices, start=first)
    }


def shared(sharing: str, choices: list[dict[str, Any]]) -> Environment:
    pattern = {"fargate_namespaces": "spark-*"} if sharing == "wildcard" else {}
    return environment(virtual_clusters=teams(choices), fargate_sharing=sharing, fargate_profile_quota=1000, **pattern)


@given(TEAMS, st.sampled_from(["none", "packed", "wildcard"]))
def test_a_pod_is_taken_by_one_profile_of_the_zones_it_asks_for(choices: list[dict[str, Any]], sharing: str) -> None:
    made = shared(sharing, choices)
    profiles = capacity_of(made).fargate_profiles
    wanted = {zone for one in made.virtual_clusters.values() for zone in one.fargate.targets}
    for virtual_cluster in made.virtual_clusters.values():
        own = virtual_cluster.fargate.targets
        for zone in (None, *ZONES):
            label = {PLACEMENT_LABEL: Fargate(zone=zone).label_value}
            found = matching_profiles(profiles, virtual_cluster.namespace, label)
            assert len(found) == (zone in (wanted if sharing == "wildcard" else own))
            assert all(profiles[name].zones == (ZONES if zone is None else (zone,)) for name in found)


@given(TEAMS, st.sampled_from(["none", "packed", "wildcard"]))
def test_there_are_as_many_as_set(choices: list[dict[str, Any]], sharing: str) -> None:
    made = shared(sharing, choices)
    needed = needed_by_sharing(made.virtual_clusters)
    assert len(made.profiles()) == needed[sharing]  # type: ignore[index]
    assert needed["wildcard"] <= needed["packed"] <= needed["none"]
    assert all(1 <= len(one.selectors) <= 5 for one in made.profiles().values())


@given(TEAMS, CHOICES)
def test_another_team_at_the_end_changes_only_the_last_profiles(choices: list[dict[str, Any]], last: Any) -> None:
    for sharing in ("none", "packed", "wildcard"):
        before, after = (shared(sharing, some).profiles() for some in (choices, [*choices, last]))
        changed = [name for name in before if after[name] != before[name]]
        assert before.keys() <= after.keys()
        if sharing == "packed":
            assert all(len(before[name].selectors) < 5 for name in changed)
        else:
            assert changed == []


def test_a_team_that_goes_leaves_the_others_unshared_profiles_as_they_are() -> None:
    some = {name: VirtualCluster(namespace=name) for name in ("a", "b", "c")}
    rest = {name: one for name, one in some.items() if name != "b"}
    assert profiles_of(rest, "none", None).items() <= profiles_of(some, "none", None).items()
    assert profiles_of(rest, "wildcard", "*") == profiles_of(some, "wildcard", "*")


def test_shared_profiles_are_named_by_zone_and_number() -> None:
    some = [{"single_zones": [ZONES[0]]}] * 6
    assert list(shared("packed", some).profiles()) == [
        "shared-1",
        "shared-2",
        "shared-us-east-1a-1",
        "shared-us-east-1a-2",
    ]
    assert list(shared("wildcard", some).profiles()) == ["shared", "shared-us-east-1a"]


def test_a_virtual_cluster_without_fargate_need_not_match_the_pattern() -> None:
    settings = {"fargate_sharing": "wildcard", "fargate_namespaces": "spark-*"}
    own = {"namespace": "science", "fargate": {"any_zone": False}}
    assert environment(virtual_clusters={"science": own}, **settings).profiles() == {}


@pytest.mark.parametrize("sharing", ["packed", "wildcard"])
def test_a_profile_of_the_environments_own_is_not_called_as_a_shared_one(sharing: str) -> None:
    name = next(iter(shared(sharing, [{}]).profiles()))
    pattern = {"fargate_namespaces": "*"} if sharing == "wildcard" else {}
    own = {name: {"selectors": [{"namespace": "a"}]}}
    with pytest.raises(ValueError, match="has a Fargate profile with this name"):
        environment(fargate_profiles=own, fargate_sharing=sharing, **pattern)
