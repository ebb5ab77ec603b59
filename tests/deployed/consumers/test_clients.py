"""Definitions started by the AWS CLI and by boto3, and job templates with parameters."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.deployed.consumers.conftest import JOB, PLACEMENTS, Deployed


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_the_aws_cli_starts_the_definition_of_the_bucket(deployed: Deployed, placement: str, tmp_path: Path) -> None:
    file = tmp_path / "definition.json"
    deployed.shell(
        "aws", "s3", "cp", f"s3://{deployed.outputs['BucketName']}/job-runs/{JOB}/{placement}.json", str(file)
    )
    deployed.shell("aws", "emr-containers", "start-job-run", "--cli-input-json", f"file://{file}")
    (run,) = deployed.runs.started
    assert run.request.items() >= deployed.definition(placement).items()


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_boto3_starts_the_definition_of_the_bucket(deployed: Deployed, placement: str) -> None:
    definition = deployed.definition(placement)
    run = deployed.run(deployed.client("emr-containers").start_job_run(**definition))
    assert run["state"] == "COMPLETED"
    assert run.items() >= definition.items()


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_job_template_without_values_is_the_definition(deployed: Deployed, placement: str) -> None:
    run = deployed.run(start_template(deployed, placement))
    assert run.items() >= deployed.definition(placement).items()


def test_a_job_template_takes_values_for_its_parameters(deployed: Deployed) -> None:
    run = deployed.run(start_template(deployed, "pinned-driver", since="2023-07-01", rows="7"))
    arguments = run["jobDriver"]["sparkSubmitJobDriver"]["entryPointArguments"]
    assert arguments[-1] == "--since=2023-07-01"
    defaults, *_ = run["configurationOverrides"]["applicationConfiguration"]
    assert defaults["properties"]["spark.sql.shuffle.partitions"] == "7"
    of_definition = deployed.definition("pinned-driver")["configurationOverrides"]["applicationConfiguration"][0]
    assert {**defaults["properties"], "spark.sql.shuffle.partitions": "100"} == of_definition["properties"]


@pytest.mark.parametrize("values", [{"rows": "many"}, {"day": "2023-07-01"}])
def test_a_job_template_refuses_other_values(deployed: Deployed, values: dict[str, str]) -> None:
    with pytest.raises(ClientError, match=next(iter(values))):
        start_template(deployed, "ec2", **values)


def start_template(deployed: Deployed, placement: str, **values: str) -> dict[str, str]:
    emr = deployed.client("emr-containers")
    (template,) = (
        one["id"] for one in emr.list_job_templates()["templates"] if one["name"].rsplit("-", 1)[0].endswith(placement)
    )
    definition = deployed.definition(placement)
    started: dict[str, str] = emr.start_job_run(
        name=definition["name"],
        virtualClusterId=definition["virtualClusterId"],
        jobTemplateId=template,
        jobTemplateParameters=values,
    )
    return started
