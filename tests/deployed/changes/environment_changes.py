"""An environment that is deployed, changed and deployed again, and what CloudFormation did."""

import contextlib
import io
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
import yaml

import app
from local.cdk import CdkCli
from local.cluster import LocalCluster
from tests.infra.synthesized import cli_context

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

NAME = "changing"
STACKS = ("platform", "virtual-clusters", "job-runs")
BASE = """
region: us-east-1
zones: [us-east-1a, us-east-1b]
retain_data: false
network: {cidr: 10.30.0.0/16}
cluster: {version: "1.35", admins: ["arn:aws:iam::111122223333:role/first", "arn:aws:iam::111122223333:role/second"]}
node_groups:
  system: {instance_types: [m6i.large]}
  drivers: {instance_types: [m6i.xlarge], labels: {workload: spark-driver}}
virtual_clusters:
  science: {namespace: spark-science}
  reports: {namespace: spark-reports}
jobs:
  trips: &job
    virtual_cluster: science
    entry_point: s3://111122223333-code/trips.py
    release_label: emr-7.12.0-latest
    driver: {cores: 1, memory: 2g}
    executors: {cores: 2, memory: 4g, instances: 2}
    placements: {fargate: , pinned-driver: {driver: {node_labels: {workload: spark-driver}}}}
  totals:
    <<: *job
    virtual_cluster: reports
    placements: {fargate: }
"""


@dataclass(frozen=True)
class Resource:
    """As CloudFormation lists it."""

    kind: str
    physical_id: str


@dataclass(frozen=True)
class AppRun:
    """How a run of app.py ended, and what it wrote to stderr."""

    returncode: int
    stderr: str


@dataclass
class Outcome:
    """What a deployment did to each resource, by its path of constructs below the stack (Default and Resource left out)."""

    added: dict[str, str] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    updated: dict[str, str] = field(default_factory=dict)

    def of(self, kind: str) -> "Outcome":
        """The part of it that happened to resources of a type."""
        parts = ({path: one for path, one in part.items() if one == kind} for part in vars(self).values())
        return Outcome(*parts)

    def without(self, *kinds: str) -> "Outcome":
        """The rest of it, without what happened to resources of these types."""
        parts = ({path: one for path, one in part.items() if one not in kinds} for part in vars(self).values())
        return Outcome(*parts)


