"""Each placement is planned once from the environment file to the templates, and never not at all."""

from collections import Counter
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
import yaml

from emr_eks_placement import DeployedVirtualCluster, Environment, Plan, RuleError, load_checked
from emr_eks_placement.definition import define
from emr_eks_placement.infra import JobBucket, JobRuns
from stacks import EnvironmentStacks
from tests.infra.synthesized import cli_context

DATA: dict[str, Any] = {
    "region": "us-east-1",
    "zones": ["us-east-1a", "us-east-1b"],
    "node_groups": {"system": {"instance_types": ["m6i.2xlarge"]}},
    "virtual_clusters": {"spark": {"namespace": "spark-jobs", "definition_stacks": 2}},
    "jobs": {
        name: {
            "virtual_cluster": "spark",
            "entry_point": "s3://trips/count.py",
            "arguments": ["${day}"],
            "parameters": {"day": {"default": "today"}},
            "release_label": "emr-7.12.0-latest",
            "placements": {"fargate": {"schedule": {"expression": "rate(1 day)"}}, "ec2": {"state_machine": {}}},
        }
        for name in ("counts", "totals")
    },
}


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each job was planned, by the job in its placement, as in its request."""
    seen: Counter[str] = Counter()
    plan = define.__globals__["plan"]

    def counted(request: dict[str, Any], *arguments: Any, **settings: Any) -> Plan:
        seen[str((request["name"], request["configurationOverrides"].get("applicationConfiguration")))] += 1
        found: Plan = plan(request, *arguments, **settings)
        return found

    monkeypatch.setitem(define.__globals__, "plan", counted)
    return seen


def test_synthesis_plans_each_placement_once(tmp_path: Path, planned: Counter[str]) -> None:
    """With parameters, state machines, schedules and several stacks too."""
    file = tmp_path / "once.yaml"
    file.write_text(yaml.safe_dump(DATA))
    checked = load_checked(file)
    app = cdk.App(outdir=str(tmp_path / "cdk.out"), context=cli_context(), analytics_reporting=False)
    stacks = EnvironmentStacks(app, checked)
    app.synth()
    assert len(stacks.definitions) == 3
    assert list(planned.values()) == [1, 1, 1, 1]


def unplaceable() -> Environment:
    small = {**DATA, "name": "small", "node_groups": {"system": {"instance_types": ["m6i.large"]}}}
    large = {**DATA["jobs"]["counts"], "driver": {"cores": 4, "memory": "20g"}}
    return Environment.model_validate({**small, "jobs": {"counts": large}})


def test_an_environment_that_no_file_was_read_for_is_checked_too() -> None:
    with pytest.raises(RuleError, match="no node group takes the driver pod") as refused:
        EnvironmentStacks(cdk.App(context=cli_context(), analytics_reporting=False), unplaceable())
    assert refused.value.path == ("jobs", "counts", "placements", "ec2", "driver")


def test_so_are_definitions_that_are_used_alone() -> None:
    stack = cdk.Stack(cdk.App(analytics_reporting=False), "JobRuns")
    deployed = DeployedVirtualCluster(
        virtual_cluster_id="a1", execution_role_arn="arn:aws:iam::111122223333:role/a", bucket="a"
    )
    bucket = JobBucket(stack, "Bucket").bucket
    with pytest.raises(RuleError, match="no node group takes the driver pod"):
        JobRuns(stack, "JobRuns", environment=unplaceable(), deployed={"spark": deployed}, bucket=bucket)
