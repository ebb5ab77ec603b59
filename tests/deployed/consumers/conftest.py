"""An environment whose jobs are run by everything that can, deployed once by the CDK CLI, on job runs that tests steer."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from emr_eks_placement.environment import Environment
from local.aws.emr_containers.job_runs import JobRun
from local.aws.errors import ApiError
from local.aws.ministack import names
from local.aws.rest_json import Operation, Request
from local.cdk import ROOT, CdkCli
from local.cluster import LocalCluster
from tests.changed_environment import changed_environment, synthesize

JOB = "trip-count"
_EVERY_SIX_HOURS = {"expression": "rate(6 hours)", "retry_attempts": 2}
JOBS: dict[str, Any] = {
    JOB: {
        "virtual_cluster": "spark",
        "entry_point": str(ROOT / "assets/jobs/trip_count.py"),
        "arguments": ["--trips", str(ROOT / "assets/data/trips.csv"), "--since=${since}"],
        "parameters": {"since": {"default": "2024-01-01"}, "rows": {"type": "NUMBER", "default": "100"}},
        "spark_conf": {"spark.sql.shuffle.partitions": "${rows}"},
        "release_label": "emr-7.12.0-latest",
        "driver": {"memory": "2g"},
        "executors": {"cores": 2, "memory": "4g", "instances": 2},
        "placements": {
            "fargate": {"state_machine": {"timeout_minutes": 60}, "schedule": _EVERY_SIX_HOURS},
            "pinned-driver": {"driver": {"node_labels": {"workload": "spark-driver"}}},
            "ec2": {"schedule": _EVERY_SIX_HOURS},
        },
    }
}
PLACEMENTS = tuple(JOBS[JOB]["placements"])


class SteeredRuns:
    """A job runner whose runs end as tests say; None: not before they are cancelled."""

    def __init__(self) -> None:
        self.outcome: str | None = "COMPLETED"
        self.started: list[JobRun] = []
        self._moved = threading.Condition()

    def start(self, run: JobRun) -> None:
        with self._moved:
            self.started.append(run)
            self._moved.notify_all()
        if self.outcome:
            threading.Thread(target=run.set_state, args=(self.outcome,), kwargs={"details": "as steered"}).start()

    def cancel(self, run: JobRun) -> None:
        threading.Thread(target=run.set_state, args=("CANCELLED",)).start()

    def wait_for(self, runs: int) -> None:
        with self._moved:
            assert self._moved.wait_for(lambda: len(self.started) >= runs, 300), self.started


@dataclass(frozen=True)
class Deployed:
    """The deployed environment and what its tests do with it."""

    environment: Environment
    local: LocalCluster
    runs: SteeredRuns
    outputs: dict[str, str]

    def client(self, service: str) -> Any:
        return self.local.session.client(service)  # type: ignore[call-overload]

    def definition(self, placement: str) -> dict[str, Any]:
        """The content of the bucket."""
        found = self.client("s3").get_object(Bucket=self.outputs["BucketName"], Key=f"job-runs/{JOB}/{placement}.json")
        definition: dict[str, Any] = json.loads(found["Body"].read())
        return definition

    def command(self, placement: str, kind: str) -> str:
        """The command that starts the job, as the bucket's index has it; kind: start or execute."""
        found = self.client("s3").get_object(Bucket=self.outputs["BucketName"], Key="job-runs/index.json")
        definitions = json.loads(found["Body"].read())["definitions"]
        return next(str(one[kind]) for one in definitions if (one["job"], one["placement"]) == (JOB, placement))

    @property
    def state_machine(self) -> str:
        """The ARN of that of placement fargate, as the index names it."""
        return self.shell("bash", "-ec", f"echo {self.command('fargate', 'execute').rpartition('-arn ')[2]}").strip()

    def run(self, started: dict[str, Any]) -> dict[str, Any]:
        """The job run that StartJobRun answered with, once it has ended."""
        assert self.local.aws.emr_containers.wait_for_runs(started["virtualClusterId"], 300)
        where = {"id": started["id"], "virtualClusterId": started["virtualClusterId"]}
        described: dict[str, Any] = self.client("emr-containers").describe_job_run(**where)["jobRun"]
        return described

    def shell(self, *command: str) -> str:
        """What a command prints."""
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
        assert ended.returncode == 0, ended.stderr
        return ended.stdout


@pytest.fixture(scope="package")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("consumers")
    environment = changed_environment(folder, jobs=JOBS)
    cdk = CdkCli(environment.name, synthesize(environment, folder / "cdk.out"), folder / "cdk.log")
    runs = SteeredRuns()
    short_waits = names.replaced_attribute(names.stepfunctions, "_SFN_WAIT_SCALE", 0.01)
    with LocalCluster(folder, region=environment.region, job_runner=runs) as local, short_waits:
        cdk.bootstrap("000000000000", environment.region)
        cdk.deploy(folder / "outputs.json")
        stacks = json.loads((folder / "outputs.json").read_text())
        outputs = {key: value for outputs in stacks.values() for key, value in outputs.items()}
        yield Deployed(environment, local, runs, outputs)


@pytest.fixture
def deployed(everything: Deployed) -> Iterator[Deployed]:
    """With no job runs so far, and runs that are COMPLETED."""
    everything.runs.started.clear()
    everything.runs.outcome = "COMPLETED"
    yield everything


class Throttle:
    """Refuses as many of the next StartJobRun calls as it has left, as a throttled service does."""

    left = 0

    def __init__(self, start_job_run: Operation) -> None:
        self._start_job_run = start_job_run

    def __call__(self, request: Request) -> Mapping[str, Any]:
        if self.left:
            self.left -= 1
            raise ApiError("TooManyRequestsException", "Too Many Requests", 429)
        return self._start_job_run(request)


@pytest.fixture
def throttle(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Throttle:
    emr = deployed.local.aws.emr_containers
    made = Throttle(emr.start_job_run)
    monkeypatch.setitem(emr.api.operations, "StartJobRun", made)
    return made


@pytest.fixture
def denied(deployed: Deployed) -> Iterator[Callable[[str, str], None]]:
    """Takes an action from the role of a construct, until the end of the test."""
    iam = deployed.client("iam")
    before: list[dict[str, Any]] = []

    def deny(construct: str, action: str) -> None:
        (name,) = (role["RoleName"] for role in iam.list_roles()["Roles"] if construct in role["RoleName"])
        (policy,) = iam.list_role_policies(RoleName=name)["PolicyNames"]
        document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        before.append({"RoleName": name, "PolicyName": policy, "PolicyDocument": json.dumps(document)})
        kept = [one for one in document["Statement"] if action not in one["Action"]]
        assert kept != document["Statement"]
        changed = json.dumps({**document, "Statement": kept})
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=changed)

    yield deny
    for document in before:
        iam.put_role_policy(**document)
