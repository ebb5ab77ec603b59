"""`make local`: whose region it serves, which file to source, and that it ends on a signal."""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError

from local import folders
from local.cdk import ROOT

COMMAND = (sys.executable, "-m", "local", "--port", "0")
VARIABLE = re.compile(r"export (\w+)=(.*)")


def as_at_a_terminal() -> None:
    """Resets signals that a shell in the background, or nohup, ignores: what they start would ignore them, too."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def start(folder: Path, *words: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'constructs'}"}
    command = [*COMMAND, "--folder", str(folder), *words]
    return subprocess.Popen(  # noqa: S603
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        preexec_fn=as_at_a_terminal,
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_on_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    with started(tmp_path, "local") as serving:
        assert serving.file.stat().st_mode & 0o077 == 0, "the key pair is this user's alone"
        told = time.monotonic()
        serving.process.send_signal(number)
        output, _ = serving.process.communicate(timeout=30)
        assert serving.process.returncode == 0, output
        assert time.monotonic() - told < 10
        assert "Ending the local AWS" in output
    assert left_in(tmp_path) == {"aws", "aws/local-aws.log", "lock", "spark", *spark_logs(tmp_path)}


def left_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def spark_logs(folder: Path) -> set[str]:
    """Java may not have begun one."""
    return {str(path.relative_to(folder)) for path in folder.glob("spark/spark.*")}


SLEEPER = """
import subprocess, time
def handler(event, context):
    subprocess.Popen(["sleep", "617.5"])
    time.sleep(600)
"""


def deploy_without_end(serving: Serving) -> None:
    """A deployment whose custom resource is at work, with a process that it started."""
    region = "us-east-1"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("index.py", SLEEPER)
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = serving.client("iam", region).create_role(RoleName="sleeper", AssumeRolePolicyDocument=trust)
    function = serving.client("lambda", region).create_function(
        FunctionName="sleeper", Runtime="python3.12", Handler="index.handler", Timeout=600,
        Role=role["Role"]["Arn"], Code={"ZipFile": archive.getvalue()},
    )  # fmt: skip
    resource = {"Type": "Custom::Sleeper", "Properties": {"ServiceToken": function["FunctionArn"]}}
    stack = json.dumps({"Resources": {"Sleeper": resource}})
    serving.client("cloudformation", region).create_stack(StackName="endless", TemplateBody=stack)
    wait_until(lambda: processes("sleep", "617.5") != [])


def processes(*words: str) -> list[int]:
    """The numbers of the running processes with this command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (path / "cmdline").read_bytes().split(b"\0")[:-1] == [word.encode() for word in words]:
                found.append(int(path.name))
    return found


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(1200):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("not within a minute")


@pytest.mark.parametrize("signals", [1, 2])
def test_a_deployment_without_end_does_not_keep_it(tmp_path: Path, signals: int) -> None:
    with started(tmp_path, "local") as serving:
        deploy_without_end(serving)
        told = time.monotonic()
        serving.process.send_signal(signal.SIGTERM)
        if signals == 2:
            time.sleep(0.3)
            serving.process.send_signal(signal.SIGINT)
        output, _ = serving.process.communicate(timeout=60)
        took = time.monotonic() - told
    assert serving.process.returncode in ((0,) if signals == 1 else (0, 130)), output
    assert took < (12 if signals == 1 else 3)
    assert "Traceback" not in output
    wait_until(lambda: processes("sleep", "617.5") == [])
    left = {path for path in left_in(tmp_path) if path not in spark_logs(tmp_path)}
    assert left == {"aws", "aws/local-aws.log", "lock", "spark"}


def test_what_a_killed_one_left_goes_at_the_next_start_and_nothing_else(tmp_path: Path) -> None:
    with started(tmp_path, "local") as killed:
        wait_until(lambda: any(tmp_path.glob("spark/spark-*")))
        old = killed.variables["AWS_SECRET_ACCESS_KEY"]
        killed.process.kill()
        killed.process.wait()
        left = {path.name for path in tmp_path.glob("spark/spark-*")}
        assert left
        assert killed.file.exists()
    (tmp_path / "mine.txt").touch()
    with started(tmp_path, "local") as serving:
        assert serving.variables["AWS_SECRET_ACCESS_KEY"] != old
        assert not left & {path.name for path in tmp_path.glob("spark/spark-*")}
        assert (tmp_path / "mine.txt").exists()


def test_two_in_one_folder_are_one_and_a_line(serving: Serving) -> None:
    before = serving.file.read_text()
    with start(serving.file.parent) as process:
        output, _ = process.communicate(timeout=60)
    assert (process.returncode, output.count("\n")) == (2, 1)
    assert "is in use by another make local" in output
    assert serving.file.read_text() == before
    assert serving.client("sts", "eu-west-1").get_caller_identity()["Account"] == "000000000000"


def test_the_default_folder_is_the_first_that_nobody_has(tmp_path: Path) -> None:
    with folders.first_free(tmp_path / "cluster", []) as one, folders.first_free(tmp_path / "cluster", []) as two:
        assert (one.name, two.name) == ("cluster", "cluster-2")
    with folders.first_free(tmp_path / "cluster", []) as again:
        assert again.name == "cluster"


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--environment", "nowhere"), "nowhere.yaml"), (("--port", "{taken}"), "in use; make local PORT=N")],
)
def test_what_it_can_t_serve_is_one_line(tmp_path: Path, serving: Serving, words: tuple[str, str], said: str) -> None:
    taken = serving.variables["AWS_ENDPOINT_URL"].rpartition(":")[2]
    with start(tmp_path / "second", words[0], words[1].format(taken=taken)) as process:
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert output.count("\n") == 1
    assert said in output.splitlines()[-1]
    assert "Traceback" not in output
