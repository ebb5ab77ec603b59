"""What templates hold and weigh, and how they come about."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.infra.synthesized import ROOT, Synthesized, cli_context


def test_every_environment_has_one_bucket_deployment_and_one_kubectl_handler(synthesized: Synthesized) -> None:
    assert len(synthesized.of_type("AWS::Lambda::Function")) == 4  # one calls the handler, one lets EMR in
    assert len(synthesized.of_type("Custom::CDKBucketDeployment")) == 1


def test_nothing_has_a_fixed_name_but_roles_and_parameters(synthesized: Synthesized) -> None:
    named = {
        "AWS::IAM::Role": "RoleName",
        "AWS::SSM::Parameter": "Name",
        "AWS::S3::Bucket": "BucketName",
        "AWS::Logs::LogGroup": "LogGroupName",
        "AWS::EKS::Cluster": "Name",
        "AWS::EKS::Nodegroup": "NodegroupName",
        "AWS::EKS::FargateProfile": "FargateProfileName",
        "AWS::EC2::LaunchTemplate": "LaunchTemplateName",
        "AWS::Lambda::Function": "FunctionName",
    }
    found = Counter(kind for kind, field in named.items() for each in synthesized.properties(kind) if field in each)
    runs = sum(len(job.placements) for job in synthesized.environment.jobs.values())
    roles = sum(len(virtual_cluster.roles) for virtual_cluster in synthesized.environment.virtual_clusters.values())
    assert found == {"AWS::IAM::Role": roles, "AWS::SSM::Parameter": runs}


def test_templates_know_no_account_and_no_machine(synthesized: Synthesized) -> None:
    for file in synthesized.files:
        text = file.read_text()
        assert str(ROOT) not in text
        assert str(Path.home()) not in text
        assert synthesized.environment.account is None


def test_the_weight_of_a_small_environment(dev: Synthesized) -> None:
    kinds = Counter(resource["Type"] for resource in dev.resources.values())
    assert kinds["AWS::Lambda::Function"] <= 4
    assert sum(count for kind, count in kinds.items() if kind.startswith("Custom::")) <= 4
    assert kinds.total() <= 75
    assert sum(file.stat().st_size for file in dev.files) <= 80_000


def test_synthesis_needs_no_credentials_and_looks_nothing_up(tmp_path: Path) -> None:
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "CDK_OUTDIR": str(tmp_path / "cdk.out"),
        "CDK_CONTEXT_JSON": json.dumps({**cli_context(), "environment": "dev"}),
        "HTTPS_PROXY": "http://127.0.0.1:9",  # where nothing listens
    }
    assert not [name for name in environment if name.startswith("AWS_")]
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "missing" not in json.loads((tmp_path / "cdk.out/manifest.json").read_text())
