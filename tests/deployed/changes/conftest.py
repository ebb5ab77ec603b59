"""One environment for the folder: its first deployment is killed twice and resumed, the last test destroys it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from local.cluster import LocalCluster
from tests.deployed.changes.environment_changes import ChangingEnvironment, Outcome, run_app
from tests.deployed.changes.interruption import kill_deployment_when


@dataclass(frozen=True)
class FirstDeployment:
    """The statuses of the stacks when it was killed, and what its last run did."""

    killed_between_stacks: Mapping[str, str]
    killed_in_a_stack: Mapping[str, str]
    refused_at_once: str | None
    """What app.py said right after that; None if the stack was done by then."""
    resumed: Outcome


@pytest.fixture(scope="package")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChangingEnvironment]:
    folder = tmp_path_factory.mktemp("changes")
    with LocalCluster(folder, region="us-east-1") as local:
        environment = ChangingEnvironment(folder, local)
        environment.cli.synth()
        environment.cli.bootstrap("000000000000", "us-east-1")
        yield environment


@pytest.fixture(scope="package")
def first_deployment(environment: ChangingEnvironment) -> FirstDeployment:
    between = kill_deployment_when(environment, "changing-platform", "CREATE_COMPLETE")
    within = kill_deployment_when(environment, "changing-virtual-clusters", "CREATE_IN_PROGRESS")
    at_once = run_app(environment)
    environment.wait_for("changing-virtual-clusters", "CREATE_COMPLETE")
    return FirstDeployment(between, within, at_once.stderr if at_once.returncode else None, environment.deploy())


@pytest.fixture
def deployed(environment: ChangingEnvironment, first_deployment: FirstDeployment) -> ChangingEnvironment:
    assert set(environment.deployed_stacks().values()) <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}, first_deployment
    return environment
