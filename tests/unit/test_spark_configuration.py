"""How spark-submit reads a request's configuration."""

from typing import Any

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.spark.configuration import classification, spark_configuration


def request(parameters: str, defaults: dict[str, str] | None = None, **driver: Any) -> dict[str, Any]:
    return {
        "releaseLabel": "emr-7.12.0-latest",
        "jobDriver": {
            "sparkSubmitJobDriver": {"entryPoint": "s3://jobs/count.py", "sparkSubmitParameters": parameters, **driver}
        },
        "configurationOverrides": {
            "applicationConfiguration": [{"classification": "spark-defaults", "properties": defaults or {}}]
        },
    }


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("--conf spark.a=1", {"spark.a": "1"}),
        ("-c spark.a=1", {"spark.a": "1"}),
        ("--conf=spark.a=b=c", {"spark.a": "b=c"}),
        ("--conf spark.a=1 --conf spark.a=2", {"spark.a": "2"}),
        ("--conf 'spark.a=x y'", {"spark.a": "x y"}),
        ('--conf "spark.a=-Dx=\\"y\\""', {"spark.a": '-Dx="y"'}),
        ("--driver-memory 2g --conf spark.driver.memory=4g", {"spark.driver.memory": "2g"}),
        ("--executor-cores=3 --num-executors 5", {"spark.executor.cores": "3", "spark.executor.instances": "5"}),
        ("--verbose --class a.B --py-files x.py --conf spark.a=1", {"spark.a": "1"}),
    ],
)
def test_options_of_spark_submit(parameters: str, expected: dict[str, str]) -> None:
    assert spark_configuration(request(parameters)).properties == expected


def test_parameters_beat_spark_defaults() -> None:
    found = spark_configuration(request("--conf spark.a=1", {"spark.a": "2", "spark.b": "3"})).properties
    assert found == {"spark.a": "1", "spark.b": "3"}


def test_nested_configurations_count() -> None:
    inner = {"classification": "spark-defaults", "properties": {"spark.b": "2"}}
    outer = {"classification": "other", "configurations": [inner]}
    asked = {"configurationOverrides": {"applicationConfiguration": [outer]}}
    assert classification(asked, "spark-defaults") == {"spark.b": "2"}


@pytest.mark.parametrize(
    ("parameters", "rule"),
    [
        ("--conf 'spark.a=1", "quoted as a shell reads it"),
        ("--conf spark.a", "key=value"),
        ("--conf", "takes a value"),
        ("--executor-memroy 2g", "no option of spark-submit"),
        ("count.py", "no option of spark-submit"),
        ("--verbose=true", "no option of spark-submit"),
        ("-c=spark.a=1", "no option of spark-submit"),
    ],
)
def test_what_spark_submit_does_not_take_is_refused_with_its_field(parameters: str, rule: str) -> None:
    with pytest.raises(RuleError, match=rule) as refused:
        spark_configuration(request(parameters))
    assert refused.value.path == ("jobDriver", "sparkSubmitJobDriver", "sparkSubmitParameters")


def test_spark_sql_runs_in_the_jvm() -> None:
    asked = {
        "releaseLabel": "emr-6.9.0-latest",
        "jobDriver": {"sparkSqlJobDriver": {"entryPoint": "s3://q.py", "sparkSqlParameters": "--executor-cores 2"}},
    }
    found = spark_configuration(asked)
    assert (found.language, found.properties) == ("jvm", {"spark.executor.cores": "2"})


def test_options_of_spark_sql_s_own_take_nothing_from_those_of_spark_submit() -> None:
    parameters = "-S --executor-cores 2 --hivevar a=b -e 'select 1' --conf spark.a=1"
    asked = {
        "releaseLabel": "emr-6.9.0-latest",
        "jobDriver": {"sparkSqlJobDriver": {"entryPoint": "s3://q.sql", "sparkSqlParameters": parameters}},
    }
    assert spark_configuration(asked).properties == {"spark.executor.cores": "2", "spark.a": "1"}
