"""Jobs whose text means something to the services that their definitions pass through."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Annotations, Match, Template

from emr_eks_placement.environment import Environment
from stacks import EnvironmentStacks
from tests.infra.conftest import Synthesize


def _environment(synthesize: Synthesize, **job: Any) -> Environment:
    data = synthesize("dev").environment.model_dump(exclude_unset=True)
    data["jobs"]["trip-count"] |= {"arguments": [], "entry_point": "s3://bucket/job.py", **job}
    data["jobs"]["trip-count"]["placements"] = {"fargate": {"mode": "fargate"}}
    return Environment.model_validate(data)


@pytest.fixture
def app(tmp_path: Path) -> cdk.App:
    return cdk.App(outdir=str(tmp_path))


def test_double_braces_are_escaped_for_parameter_store(app: cdk.App, synthesize: Synthesize) -> None:
    name = "/data/{{EXECUTOR_ID}}"
    stacks = EnvironmentStacks(app, _environment(synthesize, spark_conf={"spark.local.dir": name}))
    (parameter,) = Template.from_stack(stacks.job_runs).find_resources("AWS::SSM::Parameter").values()
    text = "".join(
        part if isinstance(part, str) else "token" for part in parameter["Properties"]["Value"]["Fn::Join"][1]
    )
    assert "{{" not in text
    assert name in json.dumps(json.loads(text))


def test_no_job_template_takes_spark_text_for_a_parameter(app: cdk.App, synthesize: Synthesize) -> None:
    conf = {"spark.driver.extraJavaOptions": "-Duser=${USER}"}
    stacks = EnvironmentStacks(app, _environment(synthesize, spark_conf=conf))
    Template.from_stack(stacks.job_runs).resource_count_is("AWS::EMRContainers::JobTemplate", 0)
    Annotations.from_stack(stacks.job_runs).has_warning(
        "*", Match.string_like_regexp("No job template of trip-count in placement fargate")
    )


def test_an_account_in_the_file_is_the_only_one_deployed_to(app: cdk.App, synthesize: Synthesize) -> None:
    account = "111122223333"
    environment = _environment(synthesize).model_copy(update={"account": account})
    stacks = EnvironmentStacks(app, environment)
    assert {stack.account for stack in (stacks.platform, stacks.virtual_clusters, stacks.job_runs)} == {account}
    assert account not in json.dumps(Template.from_stack(stacks.virtual_clusters).to_json())
