"""The permissions that a deployment needs, against AWS's lists of its handlers and actions."""

from typing import get_args

import pytest

from emr_eks_placement.deployer import deployer_policies
from emr_eks_placement.deployer.statements import size
from emr_eks_placement.facts.deployment import CUSTOM_RESOURCE, GRANTS
from tests.deployment_permissions import registry
from tests.deployment_permissions.handler_calls import called
from tests.infra.conftest import Synthesize
from tests.infra.every_choice import every_choice
from tests.infra.synthesized import Synthesized


@pytest.fixture(scope="module")
def everything(synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory) -> list[Synthesized]:
    return list(every_choice(synthesize, tmp_path_factory.mktemp("choices")))


def test_exactly_the_types_of_the_templates_have_permissions(everything: list[Synthesized]) -> None:
    kinds = {resource["Type"] for one in everything for resource in one.resources.values()}
    assert {kind for kind in kinds if not kind.startswith("Custom::")} == set(GRANTS)


@pytest.mark.parametrize("kind", GRANTS)
def test_the_permissions_of_a_type_are_those_that_its_handlers_ask_for(
    kind: str, everything: list[Synthesized]
) -> None:
    of_type = [(one, properties) for one in everything for properties in one.properties(kind)]
    asked = {
        action
        for one, properties in of_type
        for action in called(kind, get_args(registry.Handler), properties, one.environment.region)
    }
    assert {action for grant in GRANTS[kind] for action in grant.actions} == asked


def test_only_actions_that_can_be_limited_to_no_resource_are_allowed_on_all() -> None:
    for grant in (*CUSTOM_RESOURCE, *(one for grants in GRANTS.values() for one in grants)):
        for action in grant.actions:
            kinds = registry.resource_kinds(action)
            assert kinds is not None, f"IAM has no {action}"
            assert bool(kinds) == bool(grant.resources), action


def test_policies_fit_what_a_role_takes_with_room_to_spare(everything: list[Synthesized]) -> None:
    for one in everything:
        made = deployer_policies(one.folder).execution
        assert len(made) <= 5, one.folder
        assert max(map(size, made)) <= 6144


def test_more_jobs_and_placements_need_no_other_policy(synthesize: Synthesize) -> None:
    (statement,) = (
        statement
        for policy in deployer_policies(synthesize("prod").folder).execution
        for statement in policy["Statement"]
        if "ssm:PutParameter" in statement["Action"]
    )
    assert "arn:aws:ssm:eu-west-1:*:parameter/emr-eks-placement/prod/*" in statement["Resource"]
    assert len(statement["Resource"]) == 3
