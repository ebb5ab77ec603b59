"""The laws between define and plan: what define returns lands as placed, and a change of it is seen."""

import copy
from collections import Counter
from typing import Any

import pytest
from hypothesis import given

from emr_eks_placement.definition import JobRunDefinition, define
from emr_eks_placement.environment import Environment
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.job.modes import placement
from emr_eks_placement.job.placement import ROLES, Ec2, Fargate, Role
from emr_eks_placement.planning import PlannedPod
from tests.strategies import VIRTUAL_CLUSTER, Case, all_cases
from tests.unit.environments import environment
from tests.unit.laws import LAW, defined, planned
from tests.unit.read_back import DEPLOYED
from tests.unit.sizes import job

LABEL = "spark.kubernetes.{}.label.spark-node-placement"
OUTCOMES: Counter[str] = Counter()


def check_on_target(pod: PlannedPod, target: Fargate | Ec2) -> None:
    landing = pod.landing
    assert not landing.pending, landing.problems
    assert landing.on
    if isinstance(target, Fargate):
        assert (landing.compute, landing.size is not None) == ("fargate", True)
    else:
        assert landing.compute == "ec2"
        for nodes in landing.nodes.values():
            anyhow = target.model_copy(update={"capacity_type": None})
            assert all(anyhow.node_selector.items() <= node.labels.items() for node in nodes)
            assert all(target.capacity_type in (None, node.capacity_type) for node in nodes)
    if target.zone:
        assert landing.zones == (target.zone,)


@LAW
@given(case=all_cases())
def check_round_trip(case: Case) -> None:
    made = defined(case)
    OUTCOMES["defined" if made else "refused"] += 1
    if made is None:
        return
    found = planned(made, case.environment)
    assert [problem for problem in found.problems if problem.severity == "error"] == []
    for role in ROLES:
        check_on_target(found.of(role), case.placement.of(role))
        OUTCOMES[case.placement.of(role).compute] += 1


def test_plan_puts_every_pod_where_define_placed_it() -> None:
    OUTCOMES.clear()
    check_round_trip()
    print(dict(OUTCOMES))  # noqa: T201 - shown by make laws
    assert OUTCOMES["fargate"] > 20, OUTCOMES
    assert OUTCOMES["ec2"] > 20, OUTCOMES


@pytest.fixture
def where() -> Environment:
    return environment()


def fargate_definition(where: Environment, zone: str | None = None) -> JobRunDefinition:
    return define(job(), placement("fargate", zone=zone), where, virtual_cluster=VIRTUAL_CLUSTER, deployed=DEPLOYED)


def properties(definition: JobRunDefinition) -> dict[str, str]:
    found: dict[str, str] = definition.request["configurationOverrides"]["applicationConfiguration"][0]["properties"]
    return found


def changed(definition: JobRunDefinition, change: dict[str, str | None]) -> JobRunDefinition:
    copied = JobRunDefinition(copy.deepcopy(definition.request), definition.pod_templates)
    for key, value in change.items():
        if value is None:
            del properties(copied)[key]
        else:
            properties(copied)[key] = value
    return copied


MUTATIONS: dict[str, tuple[dict[str, str | None], Role, str | None]] = {
    "dropping a label": ({LABEL.format("driver"): None}, "driver", None),
    "swapping a label": ({LABEL.format("executor"): "fargat"}, "executors", None),
    "a node selector that Fargate can't satisfy": (
        {"spark.kubernetes.node.selector.workload": "spark"}, "executors", "FARGATE_NODE_SELECTOR",
    ),
    "the zone's wrong key": ({"spark.kubernetes.node.selector.zone": "us-east-1a"}, "driver", "ZONE_KEY"),
    "a quoted zone": (
        {f"spark.kubernetes.node.selector.{kubernetes.ZONE}": "'us-east-1a'"}, "driver", "ZONE_QUOTED",
    ),
    "a scheduler": ({"spark.kubernetes.driver.scheduler.name": "yunikorn"}, "driver", "FARGATE_SCHEDULER"),
    "a size": ({"spark.executor.memoryOverhead": "130g"}, "executors", "FARGATE_TOO_LARGE"),
    "opting out": ({f"spark.kubernetes.driver.annotation.{kubernetes.COMPUTE_TYPE}": "ec2"}, "driver", None),
}  # fmt: skip


@pytest.mark.parametrize(("change", "role", "code"), MUTATIONS.values(), ids=MUTATIONS.keys())
def test_a_change_of_the_request_changes_the_verdict(
    change: dict[str, str | None], role: Role, code: str | None, where: Environment
) -> None:
    original = fargate_definition(where)
    before, after = planned(original, where), planned(changed(original, change), where)
    assert before.of(role).landing != after.of(role).landing
    if code is None:
        assert after.of(role).landing.compute == "ec2"
    else:
        assert code in {problem.code for problem in after.problems if problem.role == role}


def test_another_namespace_is_none_of_the_profile_s(where: Environment) -> None:
    found = planned(fargate_definition(where), where, "elsewhere")
    assert {found.of(role).landing.compute for role in ROLES} == {"ec2"}


def test_another_zone_moves_the_pods(where: Environment) -> None:
    original = fargate_definition(where, "us-east-1a")
    other = {LABEL.format(role): "fargate-us-east-1c" for role in ("driver", "executor")}
    assert planned(original, where).of("driver").landing.zones == ("us-east-1a",)
    moved: Any = planned(changed(original, dict(other)), where).of("driver").landing
    assert moved.compute == "ec2", "there is no profile of that zone"


def test_a_million_executors_are_one_shape(where: Environment) -> None:
    many = changed(fargate_definition(where), {"spark.executor.instances": "1000000"})
    assert planned(many, where).of("executors").count.most == 1_000_000
