import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.aws.environment import process_environment
from local.aws.server import LocalAws
from tests.local.aws_fixtures import CA_PEM, CLUSTER_ENDPOINT, AwsUnderTest, HeldRuns

LISTEN = "0A"
ROOT = Path(__file__).parents[2]


def new_local_aws(state_dir: Path, port: int = 0) -> LocalAws:
    return LocalAws(
        state_dir=state_dir,
        cluster_endpoint=CLUSTER_ENDPOINT,
        cluster_ca_pem=CA_PEM,
        job_runner=HeldRuns(),
        port=port,
    )


def listening_addresses() -> set[tuple[str, int]]:
    """The TCP addresses this process listens on, from the kernel."""
    own = {link.readlink().name for link in Path("/proc/self/fd").iterdir() if link.is_symlink()}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTEN and f"socket:[{fields[9]}]" in own:
                address, port = fields[1].split(":")
                found.add((address, int(port, 16)))
    return found


def test_listens_on_the_loopback_interface_only(aws: AwsUnderTest) -> None:
    port = int(aws.server.url.rsplit(":", 1)[1])
    loopback = socket.inet_aton("127.0.0.1")[::-1].hex().upper()
    addresses = listening_addresses()
    assert (loopback, port) in addresses
    assert {address for address, _port in addresses} == {loopback}


def test_one_at_a_time(aws: AwsUnderTest, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="already running in this process"):
        new_local_aws(tmp_path).start()
    assert aws.client("sts").get_caller_identity()["Account"] == "000000000000"
    assert aws.client("emr-containers").list_job_templates()["templates"] == []


def test_port_in_use(aws: AwsUnderTest, tmp_path: Path) -> None:
    port = int(aws.server.url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="in use") as refused:
        new_local_aws(tmp_path, port).start()
    assert refused.value.errno == errno.EADDRINUSE


def test_environment_leads_here_and_nowhere_else(aws: AwsUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("HOME_SWEET_HOME", "kept")
    child = aws.server.child_environment()
    assert child["AWS_ENDPOINT_URL"] == child["AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION"] == aws.server.url
    assert child["AWS_ACCESS_KEY_ID"] == "000000000000"
    assert not Path(child["AWS_CONFIG_FILE"]).exists()
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & child.keys()
    assert child["HOME_SWEET_HOME"] == "kept"
    assert child["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)


def test_aws_cli_works_in_the_child_environment(aws: AwsUnderTest, cluster: dict[str, str], tmp_path: Path) -> None:
    assert cluster
    kubeconfig = tmp_path / "kubeconfig"
    command = ["aws", "eks", "update-kubeconfig", "--name", "spark", "--kubeconfig", str(kubeconfig)]
    environment = aws.server.child_environment()
    program = Path(sys.executable).parent / command[0]
    subprocess.run([program, *command[1:]], env=environment, check=True, capture_output=True)  # noqa: S603
    assert CLUSTER_ENDPOINT in kubeconfig.read_text()


def test_process_environment_replaces_inherited_aws_settings() -> None:
    inherited = {"AWS_REGION": "eu-west-1", "CDK_DEFAULT_REGION": "eu-west-1", "LANG": "C"}
    made = process_environment({"AWS_REGION": "us-east-1"}, inherited)
    assert made["AWS_REGION"] == "us-east-1"
    assert "CDK_DEFAULT_REGION" not in made
    assert made["LANG"] == "C"


INTERRUPTED = """
import io, os, pathlib, signal, sys, time, zipfile
import boto3
from local.aws.server import LocalAws
from tests.local.aws_fixtures import CA_PEM, CLUSTER_ENDPOINT, HeldRuns

def archive(name, text):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        opened.writestr(name, text)
    return made.getvalue()

# A shell has what it starts in the background ignore interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
state = pathlib.Path(sys.argv[1])
with LocalAws(state_dir=state, cluster_endpoint=CLUSTER_ENDPOINT, cluster_ca_pem=CA_PEM, job_runner=HeldRuns()) as aws:
    session = boto3.Session("000000000000", aws.environment["AWS_SECRET_ACCESS_KEY"], region_name="us-east-1")
    functions = session.client("lambda", endpoint_url=aws.url)
    layer = functions.publish_layer_version(LayerName="text", Content={"ZipFile": archive("text/a.txt", "at /opt")})
    code = (
        "import os, subprocess\\n"
        "def handler(event, context):\\n"
        "    return [os.getpid(), subprocess.Popen(['sleep', '600']).pid, open('/opt/text/a.txt').read()]"
    )
    functions.create_function(
        FunctionName="reader", Runtime="python3.12", Handler="index.handler", Timeout=300,
        Role="arn:aws:iam::000000000000:role/any", Layers=[layer["LayerVersionArn"]],
        Code={"ZipFile": archive("index.py", code)},
    )
    answer = functions.invoke(FunctionName="reader")
    print(answer["Payload"].read().decode(), flush=True)
    time.sleep(600)
"""


def test_interrupt_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    state = tmp_path / "state"
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), "AWS_SECRET_ACCESS_KEY": "real"}
    before = set(Path("/tmp").glob("ministack*"))  # noqa: S108 - MiniStack's own habit, to be kept in check
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", INTERRUPTED, str(state)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        answer = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _rest, errors = process.communicate(timeout=300)
    assert '"at /opt"' in answer, errors
    assert "KeyboardInterrupt" in errors
    worker, started_by_worker, _text = json.loads(answer)
    assert not is_running(worker)
    assert not is_running(started_by_worker)
    assert [path.name for path in state.iterdir()] == ["local-aws.log"]
    assert list(temporary.iterdir()) == []
    assert set(Path("/tmp").glob("ministack*")) == before  # noqa: S108


def is_running(process_id: int) -> bool:
    """Whether a process still runs, given a moment to go; what only waits for its parent to take note does not."""
    for _ in range(2000):
        try:
            state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        if state == "Z":
            return False
        time.sleep(0.05)
    return True
