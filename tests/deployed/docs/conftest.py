"""environments/dev.yaml, deployed to a local AWS by the README's own command, with real Spark, for the commands of the pages."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from local.aws.emr_containers.job_runs import JobRun
from local.cluster import LocalCluster
from local.emr.job_runner import SparkJobRunner
from tests.docs_commands import Ran, blocks, copy_of_the_repository, installation, run_in_terminal, with_the_programs

ACCOUNT, REGION = "000000000000", "us-east-1"
DATA = "example-data"
HELD = "held-until-it-is-cancelled"
_QUOTAS = [("ec2", "L-1216C47A"), ("ec2", "L-34B43A08"), ("fargate", "L-3032A538")]


@dataclass(frozen=True)
class World:
    """A clone of the repository, and the account that its commands lead to. spoken: what commands printed, by their text."""

    folder: Path
    local: LocalCluster
    variables: Mapping[str, str]
    names: dict[str, str] = field(default_factory=dict)

    def run(self, *texts: str) -> list[Ran]:
        """Commands of one shell, with the account's own names in place of those that pages have."""
        return run_in_terminal([self.named(text) for text in texts], self.folder, self.variables)

    def named(self, text: str) -> str:
        """The text with the account's own names."""
        if text.startswith("emr-placement cancel "):
            text = text.replace("JOB-RUN", self.names["RUN-TO-CANCEL"])
        for name, own in self.names.items():
            text = text.replace(name, own)
        return text

    def client(self, service: str) -> Any:
        return self.local.session.client(service)  # type: ignore[call-overload]


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("clone")
    before = installation()
    copy_of_the_repository(folder)
    (folder / "environments/dev.yaml").write_text(_dev(folder))
    with LocalCluster(tmp_path_factory.mktemp("local"), region=REGION) as local, pytest.MonkeyPatch.context() as patch:
        _hold(patch)
        local.aws.service_quotas.applied |= dict.fromkeys(_QUOTAS, 1000.0)
        _as_an_account_has_it(local.session)
        yield World(folder, local, _variables(folder, local))
    assert installation() == before, "a command of a page has installed something into this repository"


