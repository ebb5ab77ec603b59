"""What is said of an environment on the day of a deployment."""

from datetime import date
from typing import Any

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.advice import advice, check_support
from emr_eks_placement.environment.platform import KUBERNETES_VERSIONS
from emr_eks_placement.facts.kubernetes_versions import support
from tests.unit.environments import data


def environment(**cluster: Any) -> Environment:
    settings = data()
    return Environment.model_validate({**settings, "name": "dev", "cluster": {**settings["cluster"], **cluster}})


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 11, 25), "standard"),
        (date(2025, 11, 26), "extended"),
        (date(2026, 11, 25), "extended"),
        (date(2026, 11, 26), "ended"),
    ],
)
def test_support_ends_with_the_start_of_its_day(day: date, expected: str) -> None:
    assert support("1.31", day) == expected


def test_a_version_without_support_is_refused_for_a_new_cluster() -> None:
    day = date(2026, 11, 28)
    with pytest.raises(RuleError) as refused:
        check_support(environment(version="1.31"), day)
    assert refused.value.path == ("cluster", "version")
    assert "until 2026-11-26" in refused.value.rule
    for version in KUBERNETES_VERSIONS[1:]:
        check_support(environment(version=version), day)


def test_a_cluster_in_extended_support_can_not_leave_it_by_a_policy() -> None:
    day = date(2026, 11, 28)
    with pytest.raises(RuleError) as refused:
        check_support(environment(version="1.33", upgrade_policy="standard"), day)
    assert refused.value.path == ("cluster", "upgrade_policy")
    assert "in extended support since 2026-07-29" in refused.value.rule
    check_support(environment(version="1.33", upgrade_policy="extended"), day)
    check_support(environment(version="1.34", upgrade_policy="standard"), day)


def test_extended_support_is_said_with_its_price() -> None:
    day = date(2026, 11, 28)
    (sentence,) = advice(environment(version="1.33", admins=[]), day)
    assert "extended support until 2027-07-29: the cluster costs 0.60 USD an hour instead of 0.10" in sentence
    assert not list(advice(environment(version="1.34", admins=[]), day))
    assert list(advice(environment(version="1.34", admins=[]), date(2026, 12, 2)))


def test_a_cluster_that_eks_upgrades_by_itself_is_said_before_it_does() -> None:
    day = date(2026, 11, 28)
    (sentence,) = advice(environment(version="1.35", upgrade_policy="standard", admins=[]), day)
    assert sentence.startswith("cluster.upgrade_policy: from 2027-03-27 on EKS upgrades the cluster by itself")
    assert not list(advice(environment(version="1.35", upgrade_policy="extended", admins=[]), day))


def test_a_cluster_without_an_admin_is_said_until_somebody_decides() -> None:
    day = date(2026, 11, 28)
    (sentence,) = advice(environment(), day)
    assert sentence.startswith("cluster.admins: nobody can access the cluster")
    assert not list(advice(environment(admins=["arn:aws:iam::111122223333:role/admin"]), day))
