from typing import Any

import pytest

from local.aws.model_validation import compiled_pattern, service_model, summary, violations

VALID: dict[str, Any] = {
    "virtualClusterId": "abc123",
    "clientToken": "token",
    "releaseLabel": "emr-7.12.0-latest",
    "jobDriver": {"sparkSubmitJobDriver": {"entryPoint": "s3://bucket/job.py"}},
}


def test_valid_request_has_no_violation() -> None:
    assert violations("emr-containers", "StartJobRun", VALID) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"clientToken": None}, "clientToken"),
        ({"colour": "red"}, "colour"),
        ({"name": 7}, "name"),
        ({"virtualClusterId": "UPPER"}, "regular expression pattern: [0-9a-z]+"),
        ({"virtualClusterId": "a" * 65}, "less than or equal to 64"),
        ({"jobDriver": {"sparkSubmitJobDriver": {}}}, "entryPoint"),
        (
            {"configurationOverrides": {"monitoringConfiguration": {"persistentAppUI": "MAYBE"}}},
            "enum value set: [ENABLED, DISABLED]",
        ),
        (
            {"configurationOverrides": {"applicationConfiguration": [
                {"classification": "spark-defaults", "properties": {"spark.jars": " "}}
            ]}},
            "applicationConfiguration.1.member.properties.spark.jars",
        ),
    ],
)  # fmt: skip
def test_violation_names_member_and_rule(change: dict[str, Any], expected: str) -> None:
    request = {name: value for name, value in {**VALID, **change}.items() if value is not None}
    assert expected in summary(violations("emr-containers", "StartJobRun", request))


def test_more_than_100_properties_are_refused() -> None:
    properties = {f"spark.custom.{number}": "x" for number in range(101)}
    overrides = {"applicationConfiguration": [{"classification": "spark-defaults", "properties": properties}]}
    found = violations("emr-containers", "StartJobRun", {**VALID, "configurationOverrides": overrides})
    assert len(found) == 1
    assert "length less than or equal to 100" in found[0]


@pytest.mark.parametrize("service", ["eks", "emr-containers"])
def test_every_pattern_of_the_models_compiles(service: str) -> None:
    model = service_model(service)
    patterns = {model.shape_for(name).metadata.get("pattern") for name in model.shape_names} - {None}
    assert patterns
    for pattern in patterns:
        compiled_pattern(str(pattern))
