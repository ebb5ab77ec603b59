"""Which placement a submission means, the names of its runs, and how their client tokens are derived."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emr_eks_placement.aws.job_runs import StartedRun
from emr_eks_placement.cli.commands.list import newest_first
from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.emr.job_run import JobRun, job_run_of
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.submission.choose import choose_placement
from emr_eks_placement.submission.request import client_token, default_run_name

LOCAL = load_environment(Path(__file__).parents[2] / "environments/local.yaml")
MOMENT = datetime(2026, 11, 24, 14, 10, 57, tzinfo=UTC)


@pytest.mark.parametrize(
    ("placement", "mode", "zone", "name", "is_deployed"),
    [
        ("fargate-all", None, None, "fargate-all", True),
        (None, "fargate", None, "fargate", True),  # of three of this mode, the one that has its name
        (None, "fargate", "us-east-1a", "fargate-one-zone", True),
        (None, "pinned-driver", "us-east-1a", "pinned-driver-one-zone", True),
        (None, "ec2", "us-east-1b", "ec2-one-zone", True),
        (None, "ec2", "us-east-1a", "ec2-in-us-east-1a", False),
        ("fargate-all", None, "us-east-1a", "fargate-all-in-us-east-1a", False),
    ],
)
def test_a_placement_is_meant_by_name_mode_and_zone(
    placement: str | None, mode: str | None, zone: str | None, name: str, is_deployed: bool
) -> None:
    chosen = choose_placement(LOCAL, "trip-count", placement=placement, mode=mode, zone=zone)
    assert (chosen.name, chosen.is_deployed) == (name, is_deployed)
    assert zone in (None, chosen.choice.zone)


def test_of_a_mode_no_placement_of_which_has_its_name_the_one_without_a_zone_is_meant() -> None:
    job = LOCAL.jobs["trip-count"]
    kept = {name: job.placements[name] for name in ("fargate-all", "fargate-one-zone")}
    environment = LOCAL.model_copy(update={"jobs": {"trip-count": job.model_copy(update={"placements": kept})}})
    chosen = choose_placement(environment, "trip-count", placement=None, mode="fargate", zone=None)
    assert chosen.name == "fargate-all"
    with pytest.raises(RuleError, match="several placements of job trip-count are meant"):
        choose_placement(environment, "trip-count", placement=None, mode=None, zone=None)


def test_run_names_fit_and_differ() -> None:
    names = {default_run_name("j" * 100, MOMENT) for _ in range(20)}
    assert len(names) == 20
    assert {len(name) for name in names} == {64}
    assert default_run_name("trip-count-fargate", MOMENT).startswith("trip-count-fargate-20261124T141057Z-")


def test_a_client_token_is_of_all_four_and_of_nothing_else() -> None:
    token = client_token("vc", "job", "fargate", "run")
    assert token == client_token("vc", "job", "fargate", "run")
    assert len(token) == 64
    others = [("v", "cjob", "fargate", "run"), ("vc", "jo", "b", "run"), ("vc", "job", "fargate", "run2")]
    assert token not in {client_token(*other) for other in others}


@pytest.mark.parametrize(("seconds_before", "is_older"), [(0, False), (20, False), (60, True)])
def test_a_run_that_was_there_before_it_was_asked_for_is_older(seconds_before: int, is_older: bool) -> None:
    """The call took half a minute, retries included."""
    created = MOMENT - timedelta(seconds=seconds_before)
    run = job_run_of({"id": "r", "virtualClusterId": "v", "state": "RUNNING", "createdAt": created})
    assert StartedRun("r", MOMENT, timedelta(seconds=30)).is_older(run) == is_older
    assert not StartedRun("r", None, timedelta(seconds=30)).is_older(run)


def test_runs_of_several_virtual_clusters_are_listed_newest_first() -> None:
    def runs(*ages: int) -> list[JobRun]:
        created = [MOMENT - timedelta(seconds=age) for age in ages]
        described = {"id": "r", "virtualClusterId": "v", "state": "RUNNING"}
        return [job_run_of({**described, "createdAt": moment}) for moment in created]

    assert list(newest_first([runs(1, 4, 6), runs(2, 3), runs(5)])) == runs(1, 2, 3, 4, 5, 6)