class ChangingEnvironment:
    """The environment `changing`, whose file the tests edit; deployed to a local cluster."""

    def __init__(self, folder: Path, local: LocalCluster) -> None:
        self.local = local
        self.data: dict[str, Any] = yaml.safe_load(BASE)
        self.cli = CdkCli(str(folder / NAME), folder / "cdk.out", folder / "cdk.log")
        self.file = folder / f"{NAME}.yaml"
        self._folder = folder
        self._cloudformation: CloudFormationClient = local.session.client("cloudformation")
        self._paths: dict[str, str] = {}
        self.write()

    def write(self) -> None:
        self.file.write_text(yaml.safe_dump(self.data, sort_keys=False))

    def change(self, edit: Callable[[dict[str, Any]], object]) -> Outcome:
        """Edits the file, synthesizes it by app.py and deploys it."""
        edit(self.data)
        self.write()
        ended = run_app(self, folder=self.cli.assembly)
        assert ended.returncode == 0, ended.stderr
        return self.deploy()

    def deploy(self) -> Outcome:
        """Deploys the assembly as it is.

        Updated is what has other properties and the same physical id: the local AWS has an event for every resource.
        """
        before, properties = self.resources(), self._properties()
        self._read_paths()
        self.cli.deploy(self._folder / "outputs.json")
        after, changed, outcome = self.resources(), self._properties(), Outcome()
        for key in before | after:
            path, old, new = self._paths[key[1]], before.get(key), after.get(key)
            if old is None and new is not None:
                outcome.added[path] = new.kind
            elif new is None and old is not None:
                outcome.removed[path] = old.kind
            elif old and new and old.physical_id != new.physical_id:
                outcome.replaced[path] = new.kind
            elif new and properties[key] != changed[key]:
                outcome.updated[path] = new.kind
        return outcome

    def resources(self) -> dict[tuple[str, str], Resource]:
        """Every resource that is deployed, by stack and logical id."""
        return {
            (stack, one["LogicalResourceId"]): Resource(one["ResourceType"], one.get("PhysicalResourceId", ""))
            for stack in self.deployed_stacks()
            for page in self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
            for one in page["StackResourceSummaries"]
            if one["ResourceStatus"] != "DELETE_COMPLETE"
        }

    def physical_ids(self, kind: str) -> list[str]:
        """Of the deployed resources of a type, in the order of their logical ids."""
        found = sorted(item for item in self.resources().items() if item[1].kind == kind)
        return [one.physical_id for _, one in found]

    def private_subnets(self) -> list[str]:
        """The ids of the subnets that give no public addresses."""
        subnets = self.local.session.client("ec2").describe_subnets()["Subnets"]
        return [subnet["SubnetId"] for subnet in subnets if not subnet["MapPublicIpOnLaunch"]]

    def stack_ids(self) -> dict[str, str]:
        """The ids of the environment's stacks, which identify them after their deletion."""
        stacks = self._cloudformation.describe_stacks()["Stacks"]
        return {one["StackName"]: one["StackId"] for one in stacks if one["StackName"].startswith(f"{NAME}-")}

    def wait_for(self, stack: str, status: str) -> None:
        end = time.monotonic() + 600
        while self.deployed_stacks()[stack] != status:
            assert time.monotonic() < end, self.deployed_stacks()
            time.sleep(0.2)

    def deployed_stacks(self) -> dict[str, str]:
        """The status of each of the environment's stacks that is there."""
        stacks = {one["StackName"]: one["StackStatus"] for one in self._cloudformation.describe_stacks()["Stacks"]}
        return {name: status for name, status in stacks.items() if name.startswith(f"{NAME}-")}

    def updated_at(self, stack: str) -> object:
        """When a stack was last changed."""
        described = self._cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        return described.get("LastUpdatedTime", described["CreationTime"])

    def events(self, stack: str) -> Iterator[tuple[str, str, str]]:
        """Status, resource type and logical id of a stack's events, the oldest first; of a deleted one by its id."""
        pages = self._cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
        events = [event for page in pages for event in page["StackEvents"]]
        for event in reversed(events):
            yield event["ResourceStatus"], event["ResourceType"], event["LogicalResourceId"]

    def _properties(self) -> dict[tuple[str, str], Any]:
        """The properties of each resource as the deployed templates have them."""
        return {
            (stack, id_): resource.get("Properties")
            for stack, resources in self.templates().items()
            for id_, resource in resources.items()
        }

    def templates(self) -> dict[str, dict[str, Any]]:
        """The resources of each deployed template, by stack."""
        return {
            stack: self._cloudformation.get_template(StackName=stack)["TemplateBody"]["Resources"]
            for stack in self.deployed_stacks()
        }

    def _read_paths(self) -> None:
        for file in self.cli.assembly.glob("*.template.json"):
            for id_, resource in json.loads(file.read_text())["Resources"].items():
                path = resource.get("Metadata", {}).get("aws:cdk:path", f"/{id_}").split("/")[1:]
                self._paths[id_] = "/".join(part for part in path if part not in ("Resource", "Default"))


def run_app(environment: ChangingEnvironment, *, folder: Path | None = None, **variables: str) -> AppRun:
    """app.py's main on the file as it is, with what the CDK CLI passes to it when it is signed in; folder: its assembly's.

    In this process, whose Node is warm; the CDK CLI's own run is `ChangingEnvironment.cli.synth`.
    """
    context = {"environment": str(environment.file.with_suffix("")), "compare": variables.pop("compare", "true")}
    passed: dict[str, Any] = {
        "outdir": str(folder or environment.file.with_name("refused.out")),
        "context": cli_context() | context,
        "analytics_reporting": False,
    }
    errors = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(errors):
        patch.setattr(app, "cdk", SimpleNamespace(App=partial(cdk.App, **passed)))
        for name, value in {"CDK_DEFAULT_ACCOUNT": "000000000000", **variables}.items():
            patch.setenv(name, value)
        returncode = app.main()
    return AppRun(returncode, errors.getvalue())
