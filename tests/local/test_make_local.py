"""`make local`: whose region it serves, which file to source, and that it ends on a signal."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError

from local.cdk import ROOT

COMMAND = (sys.executable, "-m", "local", "--port", "0")
VARIABLE = re.compile(r"export (\w+)=(.*)")


def start(folder: Path, *words: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'constructs'}"}
    command = [*COMMAND, "--folder", str(folder), *words]
    return subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )


class Serving(NamedTuple):
    process: "subprocess.Popen[str]"
    file: Path

    @property
    def variables(self) -> dict[str, str]:
        return dict(VARIABLE.findall(self.file.read_text()))

    def client(self, service: Any, region: str) -> Any:
        found = self.variables
        session = boto3.Session(found["AWS_ACCESS_KEY_ID"], found["AWS_SECRET_ACCESS_KEY"])
        return session.client(service, region_name=region, endpoint_url=found["AWS_ENDPOINT_URL"])


@contextlib.contextmanager
def started(folder: Path, environment: str) -> Iterator[Serving]:
    with start(folder, "--environment", environment) as process:
        assert process.stdout
        line = next(line for line in process.stdout if line.startswith("source "))
        yield Serving(process, Path(line.removeprefix("source ").strip().strip("'")))
        process.kill()


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with started(tmp_path_factory.mktemp("it is") / "here", "prod") as found:
        yield found


def test_it_serves_the_region_of_its_environment_and_refuses_others(serving: Serving) -> None:
    assert serving.variables["AWS_REGION"] == "eu-west-1"
    assert serving.client("sts", "eu-west-1").get_caller_identity()["Account"] == "000000000000"
    calls = {
        "sts": "get_caller_identity",
        "cloudformation": "list_stacks",
        "eks": "list_clusters",
        "s3": "list_buckets",
    }
    for service, call in {**calls, "ec2": "describe_vpcs", "emr-containers": "list_virtual_clusters"}.items():
        with pytest.raises(ClientError) as refused:
            getattr(serving.client(service, "us-east-1"), call)()
        error = refused.value.response["Error"]
        assert (error["Code"], error["Message"]) == (
            "RegionNotServed",
            "the local AWS serves eu-west-1, the region of environments/prod.yaml, not us-east-1: "
            "make local ENVIRONMENT=NAME serves others",
        )
    assert serving.client("iam", "us-east-1").list_roles()["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_on_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    with started(tmp_path, "local") as serving:
        told = time.monotonic()
        serving.process.send_signal(number)
        output, _ = serving.process.communicate(timeout=30)
        assert serving.process.returncode == 0, output
        assert time.monotonic() - told < 10
        assert "Ending the local AWS" in output
        assert not serving.file.exists()


@pytest.mark.parametrize(
    ("words", "said"), [(("--environment", "nowhere"), "nowhere.yaml"), (("--port", "{taken}"), "in use")]
)
def test_what_it_can_t_serve_is_one_line(tmp_path: Path, serving: Serving, words: tuple[str, str], said: str) -> None:
    taken = serving.variables["AWS_ENDPOINT_URL"].rpartition(":")[2]
    with start(tmp_path / "second", words[0], words[1].format(taken=taken)) as process:
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said in output.splitlines()[-1]
    assert "Traceback" not in output
