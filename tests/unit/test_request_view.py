"""The pod templates, the monitoring and EMR's settings of a request are read in one place."""

from pathlib import Path
from typing import Any

import pytest

import emr_eks_placement
from emr_eks_placement.emr.request import Monitoring, Request, template_property
from tests.unit.planned import DRIVER_TEMPLATE, EXECUTOR_TEMPLATE, request

PACKAGE = Path(emr_eks_placement.__file__).parent
DRIVER, EXECUTOR = (f"spark.kubernetes.{role}.podTemplateFile" for role in ("driver", "executor"))
# Where each name is written: the view, the tables of what a plan makes of settings, and what define writes.
MONITORING = {"emr/request.py", "definition/define.py"}
SPELLED = {
    "podTemplateFile": {"spark/pods.py"},
    '"monitoringConfiguration"': MONITORING,
    '"s3MonitoringConfiguration"': MONITORING,
    '"cloudWatchMonitoringConfiguration"': MONITORING,
}


@pytest.mark.parametrize("name", SPELLED)
def test_names_of_a_request_are_spelled_in_one_place(name: str) -> None:
    files = PACKAGE.rglob("*.py")
    found = {str(file.relative_to(PACKAGE)) for file in files if name in file.read_text(encoding="utf-8")}
    assert found == SPELLED[name]


def test_templates_are_those_that_spark_submit_reads() -> None:
    asked = request({DRIVER: DRIVER_TEMPLATE}, parameters=f"--conf {DRIVER}=s3://t/other.yaml")
    nested = {"classification": "spark-defaults", "properties": {EXECUTOR: EXECUTOR_TEMPLATE}}
    asked["configurationOverrides"]["applicationConfiguration"][0]["configurations"] = [nested]
    assert Request(asked).templates == {"driver": "s3://t/other.yaml", "executors": EXECUTOR_TEMPLATE}
    assert Request(request({DRIVER: ""})).templates == {}, "a blank name is none"
    assert (template_property("driver"), template_property("executors")) == (DRIVER, EXECUTOR)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (None, Monitoring()),
        ({}, Monitoring()),
        ({"persistentAppUI": "DISABLED"}, Monitoring(app_ui="DISABLED")),
        ({"s3MonitoringConfiguration": {"logUri": "s3://logs/a"}}, Monitoring(log_uri="s3://logs/a", keeps_logs=True)),
        (
            {"cloudWatchMonitoringConfiguration": {"logGroupName": "g", "logStreamNamePrefix": "p"}},
            Monitoring(log_group="g", stream_prefix="p", keeps_logs=True),
        ),
    ],
)
def test_monitoring(written: dict[str, Any] | None, read: Monitoring) -> None:
    asked = request()
    if written is not None:
        asked["configurationOverrides"]["monitoringConfiguration"] = written
    assert Request(asked).monitoring == read
    assert Request({"releaseLabel": "emr-7.12.0-latest"}).monitoring == Monitoring()


def test_of_a_classification_that_comes_twice_the_last_value_counts() -> None:
    asked = request(emr_containers_defaults={"job-start-timeout": "60", "logging.image": "a"})
    again = {"classification": "emr-containers-defaults", "properties": {"job-start-timeout": "120"}}
    asked["configurationOverrides"]["applicationConfiguration"].append(again)
    assert Request(asked).defaults == {"job-start-timeout": "120", "logging.image": "a"}
    assert Request(asked).start_timeout_seconds == 120
    assert Request(asked).submitter == {}
