"""Invariants of the job runs stack of every environment."""

import json
import re
import shlex
from typing import Any

import aws_cdk as cdk
import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

from emr_eks_placement.definition import DeployedVirtualCluster
from emr_eks_placement.facts import regions
from emr_eks_placement.infra.job_runs import StandIns
from tests.infra.synthesized import Synthesized

Run = tuple[str, str]


def _runs(synthesized: Synthesized) -> list[Run]:
    return [(name, placement) for name, job in synthesized.environment.jobs.items() for placement in job.placements]


def _parameter(synthesized: Synthesized, run: Run) -> dict[str, Any]:
    _, resource = synthesized.at(f"JobRuns/{'-in-'.join(run)}/Resource", "AWS::SSM::Parameter")
    properties: dict[str, Any] = resource["Properties"]
    return properties


def _request(synthesized: Synthesized, run: Run) -> dict[str, Any]:
    request: dict[str, Any] = json.loads(synthesized.deployed(_parameter(synthesized, run)["Value"]))
    return request


def _deployed_files(synthesized: Synthesized) -> dict[str, str]:
    """The bucket's files after the deployment: key -> text, markers replaced."""
    (deployment,) = synthesized.properties("Custom::CDKBucketDeployment")
    files = {}
    for key, markers in zip(deployment["SourceObjectKeys"], deployment["SourceMarkers"], strict=True):
        folder = synthesized.folder / f"asset.{key.removesuffix('.zip')}"
        for path in folder.rglob("*"):
            if path.is_file():
                text = path.read_text()
                for marker, value in markers.items():
                    text = text.replace(marker, synthesized.deployed(value))
                files[path.relative_to(folder).as_posix()] = text
    return files


