"""The laws between define and plan: what define gives lands where the placement says, and a change of it is seen."""

import copy
import os
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from emr_eks_placement.definition import JobRunDefinition, define
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.errors import RuleError
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.modes import placement
from emr_eks_placement.placement import ROLES, Ec2, Fargate, Role
from emr_eks_placement.planning import Plan, PlannedPod, plan
from tests.strategies import NAMESPACE, VIRTUAL_CLUSTER, Case, cases
from tests.unit.environments import environment
from tests.unit.read_back import DEPLOYED
from tests.unit.sizes import job

EXAMPLES = os.environ.get("LAW_EXAMPLES")
LABEL = "spark.kubernetes.{}.label.spark-node-placement"


def planned(definition: JobRunDefinition, target: Environment, namespace: str = NAMESPACE) -> Plan:
    templates = {DEPLOYED.uri(template.key): template.content for template in definition.pod_templates}
    return plan(definition.request, templates, capacity_of(target), namespace=namespace)


def check_on_target(pod: PlannedPod, target: Fargate | Ec2, where: Environment) -> None:
    landing = pod.landing
    assert not landing.pending, landing.problems
    assert landing.on
    if isinstance(target, Fargate):
        assert (landing.compute, landing.size is not None) == ("fargate", True)
    else:
        assert landing.compute == "ec2"
        for name in landing.on:
            assert target.node_labels.items() <= where.node_groups[name].labels.items()
    if target.zone:
        assert landing.zones == (target.zone,)


TARGETS: Counter[str] = Counter()


@settings(
    max_examples=int(EXAMPLES or 300),
    derandomize=EXAMPLES is None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(case=cases())
def check_round_trip(case: Case) -> None:
    try:
        made = define(
            case.job,
            case.placement,
            case.environment,
            virtual_cluster=VIRTUAL_CLUSTER,
            deployed=DEPLOYED,
            node_selection=case.node_selection,
        )
    except RuleError:
        TARGETS["refused"] += 1
        return
    namespace = case.environment.virtual_clusters[VIRTUAL_CLUSTER].namespace
    found = planned(made, case.environment, namespace)
    for role in ROLES:
        check_on_target(found.of(role), case.placement.of(role), case.environment)
        TARGETS[case.placement.of(role).compute] += 1


def test_plan_puts_every_pod_where_the_placement_of_define_says() -> None:
    TARGETS.clear()
    check_round_trip()
    assert TARGETS["fargate"] > 20, TARGETS
    assert TARGETS["ec2"] > 20, TARGETS


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
