"""What a change ends of what runs: said where something ends, and not where the change next to it ends nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from emr_eks_placement.changes import Deployed, PlatformRecord, VirtualClustersRecord, interruptions
from emr_eks_placement.common.errors import RuleError, dotted
from emr_eks_placement.environment import Environment
from tests.unit.environments import data

Edit = Callable[[dict[str, Any]], object]


def _environment(edit: Edit) -> Environment:
    changed = {"name": "dev", **data()}
    edit(changed)
    return Environment.model_validate(changed)


def _interrupted(after: Edit, before: Edit = lambda _data: None) -> dict[str, RuleError]:
    """By field, of a change from what the records in the templates say."""
    deployed = _environment(before)
    records = Deployed(
        platform=PlatformRecord.model_validate(PlatformRecord.of(deployed).as_metadata()),
        virtual_clusters=VirtualClustersRecord.model_validate(VirtualClustersRecord.of(deployed).as_metadata()),
    )
    found = interruptions(records, _environment(after))
    assert len({(*one.path, one.rule) for one in found}) == len(found)
    return {dotted(one.path): one for one in found}


def _group(name: str, **settings: Any) -> Edit:
    return lambda environment: environment["node_groups"][name].update(settings)


def _cluster(**settings: Any) -> Edit:
    return lambda environment: environment["cluster"].update(settings)


def _remove_drivers(environment: dict[str, Any]) -> None:
    del environment["node_groups"]["drivers"]
    del environment["jobs"]


SPARED: dict[str, Edit] = {
    "nothing": lambda _data: None,
    "labels": _group("drivers", labels={"workload": "spark-driver", "team": "a"}),
    "taints": _group("system", taints=[{"key": "a", "effect": "PreferNoSchedule"}]),
    "sizes": _group("system", min_size=2, max_size=4),
    "a group more": lambda environment: environment["node_groups"].update(more={"instance_types": ["m6i.large"]}),
    "the zones that it is in already": _group("drivers", zones=["us-east-1a", "us-east-1b"]),
    "whether updates are forced": _group("system", force_update=True),
    "who has access": _cluster(admins=["arn:aws:iam::111122223333:role/admin"]),
    "the upgrade policy": _cluster(upgrade_policy="standard"),
    "a pinned add-on": _cluster(add_on_versions={"coredns": "v1.12.4-eksbuild.1"}),
    "a Fargate profile more": lambda environment: environment["virtual_clusters"]["spark"]["fargate"].update(
        single_zones=["us-east-1a", "us-east-1b"]
    ),
}


@pytest.mark.parametrize("change", SPARED)
def test_what_ends_nothing(change: str) -> None:
    assert not _interrupted(SPARED[change])


@pytest.mark.parametrize(
    ("field", "value"),
    [("instance_types", ["m6i.8xlarge"]), ("capacity_type", "spot"), ("zones", ["us-east-1a"])],
)
def test_a_replaced_node_group_is_reported_with_its_reason(field: str, value: Any) -> None:
    (found,) = _interrupted(_group("drivers", **{field: value})).items()
    assert found[0] == f"node_groups.drivers.{field}"
    assert "node group drivers is replaced" in found[1].rule
    assert "drain" in found[1].fix


@pytest.mark.parametrize(("field", "value"), [("disk_gib", 80), ("release_version", "1.35.2-20261120")])
def test_nodes_that_are_replaced_in_their_group(field: str, value: Any) -> None:
    (found,) = _interrupted(_group("drivers", **{field: value})).items()
    assert found[0] == f"node_groups.drivers.{field}"
    assert "drains the old ones" in found[1].rule


def test_a_group_that_is_replaced_is_not_said_to_be_rolled_too() -> None:
    assert set(_interrupted(_group("drivers", disk_gib=80, capacity_type="spot"))) == {
        "node_groups.drivers.capacity_type"
    }


def test_tags_reach_the_nodes_of_all_groups() -> None:
    found = _interrupted(lambda environment: environment.update(tags={"team": "data"}))
    assert set(found) == {"tags"}
    assert found["tags"].rule.startswith("in system, drivers, EKS starts other nodes")


def test_tags_without_node_groups_end_nothing() -> None:
    def edit(environment: dict[str, Any]) -> None:
        del environment["node_groups"], environment["jobs"]
        environment["cluster"]["core_dns"] = "fargate"

    def edit_tags(environment: dict[str, Any]) -> None:
        edit(environment)
        environment["tags"] = {"team": "data"}

    assert not _interrupted(edit_tags, before=edit)


def test_a_zone_more_replaces_the_groups_and_profiles_without_zones_of_their_own() -> None:
    def edit(environment: dict[str, Any]) -> None:
        environment["node_groups"]["system"]["zones"] = ["us-east-1a"]

    def edit_zones(environment: dict[str, Any]) -> None:
        edit(environment)
        environment["zones"].append("us-east-1c")

    found = _interrupted(edit_zones, before=edit)
    assert set(found) == {"node_groups.drivers.zones", "virtual_clusters"}
    assert found["virtual_clusters"].value == ["spark"], "and not the profile of one zone"


def test_another_subnet_of_a_zone_replaces_the_groups_there() -> None:
    def vpc(second: str) -> Edit:
        subnets = {"us-east-1a": "subnet-0123456789abcdef0", "us-east-1b": second}
        return lambda environment: environment.update(
            network={"vpc_id": "vpc-0123456789abcdef0", "subnets": subnets},
            node_groups={
                **environment["node_groups"],
                "first": {"instance_types": ["m6i.large"], "zones": ["us-east-1a"]},
            },
        )

    found = _interrupted(vpc("subnet-0123456789abcdef9"), before=vpc("subnet-0123456789abcdef1"))
    assert set(found) == {"node_groups.system.zones", "node_groups.drivers.zones"}


def test_a_group_that_is_removed() -> None:
    found = _interrupted(_remove_drivers)
    assert set(found) == {"node_groups"}
    assert "the nodes of drivers are removed" in found["node_groups"].rule


def test_another_version_rolls_every_node_and_leaves_the_add_ons() -> None:
    before = _environment(lambda _data: None)
    found = interruptions(Deployed(platform=PlatformRecord.of(before)), _environment(_cluster(version="1.36")))
    assert [one.path for one in found] == [("cluster", "version")] * 2
    assert "in system, drivers, EKS starts other nodes" in found[0].rule
    assert "vpc-cni, kube-proxy, coredns keep their versions, which are for 1.35" in found[1].rule
    pinned = {"vpc-cni": "v1.21.1-eksbuild.1", "kube-proxy": "v1.36.0-eksbuild.1", "coredns": "v1.13.1-eksbuild.1"}
    after = _environment(_cluster(version="1.36", add_on_versions=pinned))
    assert len(interruptions(Deployed(platform=PlatformRecord.of(before)), after)) == 1


def test_a_record_without_node_groups_is_said_to_say_nothing_of_them() -> None:
    environment = _environment(lambda _data: None)
    known = PlatformRecord.of(environment).as_metadata()
    older = {name: known[name] for name in ("zones", "cidr", "version")}
    (found,) = interruptions(Deployed(platform=PlatformRecord.model_validate(older)), environment)
    assert found.path == ("node_groups",)
    assert "not known" in found.rule


def test_a_fargate_profile_of_the_environment_s_own() -> None:
    def profile(namespace: str) -> Edit:
        return lambda environment: environment.update(
            fargate_profiles={"tools": {"selectors": [{"namespace": namespace}]}}
        )

    found = _interrupted(profile("other"), before=profile("tools"))
    assert set(found) == {"fargate_profiles.tools"}
    assert "EKS deletes their pods" in found["fargate_profiles.tools"].rule


def test_what_is_not_deployed_interrupts_nothing() -> None:
    assert not interruptions(Deployed(), _environment(lambda _data: None))


def test_several_fargate_profiles_at_once_are_said_to_be_deleted_one_by_one() -> None:
    def profiles(*namespaces: str) -> Edit:
        return lambda environment: environment.update(
            fargate_profiles={f"tools-{key}": {"selectors": [{"namespace": key}]} for key in namespaces}
        )

    one = _interrupted(profiles("a"), before=profiles("a", "b"))["virtual_clusters"]
    several = _interrupted(profiles("a"), before=profiles("a", "b", "c"))["virtual_clusters"]
    assert "one profile at a time" in several.rule
    assert "doctor" in several.fix
    assert "one profile at a time" not in one.rule
