"""Two copies of environments/dev.yaml, deployed by the CDK CLI to one account and region, each with a cluster of its own."""

import contextlib
import json
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from emr_eks_placement.environment_file import load_environment
from local.aws.emr_containers.job_runs import JobRun
from local.aws.emr_containers.namespace_access import NamespaceAccess
from local.aws.server import LocalAws
from local.cdk import ROOT, CdkCli
from local.kubernetes import RecordingKubernetesApi
from tests.changed_environment import synthesize

REGION = "us-east-1"


class HeldRuns:
    """A job runner that holds every run; a cancelled one ends only while `ends` is set."""

    def __init__(self) -> None:
        self.ends = True
        self.started: dict[str, JobRun] = {}

    def start(self, run: JobRun) -> None:
        self.started[run.id] = run
        run.set_state("RUNNING")

    def cancel(self, run: JobRun) -> None:
        if self.ends:
            run.set_state("CANCELLED")


@dataclass(frozen=True)
class Deployed:
    """One of the environments, in the account that both share."""

    file: Path
    cdk: CdkCli
    session: boto3.Session
    apis: "KubernetesApis"
    runner: HeldRuns

    @property
    def name(self) -> str:
        return self.file.stem

    @property
    def outputs_file(self) -> Path:
        return self.file.with_suffix(".json")

    def outputs(self, part: str) -> dict[str, str]:
        stack = self.session.client("cloudformation").describe_stacks(StackName=f"{self.name}-{part}")["Stacks"][0]
        return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}

    def resources(self, part: str, resource_type: str) -> list[str]:
        stack = self.session.client("cloudformation").describe_stack_resources(StackName=f"{self.name}-{part}")
        found = [one for one in stack["StackResources"] if one["ResourceType"] == resource_type]
        return [one["PhysicalResourceId"] for one in found]

    def deletions(self, stack_id: str) -> list[tuple[str, str]]:
        """Type and status of what happened when a stack was deleted, in order; the stack's own events left out."""
        pages = (
            self.session.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack_id)
        )
        events = [event for page in pages for event in page["StackEvents"]]
        return [
            (event["ResourceType"], event["ResourceStatus"])
            for event in reversed(events)
            if event["ResourceStatus"].startswith("DELETE") and event["ResourceType"] != "AWS::CloudFormation::Stack"
        ]

    def stack_id(self, part: str) -> str:
        stacks = self.session.client("cloudformation").describe_stacks(StackName=f"{self.name}-{part}")["Stacks"]
        return stacks[0]["StackId"]

    @property
    def virtual_cluster(self) -> str:
        return self.outputs("virtual-clusters")["SparkVirtualClusterId"]

    @property
    def definition(self) -> dict[str, Any]:
        name = f"/emr-eks-placement/{self.name}/job-runs/trip-count/fargate"
        parameter = self.session.client("ssm").get_parameter(Name=name)["Parameter"]
        definition: dict[str, Any] = json.loads(parameter["Value"])
        return definition

    def index(self) -> dict[str, Any]:
        """That of the definitions in the bucket."""
        bucket = self.outputs("virtual-clusters")["BucketName"]
        found: dict[str, Any] = json.load(
            self.session.client("s3").get_object(Bucket=bucket, Key="job-runs/index.json")["Body"]
        )
        return found

    def start(self) -> str:
        return str(self.session.client("emr-containers").start_job_run(**self.definition)["id"])

    def state(self, run: str) -> str:
        emr = self.session.client("emr-containers")
        return str(emr.describe_job_run(id=run, virtualClusterId=self.virtual_cluster)["jobRun"]["state"])

    def namespaces(self) -> list[str]:
        (cluster,) = self.resources("platform", "AWS::EKS::Cluster")
        return self.apis.namespaces(cluster)


class KubernetesApis:
    """A Kubernetes API for each EKS cluster, as it comes."""

    def __init__(self, *unused: RecordingKubernetesApi) -> None:
        self._unused = list(unused)
        self._of: dict[str, RecordingKubernetesApi] = {}
        self._taking = threading.Lock()

    def of(self, cluster: str) -> tuple[str, bytes]:
        with self._taking:
            if cluster not in self._of:
                self._of[cluster] = self._unused.pop()
        return self._of[cluster].url, self._of[cluster].ca_pem

    def namespaces(self, cluster: str) -> list[str]:
        """Those that were created, so neither default nor kube-system."""
        names = [str(one["metadata"]["name"]) for one in self._of[cluster].objects("namespaces")]
        return [name for name in names if name not in ("default", "kube-system")]


@pytest.fixture(scope="package")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Deployed, Deployed]]:
    folder = tmp_path_factory.mktemp("two")
    with contextlib.ExitStack() as started:
        apis = KubernetesApis(*(started.enter_context(RecordingKubernetesApi()) for _ in range(2)))
        runner = HeldRuns()
        aws = started.enter_context(
            LocalAws(
                state_dir=folder / "aws",
                cluster_endpoint="",
                cluster_ca_pem=b"",
                api_of=apis.of,
                job_runner=runner,
                namespace_access=NamespaceAccess(
                    exists=lambda cluster, namespace: namespace in apis.namespaces(cluster)
                ),
                region=REGION,
            )
        )
        patch = started.enter_context(pytest.MonkeyPatch.context())
        for name, value in aws.child_environment().items():
            patch.setenv(name, value)
        shutil.copytree(ROOT / "assets", folder / "assets")
        session = boto3.Session()
        first, second = (
            Deployed(
                _copy(folder, name), CdkCli(name, folder / f"{name}.out", folder / f"{name}.log"), session, apis, runner
            )
            for name in ("first", "second")
        )
        for one in (first, second):
            synthesize(load_environment(one.file), one.cdk.assembly)
        first.cdk.bootstrap("000000000000", REGION)
        with ThreadPoolExecutor() as at_once:
            list(at_once.map(lambda one: one.cdk.deploy(one.outputs_file), (first, second)))
        yield first, second


def _copy(folder: Path, name: str) -> Path:
    """dev.yaml with a second Fargate profile."""
    file = folder / "environments" / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    text = (ROOT / "environments/dev.yaml").read_text()
    file.write_text(text.replace("    logs: {", "    fargate: {single_zones: [us-east-1a]}\n    logs: {"))
    return file
