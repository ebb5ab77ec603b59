"""Parameters of jobs: where they may be used, and that no plan depends on their values."""

from typing import Any

import pytest

from emr_eks_placement.definition import define_job_run
from emr_eks_placement.environment import Environment
from emr_eks_placement.facts.spark_entries import alternates
from emr_eks_placement.job.parameters import decides_pods
from emr_eks_placement.spark.effects import names_that_matter

DATA: dict[str, Any] = {
    "name": "a",
    "region": "us-east-1",
    "zones": ["us-east-1a", "us-east-1b"],
    "node_groups": {"system": {"instance_types": ["m6i.2xlarge"]}},
    "virtual_clusters": {"spark": {"namespace": "spark-jobs"}},
}


def environment(**job: Any) -> Environment:
    count = {
        "virtual_cluster": "spark",
        "entry_point": "s3://trips/count.py",
        "release_label": "emr-7.12.0-latest",
        "placements": {"fargate": {}, "ec2": {}},
    }
    return Environment.model_validate({**DATA, "jobs": {"count": {**count, **job}}})


def test_defaults_are_in_definitions_and_names_are_kept_in_templates() -> None:
    made = environment(
        arguments=["--day=${day}"],
        spark_conf={"spark.app.day": "${day}, ${HOME}"},
        parameters={"day": {"default": "today"}},
    )
    for keep, day in ((False, "today"), (True, "${day}")):
        request = define_job_run(made, "count", "fargate", keep_parameters=keep).request
        assert request["jobDriver"]["sparkSubmitJobDriver"]["entryPointArguments"] == [f"--day={day}"]
        (defaults,) = request["configurationOverrides"]["applicationConfiguration"]
        assert defaults["properties"]["spark.app.day"] == f"{day}, ${{HOME}}"


@pytest.mark.parametrize("key", ["spark.kubernetes.driver.annotation.day", "spark.driver.extraJavaOptions"])
def test_a_property_that_decides_pods_takes_no_parameter(key: str) -> None:
    with pytest.raises(ValueError, match="decides the job's pods"):
        environment(spark_conf={key: "${day}"}, parameters={"day": {"default": "today"}})


def test_properties_that_decide_pods_take_no_parameter() -> None:
    """Every property that a plan reads or warns of, under its old names too."""
    old = [one for one, new in alternates().items() if new in names_that_matter()]
    assert len(old) >= 3
    names = [f"{name}x" if name.endswith(".") else name for name in (*names_that_matter(), *old)]
    assert [name for name in names if not decides_pods(name)] == []
    assert not decides_pods("spark.sql.shuffle.partitions")
