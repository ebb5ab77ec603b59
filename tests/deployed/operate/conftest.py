"""environments/local.yaml, deployed once to a local AWS whose job runs go on until a test ends them."""

import contextlib
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from emr_eks_placement.definition.job_run import CheckedEnvironment
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment_file import load, load_environment
from local.aws.emr_containers.job_runs import JobRun
from local.aws.server import LocalAws
from local.cdk import ROOT, CdkCli
from local.kubernetes import RecordingKubernetesApi
from tests.changed_environment import synthesize

FILE = "environments/local.yaml"
REGION = "us-east-1"


@dataclass
class SteeredRuns:
    """A job runner: each run becomes RUNNING at once, and ends with `outcome`; None: when a test ends it.

    queues: whether runs stay PENDING instead.
    """

    outcome: str | None = None
    queues: bool = False
    cancels: bool = True
    started: dict[str, JobRun] = field(default_factory=dict)
    _moved: threading.Condition = field(default_factory=threading.Condition)
    _due: tuple[int, Callable[[], object]] | None = None

    def start(self, run: JobRun) -> None:
        with self._moved:
            self.started[run.id] = run
            self._moved.notify_all()
            if self._due and len(self.started) >= self._due[0]:
                _, action = self._due
                self._due = None
                action()
        if self.queues:
            return
        run.set_state("RUNNING")
        if self.outcome:
            self.end(run.id, self.outcome)

    def end(self, id_: str, outcome: str) -> None:
        reason = "USER_ERROR" if outcome == "FAILED" else None
        self.started[id_].set_state(outcome, details=f"ended as {outcome} by a test", failure_reason=reason)

    def cancel(self, run: JobRun) -> None:
        if self.cancels:
            run.set_state("CANCELLED")

    def named(self, name: str) -> list[JobRun]:
        return [run for run in list(self.started.values()) if run.request["name"] == name]

    def wait_for(self, name: str, runs: int) -> list[JobRun]:
        """The runs of that name once there are so many."""
        with self._moved:
            self._moved.wait_for(lambda: len(self.named(name)) >= runs, 300)
        return self.named(name)

    def when(self, runs: int, action: Callable[[], object]) -> None:
        """Once so many more runs are started, and before the answer to the last of them, the action is done."""
        with self._moved:
            self._due = (len(self.started) + runs, action)


@dataclass(frozen=True)
class Deployed:
    """The deployed environment; `runs`: what was started there."""

    aws: LocalAws
    environment: Environment
    session: boto3.Session
    kubernetes: RecordingKubernetesApi
    runs: SteeredRuns
    begun: list["subprocess.Popen[str]"] = field(default_factory=list)

    @property
    def outputs(self) -> dict[str, str]:
        stack = self.session.client("cloudformation").describe_stacks(StackName="local-virtual-clusters")["Stacks"][0]
        return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}

    @property
    def virtual_cluster(self) -> str:
        return self.outputs["SparkVirtualClusterId"]

    @property
    def bucket(self) -> str:
        return self.outputs["BucketName"]

    def definition(self, placement: str) -> dict[str, Any]:
        name = f"/emr-eks-placement/local/job-runs/trip-count/{placement}"
        text = self.session.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        definition: dict[str, Any] = json.loads(text)
        return definition

    def begin(self, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
        """The command line in a process of its own, from the project's folder."""
        command = [sys.executable, "-m", "emr_eks_placement.cli.main", *arguments]
        environment = {**self.aws.child_environment(), "PYTHONPATH": str(ROOT / "constructs"), **variables}
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell has what it starts in the background ignore interrupts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.begun.append(process)
        return process


def _checked_once(load_checked: Callable[[Path], CheckedEnvironment]) -> Callable[[Path], CheckedEnvironment]:
    """Hundreds of commands read the deployed environment's file; other files are read and checked each time."""
    deployed = (ROOT / FILE).resolve()
    text, checked = deployed.read_bytes(), load_checked(Path(FILE))

    def read(path: Path) -> CheckedEnvironment:
        is_deployed = path.resolve() == deployed and path.read_bytes() == text
        return checked if is_deployed else load_checked(path)

    return read


@pytest.fixture(scope="package")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder: Path = tmp_path_factory.mktemp("operate")
    environment = load_environment(ROOT / FILE)
    with contextlib.ExitStack() as started:
        kubernetes = started.enter_context(RecordingKubernetesApi())
        runs = SteeredRuns()
        aws = started.enter_context(
            LocalAws(
                state_dir=folder / "aws",
                cluster_endpoint=kubernetes.url,
                cluster_ca_pem=kubernetes.ca_pem,
                job_runner=runs,
                region=REGION,
            )
        )
        patch = started.enter_context(pytest.MonkeyPatch.context())
        for name, value in aws.child_environment().items():
            patch.setenv(name, value)
        patch.chdir(ROOT)
        patch.setattr(load, "load_checked", _checked_once(load.load_checked))
        cdk = CdkCli("local", folder / "cdk.out", folder / "cdk.log")
        synthesize(environment, cdk.assembly)
        cdk.bootstrap("000000000000", REGION)
        cdk.deploy(folder / "outputs.json")
        yield Deployed(aws, environment, boto3.Session(), kubernetes, runs)


@pytest.fixture(autouse=True)
def ended(deployed: Deployed) -> Iterator[None]:
    """No run and no process of one test is active in the next, and runs are held again."""
    yield
    for process in deployed.begun:
        process.kill()
        with contextlib.suppress(ValueError):  # its output was read already
            process.communicate()
    deployed.begun.clear()
    deployed.runs.outcome, deployed.runs.cancels, deployed.runs.queues = None, True, False
    for run in deployed.runs.started.values():
        run.set_state("CANCELLED")
