"""What a smoke test runs: each placement once, whichever jobs have it."""

from typing import Any

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.definition import define
from emr_eks_placement.environment import Environment
from emr_eks_placement.submission.smoke import JOB, SmokeCase, case_names, smoke_cases

DRIVERS = {"node_labels": {"workload": "driver"}}


def job(cluster: str = "spark", release: str = "emr-7.12.0-latest", **placements: Any) -> dict[str, Any]:
    return {
        "name": "etl",
        "virtual_cluster": cluster,
        "entry_point": "s3://code/etl.py",
        "release_label": release,
        "driver": {"cores": 8, "memory": "20g"},
        "executors": {"cores": 8, "memory": "20g", "instances": 50},
        "spark_conf": {"spark.sql.shuffle.partitions": "7", "spark.kubernetes.container.image": "registry/spark:1"},
        "placements": placements,
    }


def environment(**jobs: Any) -> Environment:
    return Environment.model_validate(
        {
            "name": "e",
            "region": "us-east-1",
            "zones": ["us-east-1a", "us-east-1b"],
            "node_groups": {"drivers": {"instance_types": ["m6i.4xlarge"], "labels": {"workload": "driver"}}},
            "virtual_clusters": {
                name: {"namespace": f"{name}-jobs", "fargate": {"any_zone": True, "single_zones": ["us-east-1a"]}}
                for name in ("spark", "other")
            },
            "jobs": jobs,
        }
    )


def tried(cases: list[SmokeCase]) -> list[tuple[str, str, str]]:
    return [(one.of_job, one.virtual_cluster, one.placement.name) for one in cases]


def test_an_equal_placement_of_two_jobs_is_tried_once_in_each_virtual_cluster() -> None:
    same = {"mode": "fargate", "zone": "us-east-1a"}
    cases = smoke_cases(
        environment(
            a=job(fargate=None, cheap=same),
            b=job(fargate=None, thrifty=same, dear={"mode": "fargate", "zone": "us-east-1a", "submitter": "fargate"}),
            c=job("other", fargate=None),
        ),
        (),
    )
    assert tried(cases) == [
        ("a", "spark", "fargate"),
        ("a", "spark", "cheap"),
        ("b", "spark", "dear"),
        ("c", "other", "fargate"),
    ]
    assert case_names(cases) == ["spark/fargate", "spark/cheap", "spark/dear", "other/fargate"]


def test_different_placements_of_one_name_have_different_names() -> None:
    cases = smoke_cases(
        environment(
            a=job(cheap={"mode": "fargate"}), b=job(cheap={"mode": "fargate", "zone": "us-east-1a"}, fargate=None)
        ),
        (),
    )
    assert case_names(cases) == ["cheap of a", "cheap of b"], "and fargate is a's cheap"


def test_a_named_placement_is_tried_though_another_job_has_it_by_another_name() -> None:
    both = environment(a=job(fargate=None), b=job(mine={"mode": "fargate"}))
    assert tried(smoke_cases(both, ["mine"])) == [("b", "spark", "mine")]
    assert tried(smoke_cases(both, ["mine", "fargate"])) == [("a", "spark", "fargate")]


def test_the_small_job_is_of_the_job_s_release_and_images_and_of_the_least_size() -> None:
    pinned: dict[str, Any] = {"pinned-driver": {"driver": DRIVERS}}
    (case,) = smoke_cases(environment(a=job(release="emr-6.15.0-latest", **pinned)), ())
    small = case.environment.jobs[case.job]
    definition = define(small, case.placement.choice.placement, case.environment, virtual_cluster="spark")
    driver = definition.request["jobDriver"]["sparkSubmitJobDriver"]
    (file,) = small.local_files
    assert (file.path, file.key.split("/")[:2]) == (JOB, ["job-files", "spark"])
    assert driver["entryPoint"] == f"s3://<bucket>/{file.key}"
    assert "spark.executor.instances=1" in driver["sparkSubmitParameters"]
    assert "spark.driver.memory=1g" in driver["sparkSubmitParameters"]
    (defaults, *_) = definition.request["configurationOverrides"]["applicationConfiguration"]
    assert defaults["properties"]["spark.kubernetes.container.image"] == "registry/spark:1"
    assert "spark.sql.shuffle.partitions" not in defaults["properties"]
    assert (case.release_label, definition.request["releaseLabel"]) == ("emr-6.15.0-latest",) * 2


def test_a_job_that_is_named_runs_as_it_is() -> None:
    both = environment(a=job(fargate=None, ec2={"driver": DRIVERS, "executors": DRIVERS}), b=job(fargate=None))
    cases = smoke_cases(both, (), "a")
    assert tried(cases) == [("a", "spark", "fargate"), ("a", "spark", "ec2")]
    assert all(case.placement.is_deployed and case.job == "a" for case in cases)
    assert case_names(cases) == ["fargate", "ec2"]


@pytest.mark.parametrize(
    ("jobs", "placements", "name", "path"),
    [
        ({"a": job(fargate=None)}, ["ec2"], None, "--placement"),
        ({"a": job(fargate=None), "b": job(cheap={"mode": "fargate"})}, ["cheap"], "a", "--placement"),
        ({"a": job(fargate=None)}, [], "b", "--job"),
        ({}, [], None, "jobs"),
    ],
)
def test_what_is_not_there_is_refused(jobs: Any, placements: list[str], name: str | None, path: str) -> None:
    with pytest.raises(RuleError) as refused:
        smoke_cases(environment(**jobs), placements, name)
    assert refused.value.path == (path,)
