"""Several teams on a cluster: namespaces, roles and shared profiles of an environment in its templates."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import kubernetes_validate
import pytest

from emr_eks_placement.assembly import read_assembly
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.facts.fargate import DEFAULT_VCPU_QUOTA
from stacks import EnvironmentStacks
from tests.infra.conftest import Synthesize
from tests.infra.synthesized import Synthesized, cli_context

ROLE = "arn:aws:iam::111122223333:role/teams/etl"
MANIFEST = "Custom::AWSCDK-EKS-KubernetesResource"


@pytest.fixture
def synthesize_with(tmp_path: Path, synthesize: Synthesize) -> Any:
    """dev.yaml with these virtual clusters, its job on the first of them, and other settings."""

    def make(virtual_clusters: dict[str, Any], job: dict[str, Any] | None = None, **settings: Any) -> Synthesized:
        data = synthesize("dev").environment.model_dump(exclude_unset=True) | settings
        data["virtual_clusters"] = virtual_clusters
        own = {
            "virtual_cluster": next(iter(virtual_clusters)),
            "entry_point": "s3://jobs/count.py",
            "arguments": [],
            "placements": {"fargate": {"mode": "fargate"}},
        }
        data["jobs"]["trip-count"] |= own | (job or {})
        environment = Environment.model_validate(data)
        app = cdk.App(outdir=str(tmp_path), context=cli_context(), analytics_reporting=False)
        stacks = EnvironmentStacks(app, environment)
        app.synth()
        return Synthesized(environment, stacks, tmp_path)

    return make


def manifest(synthesized: Synthesized) -> list[dict[str, Any]]:
    """The manifest of the only namespace."""
    (properties,) = synthesized.properties(MANIFEST)
    made: list[dict[str, Any]] = json.loads(properties["Manifest"])
    return made


def request(synthesized: Synthesized) -> dict[str, Any]:
    _, parameter = synthesized.at("JobRuns/trip-count-in-fargate/Resource", "AWS::SSM::Parameter")
    made: dict[str, Any] = json.loads(synthesized.deployed(parameter["Properties"]["Value"]))
    return made


def outputs(synthesized: Synthesized) -> dict[str, Any]:
    found = synthesized.templates["dev-virtual-clusters"]["Outputs"]
    return {key: synthesized.deployed(one["Value"]) for key, one in found.items() if "Export" not in one}


def check_plan_reads_it(synthesized: Synthesized) -> None:
    expected = replace(capacity_of(synthesized.environment), fargate_vcpus=DEFAULT_VCPU_QUOTA)
    assert read_assembly(synthesized.folder) == {"Cluster": expected}


# Namespaces


@pytest.mark.parametrize(
    ("quota", "specs"),
    [
        ({}, {}),
        ({"pods": 9}, {"ResourceQuota": {"hard": {"pods": "9"}}}),
        (
            {"memory": "80Gi"},
            {
                "ResourceQuota": {"hard": {"requests.memory": "80Gi"}},
                "LimitRange": {"limits": [{"type": "Container", "defaultRequest": {"memory": "0"}}]},
            },
        ),
        (
            {"cpu": 64},
            {
                "ResourceQuota": {"hard": {"requests.cpu": "64"}},
                "LimitRange": {"limits": [{"type": "Container", "defaultRequest": {"cpu": "0"}}]},
            },
        ),
        (
            {"pods": 9, "memory": "800Gi", "container_memory": "64Gi"},
            {
                "ResourceQuota": {"hard": {"pods": "9", "requests.memory": "800Gi"}},
                "LimitRange": {
                    "limits": [
                        {
                            "type": "Container",
                            "defaultRequest": {"memory": "0"},
                            "max": {"memory": "64Gi"},
                            "default": {"memory": "64Gi"},
                        }
                    ]
                },
            },
        ),
    ],
)
def test_a_quota_is_in_the_namespaces_manifest(
    synthesize_with: Any, quota: dict[str, Any], specs: dict[str, Any]
) -> None:
    made = synthesize_with({"spark": {"namespace": "spark-jobs", "quota": quota}})
    objects = manifest(made)
    assert {one["kind"]: one["spec"] for one in objects if "spec" in one} == specs
    for one in objects:
        kubernetes_validate.validate(one, "1.35", strict=True)
        assert one["metadata"].get("namespace", one["metadata"]["name"]) == "spark-jobs"
    check_plan_reads_it(made)


@pytest.mark.parametrize("level", ["baseline", "privileged"])
def test_a_namespace_enforces_its_pod_security_standard(synthesize_with: Any, level: str) -> None:
    made = synthesize_with({"spark": {"namespace": "spark-jobs", "pod_security": level}})
    assert manifest(made)[0]["metadata"]["labels"] == {"pod-security.kubernetes.io/enforce": level}
    check_plan_reads_it(made)


def test_an_existing_namespace_is_left_alone(synthesize_with: Any) -> None:
    made = synthesize_with({"spark": {"namespace": "spark-jobs", "existing_namespace": True}})
    assert made.of_type(MANIFEST) == {}
    _, virtual_cluster = made.at("spark/Resource", "AWS::EMRContainers::VirtualCluster")
    assert virtual_cluster["Properties"]["ContainerProvider"]["Info"]["EksInfo"] == {"Namespace": "spark-jobs"}
    assert set(made.of_type("AWS::EKS::FargateProfile")) <= set(virtual_cluster["DependsOn"])
    check_plan_reads_it(made)


# Roles and log groups


def test_a_job_runs_with_the_role_that_it_names(synthesize_with: Any) -> None:
    roles = {"etl": {"data_access": {"write": ["s3://sales/"]}}}
    own = {"namespace": "spark-jobs", "execution_roles": roles}
    made = synthesize_with({"spark": own}, job={"execution_role": "etl"})
    arns = outputs(made)
    assert arns["SparkEtlExecutionRole"] != arns["SparkExecutionRoleArn"]
    assert request(made)["executionRoleArn"] == arns["SparkEtlExecutionRole"]
    _, policy = made.at("spark/ExecutionRole-etl/Resource/DefaultPolicy/Resource", "AWS::IAM::Policy")
    _, other = made.at("spark/ExecutionRole/Resource/DefaultPolicy/Resource", "AWS::IAM::Policy")
    assert ":s3:::sales" in json.dumps(policy)
    assert ":s3:::sales" not in json.dumps(other)
    (deployment,) = made.properties("Custom::CDKBucketDeployment")
    marked = {key: value for one in deployment["SourceMarkers"] for key, value in one.items()}
    assert made.deployed(marked["<<spark:execution_role_arns:etl>>"]) == arns["SparkEtlExecutionRole"]


@pytest.mark.parametrize(
    ("own", "job"),
    [
        ({"execution_role_arn": ROLE}, {}),
        ({"execution_roles": {"etl": {"execution_role_arn": ROLE}}}, {"execution_role": "etl"}),
    ],
)
def test_a_given_role_is_used_as_it_is(synthesize_with: Any, own: dict[str, Any], job: dict[str, Any]) -> None:
    made = synthesize_with({"spark": {"namespace": "spark-jobs", **own}}, job=job)
    assert request(made)["executionRoleArn"] == ROLE
    assert ROLE in outputs(made).values()
    made_here = [
        path for path in paths(made, "AWS::IAM::Role") if "ExecutionRole" in path and path.startswith("spark/")
    ]
    assert len(made_here) == (0 if "execution_role_arn" in own else 1)
    assert not any("ExecutionRole-etl" in path for path in paths(made, "AWS::IAM::Policy"))


def paths(synthesized: Synthesized, kind: str) -> list[str]:
    """The construct paths of all resources of a type, below their stacks."""
    return [one["Metadata"]["aws:cdk:path"].split("/", 1)[1] for one in synthesized.of_type(kind).values()]


def test_a_given_log_group_is_used_as_it_is(synthesize_with: Any) -> None:
    made = synthesize_with({"spark": {"namespace": "spark-jobs", "logs": {"log_group": "/teams/spark"}}})
    assert made.of_type("AWS::Logs::LogGroup") == {}
    monitoring = request(made)["configurationOverrides"]["monitoringConfiguration"]
    assert monitoring["cloudWatchMonitoringConfiguration"]["logGroupName"] == "/teams/spark"
    _, policy = made.at("spark/ExecutionRole/Resource/DefaultPolicy/Resource", "AWS::IAM::Policy")
    assert ":log-group:/teams/spark:*" in json.dumps(policy)


# Fargate profiles


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ({"fargate_profile_quota": 12}, 12),
        ({"fargate_sharing": "packed"}, 3),
        ({"fargate_sharing": "wildcard", "fargate_namespaces": "spark-*"}, 1),
    ],
)
def test_twelve_teams(synthesize_with: Any, settings: dict[str, Any], count: int) -> None:
    teams = {f"team-{i}": {"namespace": f"spark-{i}"} for i in range(12)}
    made = synthesize_with(teams, **settings)
    assert len(made.of_type("AWS::EKS::FargateProfile")) == count
    assert len(made.of_type("AWS::EMRContainers::VirtualCluster")) == 12
    check_plan_reads_it(made)
