"""environments/local.yaml, deployed once by the CDK CLI to a local cluster with real Spark."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.environment import Environment
from emr_eks_placement.environment_file import load_environment
from local.cdk import ROOT, CdkCli
from local.cluster import LocalCluster
from local.demo.run import Outcome
from local.deploy import deploy
from tests.deployed.definitions import deployed_definitions, run_definition

ENVIRONMENT = load_environment(ROOT / "environments" / "local.yaml")
JOB = "trip-count"
PLACEMENTS = tuple(ENVIRONMENT.jobs[JOB].placements)
NAMESPACE = ENVIRONMENT.virtual_clusters["spark"].namespace


@dataclass(frozen=True)
class Deployed:
    """The deployed environment and what its tests do with it."""

    environment: Environment
    local: LocalCluster
    cdk: CdkCli
    bucket: str

    @property
    def outputs(self) -> dict[str, str]:
        stacks = json.loads((self.local.folder / "outputs.json").read_text())
        return {key: value for outputs in stacks.values() for key, value in outputs.items()}

    def definition(self, placement: str) -> dict[str, Any]:
        found = deployed_definitions(self.local, self.environment, self.bucket)
        return next(definition for _, name, definition in found if name == placement)

    def run(self, placement: str, definition: dict[str, Any] | None = None) -> Outcome:
        return run_definition(self.local, self.environment, JOB, placement, definition or self.definition(placement))

    def shell(self, command: str) -> str:
        """What a command prints that is run as a user would, with the AWS CLI on the path."""
        ended = subprocess.run(["bash", "-ec", command], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603, S607
        assert ended.returncode == 0, ended.stderr
        return ended.stdout


@pytest.fixture(scope="package")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder: Path = tmp_path_factory.mktemp("local")
    cdk = CdkCli("local", folder / "cdk.out", folder / "cdk.log")
    with LocalCluster(folder, region=ENVIRONMENT.region) as local:
        yield Deployed(ENVIRONMENT, local, cdk, deploy(local, cdk))
