"""An execution role of somebody else: with the policy of docs/job-roles.md jobs run, without a part of it doctor reports it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.cli.main import main
from local.cdk import ROOT, CdkCli
from local.cluster import LocalCluster
from local.demo.run import Outcome
from tests.changed_environment import changed_environment, synthesize
from tests.deployed.definitions import deployed_definitions, run_definition
from tests.deployed.existing.test_existing import SomebodyElse

ACCOUNT, REGION, NAMESPACE = "000000000000", "us-east-1", "spark-jobs"


def documented_policy(bucket: str, log_group: str) -> dict[str, Any]:
    (text,) = re.findall(r"```json\n(.*?)```", (ROOT / "docs/job-roles.md").read_text(), re.DOTALL)
    values = {"BUCKET": bucket, "LOG-GROUP": log_group, "NAME": "spark", "REGION": REGION, "ACCOUNT": ACCOUNT}
    for name, value in values.items():
        text = re.sub(rf"\b{name}\b", value, text)
    policy: dict[str, Any] = json.loads(text)
    return policy


def role_for_service_accounts(local: LocalCluster, provider_arn: str) -> str:
    """As aws emr-containers update-role-trust-policy leaves it, for all service accounts of the namespace."""
    issuer = provider_arn.partition(":oidc-provider/")[2]
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": provider_arn},
        "Condition": {"StringLike": {f"{issuer}:sub": f"system:serviceaccount:{NAMESPACE}:emr-containers-sa-*"}},
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn: str = local.session.client("iam").create_role(RoleName="jobs", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    return arn


def findings_of_permissions(file: Path, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    main(["doctor", "-e", str(file), "--output", "json"])
    checks = json.loads(capsys.readouterr().out)
    return [(one["state"], one["found"]) for one in checks if one["name"] == "permissions"]


def test_jobs_run_with_the_documented_policy_and_doctor_finds_what_another_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with LocalCluster(tmp_path, region=REGION) as local:
        somebody = SomebodyElse(local.session)
        role = role_for_service_accounts(local, somebody.provider_arn)
        environment = changed_environment(
            tmp_path,
            **somebody.settings(),
            virtual_clusters={"spark": {"namespace": NAMESPACE, "execution_role_arn": role}},
        )
        cli = CdkCli(environment.name, synthesize(environment, tmp_path / "cdk.out"), tmp_path / "cdk.log")
        cli.bootstrap(ACCOUNT, REGION)
        cli.deploy(tmp_path / "outputs.json")
        outputs = json.loads((tmp_path / "outputs.json").read_text())["changed-virtual-clusters"]
        bucket = outputs["BucketName"]
        definitions = {
            placement: definition for _, placement, definition in deployed_definitions(local, environment, bucket)
        }
        policy = documented_policy(bucket, outputs["SparkLogGroupName"])

        def run() -> Outcome:
            return run_definition(local, environment, "trip-count", "fargate", definitions["fargate"])

        def allow(document: dict[str, Any]) -> None:
            local.session.client("iam").put_role_policy(
                RoleName="jobs", PolicyName="jobs", PolicyDocument=json.dumps(document)
            )

        allow(policy)
        assert [state for state, _ in findings_of_permissions(tmp_path / "changed.yaml", capsys)] == ["ok"]
        assert run().state == "COMPLETED"

        read_only = {**policy, "Statement": [one for one in policy["Statement"] if one["Action"] != "s3:ListBucket"]}
        allow(read_only)
        found = findings_of_permissions(tmp_path / "changed.yaml", capsys)
        assert {state for state, _ in found} == {"missing"}
        assert any(
            "jobs is not allowed s3:ListBucket on" in text and "prefix job-files/spark/" in text for _, text in found
        )
        outcome = run()
        assert outcome.state == "FAILED"
        assert "ListObjectsV2 of prefix job-files/spark/" in outcome.details
