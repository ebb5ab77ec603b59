from collections.abc import Iterator
from pathlib import Path

import pytest

from local.kubernetes import RecordingKubernetesApi
from local.spark import SparkLauncher
from local.spark.jvm import SparkJvm
from tests.spark.pod_reader import PodReader


@pytest.fixture(scope="session")
def kubernetes() -> Iterator[RecordingKubernetesApi]:
    """One API server with the namespace `emr-jobs`; tests tell their pods apart by their submission."""
    with RecordingKubernetesApi() as api:
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "emr-jobs"}})
        yield api


@pytest.fixture(scope="session")
def spark(kubernetes: RecordingKubernetesApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkLauncher]:
    """One Java process for all tests of the session."""
    with SparkLauncher(kubernetes, Path(tmp_path_factory.mktemp("spark"))) as launcher:
        yield launcher


@pytest.fixture(scope="session")
def jvm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkJvm]:
    """One Java process with Spark's classes, without a Kubernetes API."""
    folder = Path(tmp_path_factory.mktemp("jvm"))
    with SparkJvm(folder, folder / "spark.log") as process:
        yield process


@pytest.fixture(scope="session")
def pod_reader(jvm: SparkJvm, tmp_path_factory: pytest.TempPathFactory) -> PodReader:
    """Spark's reader of pod templates."""
    return PodReader(jvm, Path(tmp_path_factory.mktemp("pod-reader")))
