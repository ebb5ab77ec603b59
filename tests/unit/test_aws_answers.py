"""Answers that AWS did not write, and credentials that can't be had: one line each."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.aws.errors import AwsError, aws_errors
from emr_eks_placement.aws.session import aws_session, client
from tests.local.reading import Answer, answering

BODIES = {
    "html": "<html><body>log in</body></html>",
    "nothing": "",
    "{}": "{}",
    "null": "null",
    "list": "[]",
    "text": '"a"',
}
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("eks", "describe_cluster", {"name": "a"}),
    ("eks", "list_nodegroups", {"clusterName": "a"}),
    ("emr-containers", "describe_job_run", {"id": "a", "virtualClusterId": "b"}),
    ("emr-containers", "list_job_runs", {"virtualClusterId": "b"}),
    ("emr-containers", "start_job_run", {"virtualClusterId": "b", "clientToken": "a"}),
    ("ec2", "describe_subnets", {}),
    ("sts", "get_caller_identity", {}),
    ("iam", "list_roles", {}),
    ("cloudformation", "describe_stacks", {}),
    ("logs", "describe_log_groups", {}),
    ("service-quotas", "get_service_quota", {"ServiceCode": "a", "QuotaCode": "b"}),
    ("pricing", "get_products", {"ServiceCode": "a"}),
    ("s3", "list_objects_v2", {"Bucket": "abc"}),
]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_aws_did_not_write_is_no_answer(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda _request: Answer(200, body)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        session = aws_session(None, "us-east-1", attempts=1)
        for service, operation, parameters in CALLS:
            with pytest.raises(AwsError) as refused, aws_errors("here"):
                getattr(client(session, service), operation)(**parameters)
            [found] = refused.value.findings
            assert (
                f"{service.replace('-quotas', 'quotas')}:{operation.title().replace('_', '').replace('V2', 'V2')}"
                in str(found)
                or operation == "list_objects_v2"
            )
            assert refused.value.kind == "passing"


def test_an_empty_list_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda _request: Answer(200, '{"jobRuns": []}')) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        session = aws_session(None, "us-east-1", attempts=1)
        assert client(session, "emr-containers").list_job_runs(virtualClusterId="b")["jobRuns"] == []


PROFILES = """
[profile none]
credential_process = /no/such/program
[profile text]
credential_process = echo hello
[profile list]
credential_process = echo []
[profile token]
role_arn = arn:aws:iam::111122223333:role/a
web_identity_token_file = /no/such/token
[profile base]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = x
[profile mfa]
role_arn = arn:aws:iam::111122223333:role/a
source_profile = base
mfa_serial = arn:aws:iam::111122223333:mfa/u
"""
WHY = {
    "none": "/no/such/program (No such file or directory)",
    "text": "the profile's credential_process, which has to print JSON,",
    "list": "the profile or its credential_process (AttributeError)",
    "token": "/no/such/token (No such file or directory)",
    "mfa": "the prompt for an MFA code, which needs a terminal,",
}


@pytest.mark.parametrize(("profile", "why"), WHY.items(), ids=WHY)
def test_credentials_that_can_not_be_had_are_one_line(
    profile: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text(PROFILES)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    program = "from emr_eks_placement.cli.main import main; raise SystemExit(main())"
    command = [sys.executable, "-c", program, "check-account", "-e", "environments/dev.yaml", "--profile", profile]
    ended = subprocess.run(  # noqa: S603 - a fixed program
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, start_new_session=True
    )
    said = f"error: AWS credentials: sts:GetCallerIdentity needs credentials, and {why} returned none. "
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(said)
    assert ended.stderr.count("\n") == 1
