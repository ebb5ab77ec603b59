"""The launcher's own life: its process, its folder, its time limits, and what the API server refuses."""

import contextlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local.kubernetes import AdmissionRejection, AdmissionRequest, JsonObject, RecordingKubernetesApi
from local.spark import SparkLauncher, SparkSubmitError
from local.spark.java_command import JAVA_MODULE_OPTIONS

CONF = {"spark.kubernetes.container.image": "spark:local"}


def java_processes() -> list[str]:
    """Those that this process started and that have not ended."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            _state, parent, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(parent) == os.getpid() and b"py4j.GatewayServer" in (folder / "cmdline").read_bytes():
                found.append(folder.name)
    return sorted(found)


def reject_executors(request: AdmissionRequest) -> JsonObject:
    if request.resource == "pods" and request.object["metadata"]["labels"]["spark-role"] == "executor":
        raise AdmissionRejection("executors are not allowed here")
    return request.object


def test_a_refused_executor_a_time_out_and_an_interrupt(tmp_path: Path) -> None:
    others = java_processes()
    folder = tmp_path / "new" / "folder"
    with (
        RecordingKubernetesApi(admission=[reject_executors]) as api,
        pytest.raises(KeyboardInterrupt),
        SparkLauncher(api, folder) as spark,
    ):
        submission = spark.submit(CONF, application="local:///job.py", name="refused")
        with pytest.raises(SparkSubmitError, match="refused an executor pod: executors are not allowed here"):
            spark.start_executors(submission, executors=1)
        assert len(java_processes()) == len(others) + 1
        with pytest.raises(SparkSubmitError, match=r"spark-submit did not end within 0\.001 s"):
            spark.submit(CONF, application="local:///job.py", name="slow", timeout=0.001)
        assert java_processes() == others
        assert spark.submit(CONF, application="local:///job.py", name="again").driver_pod
        raise KeyboardInterrupt
    assert java_processes() == others
    assert sorted(path.name for path in folder.iterdir()) == ["spark.log", "spark.out"]
    with pytest.raises(RuntimeError, match="outside of its with block"):
        spark.submit(CONF, application="local:///job.py", name="late")


def test_the_java_options_are_those_of_sparks_own_scripts(spark: SparkLauncher) -> None:
    jvm = spark._running_jvm()._gateway.jvm
    options = str(jvm.org.apache.spark.launcher.JavaModuleOptions.defaultModuleOptions())
    assert tuple(options.split()) == JAVA_MODULE_OPTIONS


def test_ended_from_another_thread_it_fails_what_is_under_way(tmp_path: Path) -> None:
    """The first submission takes seconds, as Java loads its classes meanwhile."""
    others = java_processes()
    with RecordingKubernetesApi() as api, SparkLauncher(api, tmp_path) as spark, ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(spark.submit, CONF, application="local:///job.py", name="under-way")
        time.sleep(0.2)
        spark.end()
        with pytest.raises(SparkSubmitError):
            under_way.result(300)
        assert java_processes() == others
        with pytest.raises(SparkSubmitError, match="Spark was ended"):
            spark.submit(CONF, application="local:///job.py", name="late")
        assert java_processes() == others