def _check_patterns(value: Any, shape: Shape, path: str) -> None:
    """What botocore's validator leaves out."""
    if isinstance(shape, StructureShape):
        for name, member in value.items():
            _check_patterns(member, shape.members[name], f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for index, item in enumerate(value):
            _check_patterns(item, shape.member, f"{path}[{index}]")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            _check_patterns(key, shape.key, f"{path}.{key}")
            _check_patterns(item, shape.value, f"{path}.{key}")
    elif isinstance(shape, StringShape) and "pattern" in shape.metadata:
        assert re.fullmatch(shape.metadata["pattern"], value), (path, value)


@pytest.fixture(scope="session")
def start_job_run() -> Shape:
    model = botocore.session.get_session().get_service_model("emr-containers")
    shape = model.operation_model("StartJobRun").input_shape
    assert shape is not None
    return shape


def test_every_definition_is_a_request_that_the_api_takes(synthesized: Synthesized, start_job_run: Shape) -> None:
    for run in _runs(synthesized):
        request = {**_request(synthesized, run), "clientToken": "filled in by the SDK"}
        report = ParamValidator().validate(request, start_job_run)
        assert not report.has_errors(), report.generate_report()
        _check_patterns(request, start_job_run, "")


def test_parameters_are_named_by_environment_job_and_placement(synthesized: Synthesized) -> None:
    for run in _runs(synthesized):
        parameter = _parameter(synthesized, run)
        assert parameter["Name"] == f"/emr-eks-placement/{synthesized.environment.name}/job-runs/{run[0]}/{run[1]}"
        assert parameter["Tier"] == "Intelligent-Tiering"


def test_definitions_name_their_virtual_clusters_resources(synthesized: Synthesized) -> None:
    for run in _runs(synthesized):
        name = synthesized.environment.jobs[run[0]].virtual_cluster
        settings = synthesized.environment.virtual_clusters[name]
        request = _request(synthesized, run)
        virtual_cluster_id, _ = synthesized.at(f"{name}/Resource", "AWS::EMRContainers::VirtualCluster")
        _, role = synthesized.at(f"{name}/ExecutionRole/Resource/Resource", "AWS::IAM::Role")
        bucket_id, _ = synthesized.at("JobBucket/Resource/Resource", "AWS::S3::Bucket")
        bucket = synthesized.deployed({"Ref": bucket_id})
        assert request["name"] == run[0]
        assert request["virtualClusterId"] == synthesized.deployed({"Fn::GetAtt": [virtual_cluster_id, "Id"]})
        assert request["executionRoleArn"].endswith("/" + role["Properties"]["RoleName"])
        monitoring = request["configurationOverrides"]["monitoringConfiguration"]
        assert ("s3MonitoringConfiguration" in monitoring) == settings.logs.s3
        assert ("cloudWatchMonitoringConfiguration" in monitoring) == settings.logs.cloudwatch
        if settings.logs.s3:
            assert monitoring["s3MonitoringConfiguration"]["logUri"] == f"s3://{bucket}/logs/{name}/"


def test_the_buckets_definitions_equal_the_parameters(synthesized: Synthesized) -> None:
    files = _deployed_files(synthesized)
    for run in _runs(synthesized):
        assert json.loads(files[f"job-runs/{run[0]}/{run[1]}.json"]) == _request(synthesized, run)


def test_everything_that_a_definition_names_in_the_bucket_is_uploaded(synthesized: Synthesized) -> None:
    files = _deployed_files(synthesized)
    bucket_id, _ = synthesized.at("JobBucket/Resource/Resource", "AWS::S3::Bucket")
    bucket = synthesized.deployed({"Ref": bucket_id})
    requests = json.dumps([_request(synthesized, run) for run in _runs(synthesized)])
    named = set(re.findall(rf"s3://{bucket}/((?:pod-templates|job-files)/[^\"]+)", requests))
    assert named
    assert named == {key for key in files if not key.startswith("job-runs/")}


def test_nothing_is_pruned(synthesized: Synthesized) -> None:
    (deployment,) = synthesized.properties("Custom::CDKBucketDeployment")
    assert deployment["Prune"] is False


def test_job_templates_exist_where_the_region_has_them(synthesized: Synthesized) -> None:
    templates = synthesized.of_type("AWS::EMRContainers::JobTemplate")
    has_them = regions.has_job_templates(synthesized.environment.region)
    assert len(templates) == (len(_runs(synthesized)) if has_them else 0)


def test_a_job_template_has_the_content_of_the_definition(synthesized: Synthesized) -> None:
    if not regions.has_job_templates(synthesized.environment.region):
        return
    for run in _runs(synthesized):
        _, resource = synthesized.at(f"JobRuns/{'-in-'.join(run)}-template", "AWS::EMRContainers::JobTemplate")
        data = synthesized.deployed(resource["Properties"]["JobTemplateData"])
        request = _request(synthesized, run)
        wanted = {key: request[key] for key in request if key not in ("name", "virtualClusterId")}
        assert _decapitalized(data) == wanted
        assert len(resource["Properties"]["Name"]) <= 64


def _decapitalized(value: Any) -> Any:
    """CloudFormation's property names as the API's; the keys of Spark's properties are data."""
    if isinstance(value, list):
        return [_decapitalized(item) for item in value]
    if not isinstance(value, dict):
        return value
    named = {"PersistentAppUi": "persistentAppUI"}
    return {
        named.get(key, key[0].lower() + key[1:]): item if key == "Properties" else _decapitalized(item)
        for key, item in value.items()
    }


def test_the_bucket_has_an_index_of_the_commands_that_start_each_definition(synthesized: Synthesized) -> None:
    index = json.loads(_deployed_files(synthesized)["job-runs/index.json"])
    region = synthesized.environment.region
    assert [(one["job"], one["placement"]) for one in index["definitions"]] == _runs(synthesized)
    for one in index["definitions"]:
        name = _parameter(synthesized, (one["job"], one["placement"]))["Name"]
        assert one["parameter"] == name
        assert one["stack"] == f"{synthesized.environment.name}-job-runs"
        assert one["objectKey"] in _deployed_files(synthesized)
        words = shlex.split(one["start"])
        assert words[:-1] == ["aws", "emr-containers", "start-job-run", "--region", region, "--cli-input-json"]
        assert shlex.split(words[-1].removeprefix("$(").removesuffix(")")) == [
            *["aws", "ssm", "get-parameter", "--region", region, "--name", name],
            *["--query", "Parameter.Value", "--output", "text"],
        ]


def test_no_definition_takes_an_output_of_its_stack(synthesized: Synthesized) -> None:
    assert "Outputs" not in synthesized.templates[f"{synthesized.environment.name}-job-runs"]


def test_definitions_are_python_objects_at_synth(synthesized: Synthesized) -> None:
    assert list(synthesized.stacks.job_runs.job_runs.definitions) == _runs(synthesized)


def test_a_definition_is_measured_with_the_longest_generated_names() -> None:
    """Of a bucket 63 characters (S3), of a role 64 (IAM), of a virtual cluster 25; a name that is known counts as it is."""
    token = cdk.Fn.ref("Made")
    made = StandIns("spark", DeployedVirtualCluster(virtual_cluster_id=token, execution_role_arn=token, bucket=token))
    longest = made.longest
    assert (len(longest.bucket), len(longest.virtual_cluster_id), len(longest.execution_role_arn.split("/")[1])) == (
        63,
        25,
        64,
    )
    assert set(made.markers) == {made.marked.bucket, made.marked.virtual_cluster_id, made.marked.execution_role_arn}
    known = DeployedVirtualCluster(
        virtual_cluster_id="a1", execution_role_arn="arn:aws:iam::111122223333:role/a", bucket="a"
    )
    assert StandIns("spark", known).longest == StandIns("spark", known).marked == known
    assert not StandIns("spark", known).markers
