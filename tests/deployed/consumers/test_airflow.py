"""Airflow's EmrContainerOperator, of its provider package, in a DAG that Airflow runs."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from local.aws.environment import KEPT
from local.cdk import ROOT
from tests.deployed.consumers.conftest import Deployed

_PYTHON = ROOT / ".venv-airflow/bin/python"
_DAG = ROOT / "tests/deployed/consumers/airflow_dag.py"


def airflow(settings: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Airflow's command line, led to the local AWS by nothing but what the settings say."""
    inherited = {name: value for name, value in os.environ.items() if name != "AWS_ENDPOINT_URL"}
    command = [str(_PYTHON), "-m", "airflow", *arguments]
    return subprocess.run(command, env=inherited | settings, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.fixture(scope="module")
def installed(everything: Deployed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of an Airflow with a database, the DAG, and a connection to the local AWS.

    The empty database of the pinned Airflow is created once and kept.
    """
    assert _PYTHON.exists(), "make setup installs Airflow into .venv-airflow"
    home = tmp_path_factory.mktemp("airflow")
    (home / "dags").mkdir()
    shutil.copy(_DAG, home / "dags")
    (home / "definition.json").write_text(json.dumps(everything.definition("fargate")))
    connection = {"conn_type": "aws", "extra": {"endpoint_url": everything.local.aws.url}}
    settings = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW_CONN_AWS_DEFAULT": json.dumps(connection),
        "DEFINITION": str(home / "definition.json"),
    }
    locked = (ROOT / "requirements-airflow.txt").read_bytes()
    migrated = KEPT / f"airflow-{hashlib.sha256(locked).hexdigest()[:16]}.db"
    if migrated.exists():
        shutil.copy(migrated, home / "airflow.db")
        return settings
    done = airflow(settings, "db", "migrate")
    assert done.returncode == 0, done.stdout + done.stderr
    KEPT.mkdir(exist_ok=True)
    unfinished = shutil.copy(home / "airflow.db", migrated.with_name(f"{migrated.name}.{os.getpid()}"))
    Path(unfinished).rename(migrated)
    return settings


def test_the_operator_runs_the_definition(deployed: Deployed, installed: dict[str, str]) -> None:
    done = airflow(installed, "dags", "test", "trip-count")
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = deployed.runs.started
    assert run.request.items() >= deployed.definition("fargate").items()
    assert run.state == "COMPLETED"


def test_the_dag_run_fails_with_the_job_run(deployed: Deployed, installed: dict[str, str]) -> None:
    deployed.runs.outcome = "FAILED"
    done = airflow(installed, "dags", "test", "trip-count")
    assert done.returncode != 0
    assert "DagRun failed" in done.stderr
    (run,) = deployed.runs.started
    assert run.state == "FAILED"
