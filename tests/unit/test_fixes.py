"""Fixes that name what the cluster at hand has."""

from typing import Any

import pytest

from emr_eks_placement.facts import kubernetes
from emr_eks_placement.scheduling.capacity import Capacity
from tests.unit.planned import LABEL, ON_FARGATE, ZONE_A, ZONE_B, capacity, node_group, planned, profile, request

ETL = {f"spark.kubernetes.{role}.label.type": "etl" for role in ("driver", "executor")}
BY_TYPE = capacity(fargate_profiles={"batch": profile({"type": "etl"}, (ZONE_A, ZONE_B))})
BY_PATTERN = capacity(fargate_profiles={"batch": profile({"type": "e*"})})
BY_ROLE = capacity(
    fargate_profiles={"drivers": profile({"spark-role": "driver"}), "all": profile({"spark-role": "executor"})}
)
ZONES = capacity(
    fargate_profiles={
        "any": profile({LABEL: "fargate"}),
        "b": profile({LABEL: "fargate-us-east-1b"}, (ZONE_B,)),
    }
)
TAINTED = [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]


def fix(code: str, asked: dict[str, Any], where: Capacity) -> str:
    (one,) = {problem.fix for problem in planned(asked, where).problems if problem.code == code}
    return one


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (BY_TYPE, "Keep an EC2 node, or set jobsubmitter.label.type=etl in the classification emr-job-submitter"),
        (BY_PATTERN, "Keep an EC2 node, or set jobsubmitter.label.type=etl in the classification emr-job-submitter"),
        (BY_ROLE, "Keep an EC2 node, or add a selector to a Fargate profile that takes the job submitter too"),
    ],
    ids=["a label", "a pattern", "labels that only Spark sets"],
)
def test_the_submitter_is_to_have_the_labels_of_the_profile(where: Capacity, expected: str) -> None:
    assert fix("SUBMITTER_ON_EC2", request(ETL), where) == expected


def test_executors_in_one_zone_take_a_profile_of_one_zone_or_a_zone_of_nodes() -> None:
    several = capacity(
        fargate_profiles={**ZONES.fargate_profiles, "any": profile({LABEL: "fargate"}, (ZONE_A, ZONE_B))}
    )
    by_label = f"For one zone, set spark.kubernetes.executor.label.{LABEL}=fargate-us-east-1b (profile b)"
    assert fix("EXECUTORS_ACROSS_ZONES", request(ON_FARGATE), several) == by_label
    assert "add a Fargate profile" in fix("EXECUTORS_ACROSS_ZONES", request(ETL), BY_TYPE)
    nodes = capacity(
        node_groups={"nodes": node_group("m6i.4xlarge", zones=(ZONE_A, ZONE_B), initial_size=4, max_size=4)}
    )
    assert f"add a node selector {kubernetes.ZONE}=us-east-1a" in fix("EXECUTORS_ACROSS_ZONES", request(), nodes)


def test_a_zone_that_another_profile_has_is_reached_by_its_label() -> None:
    asked = request({**ON_FARGATE, f"spark.kubernetes.driver.node.selector.{kubernetes.ZONE}": ZONE_B})
    profile_b = f"profile b (spark.kubernetes.driver.label.{LABEL}=fargate-us-east-1b)"
    assert fix("FARGATE_ZONE", asked, ZONES) == f"Use {profile_b}, or name a zone of the profile: us-east-1a"
    assert fix("FARGATE_ZONE", asked, capacity()) == "Name a zone of the profile: us-east-1a"


def test_a_node_selector_on_fargate_names_the_label_that_the_profile_selects() -> None:
    asked = request({**ETL, "spark.kubernetes.driver.node.selector.workload": "spark"})
    assert fix("FARGATE_NODE_SELECTOR", asked, BY_TYPE) == (
        "Remove the node selector workload for the driver, or place the pod on EC2: remove its label type=etl, "
        "which profile batch selects"
    )
    whole = capacity(fargate_profiles={"whole": profile()})
    assert "profile whole takes it by its namespace" in fix("FARGATE_NODE_SELECTOR", asked, whole)


