"""emr-placement plan on a deployed environment: the file, the assembly and the live cluster say the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.cli.main import main
from emr_eks_placement.job.placement import ROLES, Fargate
from local.cdk import ROOT
from tests.deployed.demo.conftest import JOB, PLACEMENTS, Deployed

ENVIRONMENT_FILE = str(ROOT / "environments/local.yaml")


@pytest.fixture(scope="package")
def cluster(deployed: Deployed) -> str:
    (name,) = deployed.local.session.client("eks").list_clusters()["clusters"]
    return str(name)


@pytest.fixture
def requests(deployed: Deployed, tmp_path: Path) -> list[str]:
    """The deployed definitions as files with nothing beside them: their pod templates are in S3."""
    files = []
    for placement in PLACEMENTS:
        file = tmp_path / f"{placement}.json"
        file.write_text(json.dumps(deployed.definition(placement)))
        files.append(str(file))
    return files


def templates_beside(deployed: Deployed, folder: Path) -> str:
    """A folder with what the bucket holds of pod templates."""
    s3 = deployed.local.session.client("s3")
    for entry in s3.list_objects_v2(Bucket=deployed.bucket, Prefix="pod-templates/")["Contents"]:
        (folder / entry["Key"]).parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(deployed.bucket, entry["Key"], str(folder / entry["Key"]))
    return str(folder / "pod-templates")


def planned(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["plan", "--output", "json", *arguments]) in (0, 1)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def essence(plan: dict[str, Any]) -> list[Any]:
    """All but the names that CloudFormation makes."""
    pods = [
        {key: pod[key] for key in ("pod", "count", "requests", "compute", "zones", "fargate_size")}
        for pod in plan["pods"]
    ]
    nodes = [[one[key] for key in ("roles", "zones", "least", "most", "running", "allowed")] for one in plan["nodes"]]
    return [pods, nodes, [problem["code"] for problem in plan["problems"]]]


def test_the_three_sources_say_the_same(
    deployed: Deployed, cluster: str, requests: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    templates = templates_beside(deployed, Path(requests[0]).parent)
    by_file = planned(capsys, *requests, "--environment", ENVIRONMENT_FILE, "--pod-templates", templates)
    assembly = str(deployed.cdk.assembly)
    by_assembly = planned(capsys, *requests, "--assembly", assembly, "--pod-templates", templates)
    by_cluster = planned(capsys, *requests, "--cluster", cluster)
    for request in requests:
        assert essence(by_file[request]) == essence(by_cluster[request]), request
        assert by_file[request] == by_assembly[request], request


def test_a_live_cluster_places_deployed_definitions_as_planned(
    deployed: Deployed, cluster: str, requests: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = planned(capsys, *requests, "--cluster", cluster)
    for name, request in zip(PLACEMENTS, requests, strict=True):
        placement = deployed.environment.jobs[JOB].placements[name].placement
        for role, pod in zip(ROLES, found[request]["pods"], strict=True):
            target = placement.of(role)
            assert pod["compute"] == ("fargate" if isinstance(target, Fargate) else "ec2")
            assert not pod["pending"]
            assert target.zone is None or pod["zones"] == [target.zone]


def test_a_request_by_job_template_is_planned_with_what_the_template_holds(
    deployed: Deployed, cluster: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    templates = deployed.local.session.client("emr-containers").list_job_templates()["templates"]
    template = next(one for one in templates if one["name"].startswith(f"local-{JOB}-fargate-one-zone"))
    request = tmp_path / "by-template.json"
    identifier = deployed.outputs["SparkVirtualClusterId"]
    request.write_text(json.dumps({"virtualClusterId": identifier, "jobTemplateId": template["id"]}))
    (plan,) = planned(capsys, str(request), "--cluster", cluster).values()
    assert [(pod["compute"], pod["zones"]) for pod in plan["pods"]][1:] == [("fargate", ["us-east-1a"])] * 2


def test_a_template_missing_in_the_bucket_is_reported_and_the_others_are_planned(
    deployed: Deployed, cluster: str, requests: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text(Path(requests[PLACEMENTS.index("pinned-driver")]).read_text().replace(".yaml", ".yml"))
    capsys.readouterr()
    assert main(["plan", str(wrong), requests[0], "--cluster", cluster]) == 2
    captured = capsys.readouterr()
    (error,) = (line for line in captured.err.splitlines() if not line.startswith("note: "))
    assert error.startswith(f"error: {wrong}: s3://{deployed.bucket}/pod-templates/spark/driver-")
    assert requests[0] in captured.out


def test_a_cluster_that_is_not_there_is_one_line_that_names_those_that_are(
    cluster: str, requests: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["plan", requests[0], "--cluster", "nowhere"]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert f"Name one of {cluster}" in captured.err
