"""Parameters of jobs: where they may stand, and that no plan depends on their values."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

import pytest

from emr_eks_placement.definition import define_job_run
from emr_eks_placement.environment import Environment
from emr_eks_placement.job_parameters import decides_pods
from emr_eks_placement.planning.executors import executor_count
from emr_eks_placement.spark.configuration import spark_configuration
from emr_eks_placement.spark.pods import spark_pod
from emr_eks_placement.spark.resources import SparkRole

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


def test_defaults_stand_in_definitions_and_names_where_they_are_kept() -> None:
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


class _Recorded(Mapping[str, str]):
    """Properties that remember which of them were asked for."""

    def __init__(self, properties: Mapping[str, str]) -> None:
        self._properties = properties
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> str:
        self.asked.add(key)
        return self._properties[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._properties)

    def __len__(self) -> int:
        return len(self._properties)


def test_what_pods_are_made_of_takes_no_parameter() -> None:
    """Every property that the pods of a job run are read from by its whole name is one that takes none."""
    request = define_job_run(environment(), "count", "fargate").request
    configuration = spark_configuration(request)
    recorded = _Recorded({**configuration.properties, "spark.dynamicAllocation.enabled": "true"})
    spark = replace(configuration, properties=recorded)
    executor_count(spark)
    for role in get_args(SparkRole):
        spark_pod(spark, role, None, main_container="spark")
    assert len(recorded.asked) > 20
    assert [key for key in recorded.asked if not decides_pods(key)] == []
