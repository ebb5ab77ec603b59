"""The environments of environments/, each synthesized once a session as the CDK CLI does it."""

import os
from collections.abc import Iterator
from pathlib import Path

import aws_cdk as cdk
import pytest

from emr_eks_placement.environment_file import load_checked
from stacks import EnvironmentStacks
from tests.infra.gates import synthesize_examined
from tests.infra.synthesized import ROOT, Synthesized, cli_context

NAMES = sorted(path.stem for path in (ROOT / "environments").glob("*.yaml"))


@pytest.fixture(scope="session")
def synthesize(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Synthesize"]:
    account = os.environ.pop("CDK_DEFAULT_ACCOUNT", None)
    yield Synthesize(tmp_path_factory.mktemp("cdk.out"))
    if account:
        os.environ["CDK_DEFAULT_ACCOUNT"] = account


class Synthesize:
    """Environment name -> its templates; each is synthesized, and looked at by gates, when a test first asks for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._done: dict[str, Synthesized] = {}

    def __call__(self, name: str, folder: Path = ROOT / "environments") -> Synthesized:
        """folder: of the environment file."""
        if name not in self._done:
            app = cdk.App(outdir=str(self._folder / name), context=cli_context(), analytics_reporting=False)
            checked = load_checked(folder / f"{name}.yaml")
            stacks = EnvironmentStacks(app, checked)
            synthesize_examined(app)
            self._done[name] = Synthesized(checked.environment, stacks, self._folder / name)
        return self._done[name]


@pytest.fixture(scope="session", params=NAMES)
def synthesized(request: pytest.FixtureRequest, synthesize: Synthesize) -> Synthesized:
    """Every environment in turn."""
    return synthesize(request.param)


@pytest.fixture(scope="session")
def dev(synthesize: Synthesize) -> Synthesized:
    return synthesize("dev")
