"""The ways in which definitions come out of a deployment, each used as its user would."""

import json
from pathlib import Path

import pytest

from emr_eks_placement.cli.main import main
from tests.deployed.demo.conftest import JOB, NAMESPACE, PLACEMENTS, Deployed


def test_kubectl_applies_the_namespace_with_its_quota(deployed: Deployed) -> None:
    kubernetes = deployed.local.kubernetes
    labels = [one["metadata"].get("labels", {}) for one in kubernetes.objects("namespaces")]
    assert "baseline" in [one.get("pod-security.kubernetes.io/enforce") for one in labels]
    (quota,) = kubernetes.objects("resourcequotas", NAMESPACE)
    (limits,) = kubernetes.objects("limitranges", NAMESPACE)
    assert quota["spec"] == {"hard": {"pods": "50", "requests.memory": "400Gi"}}
    assert limits["spec"]["limits"][0]["max"] == {"memory": "64Gi"}


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_the_aws_cli_accepts_the_emitted_file(deployed: Deployed, placement: str, tmp_path: Path) -> None:
    file = tmp_path / "definition.json"
    s3 = deployed.local.session.client("s3")
    s3.download_file(deployed.bucket, f"job-runs/{JOB}/{placement}.json", str(file))
    started = json.loads(deployed.shell(f"aws emr-containers start-job-run --cli-input-json file://{file}"))
    assert started["virtualClusterId"] == deployed.outputs["SparkVirtualClusterId"]


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_the_parameter_holds_what_the_bucket_holds(deployed: Deployed, placement: str) -> None:
    name = f"/emr-eks-placement/local/job-runs/{JOB}/{placement}"
    parameter = deployed.local.session.client("ssm").get_parameter(Name=name)["Parameter"]
    assert json.loads(parameter["Value"]) == deployed.definition(placement)


def test_the_command_in_the_index_starts_the_job(deployed: Deployed) -> None:
    s3 = deployed.local.session.client("s3")
    index = json.loads(s3.get_object(Bucket=deployed.bucket, Key="job-runs/index.json")["Body"].read())
    (command,) = (one["start"] for one in index["definitions"] if one["placement"] == "fargate-one-zone")
    started = json.loads(deployed.shell(command))
    run = deployed.local.session.client("emr-containers").describe_job_run(
        id=started["id"], virtualClusterId=started["virtualClusterId"]
    )["jobRun"]
    assert run["name"] == JOB


def test_a_native_job_template_runs_as_placed(deployed: Deployed) -> None:
    emr = deployed.local.session.client("emr-containers")
    templates = emr.list_job_templates()["templates"]
    assert len(templates) == len(PLACEMENTS)
    template = next(one for one in templates if one["name"].startswith(f"local-{JOB}-fargate-one-zone"))
    definition = {"virtualClusterId": deployed.outputs["SparkVirtualClusterId"], "jobTemplateId": template["id"]}
    outcome = deployed.run("fargate-one-zone", definition)
    assert (outcome.state, outcome.differences) == ("COMPLETED", ()), outcome.details


def test_the_files_that_define_writes_are_the_deployed_ones(deployed: Deployed, tmp_path: Path) -> None:
    outputs = deployed.local.folder / "outputs.json"
    command = ["define", "--environment", "environments/local.yaml", "--outputs", str(outputs), "-o", str(tmp_path)]
    assert main(command) == 0
    for placement in PLACEMENTS:
        written = json.loads((tmp_path / "job-runs" / JOB / f"{placement}.json").read_text())
        assert written == deployed.definition(placement)
    s3 = deployed.local.session.client("s3")
    for file in (path for path in tmp_path.rglob("*") if path.is_file() and "job-runs" not in path.parts):
        key = str(file.relative_to(tmp_path))
        assert s3.get_object(Bucket=deployed.bucket, Key=key)["Body"].read() == file.read_bytes()


def test_the_namespace_came_by_kubectl(deployed: Deployed) -> None:
    created = [
        request
        for request in deployed.local.kubernetes.requests
        if request.method == "POST" and request.path.startswith("/api/v1/namespaces?")
    ]
    assert [request.body["metadata"]["name"] for request in created if isinstance(request.body, dict)] == [NAMESPACE]