def test_what_the_nearest_node_group_lacks_is_named() -> None:
    driver = request({"spark.driver.cores": "6"})
    tainted = capacity(node_groups={"gpu": node_group("m6i.4xlarge", taints=TAINTED), "small": node_group("m6i.large")})
    assert fix("EC2_NO_NODE_GROUP", driver, tainted).startswith("Tolerate gpu=yes:NoSchedule to use gpu")
    selected = request({"spark.kubernetes.driver.node.selector.a": "b"})
    assert "without it nodes can take the pod" in fix("EC2_NO_NODE_GROUP", selected, capacity())
    small = capacity(node_groups={"small": node_group("m6i.large", initial_size=3, max_size=3)})
    assert (
        fix("EC2_NO_NODE_GROUP", driver, small)
        == "Add instance type m6i.2xlarge to small or a group like it, or ask for less"
    )
    huge = request({"spark.driver.memory": "3000g"})
    assert "Correct node selector, tolerations or size" in fix("EC2_NO_NODE_GROUP", huge, small)


def test_a_driver_is_kept_off_spot_by_the_label_of_the_nodes_that_are_there() -> None:
    cheap = node_group("m6i.4xlarge", capacity_type="spot")
    both = capacity(node_groups={"cheap": cheap, "steady": node_group("m6i.4xlarge", initial_size=2, max_size=4)})
    assert "which steady have: a node selector eks.amazonaws.com/capacityType=ON_DEMAND" in fix(
        "EC2_SPOT", request(), both
    )
    assert fix("EC2_SPOT", request(), capacity(node_groups={"cheap": cheap})).startswith("Ask for On-Demand nodes: ")


@pytest.mark.parametrize(
    ("spark", "where"),
    [
        ({f"spark.kubernetes.driver.label.{LABEL}": "fargate"}, capacity()),
        (
            {
                f"spark.kubernetes.driver.label.{LABEL}": "other",
                f"spark.kubernetes.driver.annotation.{kubernetes.COMPUTE_TYPE}": "ec2",
            },
            capacity(),
        ),
        ({}, BY_ROLE),
        (
            {"spark.kubernetes.driver.label.type": "etl"},
            capacity(fargate_profiles={"batch": profile({"type": "batch", "team": "a"})}),
        ),
    ],
    ids=["the profile's own value", "kept off Fargate on purpose", "labels of Spark's", "another label is missing too"],
)
def test_a_label_that_is_no_near_miss_is_not_warned_of(spark: dict[str, str], where: Capacity) -> None:
    found = planned(request(spark), where).problems
    assert [one for one in found if one.code == "FARGATE_NOT_SELECTED"] == []


@pytest.mark.parametrize(
    "spark",
    [
        {"spark.executor.cores": "9", "spark.executor.instances": "2"},
        {"spark.executor.cores": "10", "spark.executor.instances": "12"},
        {"spark.executor.cores": "2", "spark.executor.instances": "12"},
        {**ON_FARGATE, "spark.executor.cores": "9", "spark.executor.instances": "12"},
    ],
    ids=["few", "more than half", "many on a node", "on Fargate"],
)
def test_executors_that_fill_their_nodes_are_not_called_wasteful(spark: dict[str, str]) -> None:
    assert [one for one in planned(request(spark)).problems if one.code == "EXECUTORS_LEAVE_ROOM"] == []


def test_the_size_that_is_named_fills_the_node() -> None:
    """Nine cores of sixteen: two of at most half the node, or one of up to all of it."""
    job = {"spark.executor.cores": "9", "spark.executor.instances": "12"}
    text = fix("EXECUTORS_LEAVE_ROOM", request(job), capacity())
    assert text.startswith("To have 2 on a node, let each request at most 7.87 vCPU and ")
    assert "to fill it with 1, up to 15.74 vCPU and " in text
    halved = {"spark.kubernetes.executor.request.cores": "7870m", "spark.executor.instances": "12"}
    assert [one for one in planned(request(halved)).problems if one.code == "EXECUTORS_LEAVE_ROOM"] == []