def _as_an_account_has_it(session: boto3.Session) -> None:
    """The service-linked role of Spot, and the data that a page's job reads."""
    trust = {"Effect": "Allow", "Principal": {"Service": "spot.amazonaws.com"}, "Action": "sts:AssumeRole"}
    session.client("iam").create_role(
        Path="/aws-service-role/spot.amazonaws.com/",
        RoleName="AWSServiceRoleForEC2Spot",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    s3 = session.client("s3")
    s3.create_bucket(Bucket=DATA)
    s3.put_object(Bucket=DATA, Key="2026-11-24.csv", Body=b"day,distance\n")


def _dev(folder: Path) -> str:
    """dev.yaml, with what the page of consumers adds to its job, and data that the job may read."""
    dev = yaml.safe_load((folder / "environments/dev.yaml").read_text())
    (shown,) = (yaml.safe_load(block.text) for block in blocks("docs/consumers.md") if block.language == "yaml")
    job, adds = dev["jobs"]["trip-count"], shown["jobs"]["trip-count"]
    placements = {
        name: {**(settings or {}), **(adds["placements"].get(name) or {})}
        for name, settings in job["placements"].items()
    }
    dev["jobs"]["trip-count"] = {**job, **adds, "placements": placements}
    dev["virtual_clusters"]["spark"]["data_access"] = {"read": [f"s3://{DATA}/"]}
    return yaml.safe_dump(dev, sort_keys=False)


def _variables(folder: Path, local: LocalCluster) -> dict[str, str]:
    """Those of a user who is signed in by a profile, whose make finds everything installed."""
    variables = with_the_programs(folder, local.aws.child_environment())
    config = folder / "aws-config"
    key, secret = variables.pop("AWS_ACCESS_KEY_ID"), variables.pop("AWS_SECRET_ACCESS_KEY")
    settings = f"region = {REGION}\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
    config.write_text(f"[default]\n{settings}\n[profile my-profile]\n{settings}")
    return {**variables, "AWS_CONFIG_FILE": str(config), "CI": "true", "YES": "1"}


def _hold(patch: pytest.MonkeyPatch) -> None:
    """A run of this name goes on until it is cancelled; Spark's containers are not run, so others end at once."""
    start, cancel = SparkJobRunner.start, SparkJobRunner.cancel

    def started(runner: SparkJobRunner, run: JobRun) -> None:
        if run.request["name"] == HELD:
            run.set_state("RUNNING")
        else:
            start(runner, run)

    def cancelled(runner: SparkJobRunner, run: JobRun) -> None:
        if run.request["name"] == HELD:
            run.set_state("CANCELLED")
        else:
            cancel(runner, run)

    patch.setattr(SparkJobRunner, "start", started)
    patch.setattr(SparkJobRunner, "cancel", cancelled)


def describe(world: World) -> None:
    """Fills in the names of what is deployed, and starts the runs that pages name."""
    outputs = {
        output["OutputKey"]: output["OutputValue"]
        for stack in world.client("cloudformation").describe_stacks()["Stacks"]
        for output in stack.get("Outputs", [])
    }
    emr = world.client("emr-containers")
    (template,) = [
        one["id"]
        for one in emr.list_job_templates()["templates"]
        if one["name"].startswith("dev-trip-count-fargate-") and "executors" not in one["name"]
    ]
    (machine,) = world.client("stepfunctions").list_state_machines()["stateMachines"]
    (cluster,) = world.client("eks").list_clusters()["clusters"]
    definition = json.loads(
        world.client("ssm").get_parameter(Name="/emr-eks-placement/dev/job-runs/trip-count/fargate")["Parameter"][
            "Value"
        ]
    )
    (world.folder / "job-run.json").write_text(json.dumps(definition))
    by_template = {"virtualClusterId": definition["virtualClusterId"], "jobTemplateId": template, "name": "by-template"}
    (world.folder / "request.json").write_text(json.dumps(by_template))
    (world.folder / "nightly.jsonl").write_text(_fleet(definition))
    run = emr.start_job_run(**definition)["id"]
    own = {
        "--virtual-cluster-id ID": f"--virtual-cluster-id {definition['virtualClusterId']}",
        "--job-template-id ID": f"--job-template-id {template}",
        "arn:aws:states:us-east-1:111122223333:stateMachine:NAME": machine["stateMachineArn"],
        "--id 0001": f"--id {template}",
        "--cluster analytics": f"--cluster {cluster}",
        "--cluster-name CLUSTER": f"--cluster-name {cluster}",
        "ROLE_ARN": definition["executionRoleArn"],
        "s3://BUCKET": f"s3://{outputs['BucketName']}",
        "JOB-RUN": run,
        "RUN-TO-CANCEL": emr.start_job_run(**{**definition, "name": HELD})["id"],
        "111122223333": ACCOUNT,
    }
    world.names.update(own)
    _log(world.local.session, definition, run)


def _fleet(definition: Mapping[str, Any]) -> str:
    """The lines of the page, whose last one is for what is deployed."""
    (lines,) = (block.text for block in blocks("docs/fleet.md") if block.language == "json")
    own = {
        "0123456789abcdef": str(definition["virtualClusterId"]),
        "arn:aws:iam::111122223333:role/spark-jobs": str(definition["executionRoleArn"]),
    }
    for name, ours in own.items():
        lines = lines.replace(name, ours)
    return lines


def _log(session: boto3.Session, definition: Mapping[str, Any], run: str) -> None:
    """A line of an executor's, which the local AWS does not run."""
    group = definition["configurationOverrides"]["monitoringConfiguration"]["cloudWatchMonitoringConfiguration"]
    stream = (
        f"{group['logStreamNamePrefix']}/{definition['virtualClusterId']}/jobs/{run}/containers/"
        f"spark-{run}/spark-{run}-exec-1/stderr"
    )
    logs = session.client("logs")
    logs.create_log_stream(logGroupName=group["logGroupName"], logStreamName=stream)
    logs.put_log_events(
        logGroupName=group["logGroupName"],
        logStreamName=stream,
        logEvents=[{"timestamp": int(time.time() * 1000), "message": "WARN a line of an executor"}],
    )
