"""What commands say and do when AWS refuses, fails or does not answer: one run or none, one line, no secret."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.retries.standard import ExponentialBackoff

from emr_eks_placement.aws.errors import AwsError
from emr_eks_placement.aws.job_runs import JobRunsApi
from emr_eks_placement.aws.session import aws_session
from emr_eks_placement.cli.main import main
from tests.deployed.operate.conftest import FILE, REGION, Deployed
from tests.deployed.operate.faulty_proxy import PASSING, Call, Fault, FaultyProxy, faulty_proxy

Capture = pytest.CaptureFixture[str]
SECRETS = {"AWS_SESSION_TOKEN": "FwoGZXIvYXdzEXAMPLESESSIONTOKEN"}
"""Beside the secret key of the local AWS."""
SUBMIT = ("submit", "trip-count", "-e", FILE)
LASTING: tuple[Fault, ...] = ("expired", "skewed", "bad-signature", "denied")
TOLD = {
    "throttled": "was throttled at each of 5 tries (ThrottlingException). ",
    "server-error": "failed at each of 5 tries: InternalServerException: Internal server error. ",
    "unavailable": "failed at each of 5 tries: ServiceUnavailableException: Service unavailable. ",
    "lost-request": " closed the connection (ConnectionClosedError). ",
    "lost-answer": " closed the connection (ConnectionClosedError). ",
    "expired": "was refused: the credentials have expired (ExpiredTokenException). Log in, or name another profile ",
    "skewed": "was refused: this machine's clock is not AWS's (InvalidSignatureException). Set the clock, for example by NTP, ",
    "bad-signature": "was refused: the credentials are not valid (SignatureDoesNotMatch). Log in, or name another profile",
    "denied": "is denied to arn:aws:iam::111122223333:user/somebody (AccessDeniedException). Allow emr-containers:StartJobRun, ",
}


@pytest.fixture
def proxy(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyProxy]:
    """In front of the local AWS for the calls of this process, with recognizable credentials."""
    with faulty_proxy(deployed.aws.url) as made:
        monkeypatch.setenv("AWS_ENDPOINT_URL", made.url)
        for name, value in SECRETS.items():
            monkeypatch.setenv(name, value)
        # As many tries, with shorter waits between them.
        monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda _self, _context: 0.01)
        yield made


def one_line(capsys: Capture) -> str:
    """The output on standard error; no secret is there or on standard output."""
    captured = capsys.readouterr()
    check_no_secret(captured.out + captured.err)
    assert captured.err.count("\n") == 1, captured.err
    assert captured.err.startswith("error: ")
    return captured.err


def check_no_secret(text: str) -> None:
    assert "Traceback" not in text
    for secret in (os.environ["AWS_SECRET_ACCESS_KEY"], *SECRETS.values(), "Signature=", "Credential=", "AWS4-HMAC"):
        assert secret not in text


def started_with(proxy: FaultyProxy, *faults: Fault) -> None:
    """The first calls of StartJobRun meet these; those after them pass."""
    left = list(faults)
    proxy.choose = lambda call: left.pop(0) if call.starts_a_run and left else None


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_is_not_seen_and_starts_nothing_twice(
    deployed: Deployed, proxy: FaultyProxy, capsys: Capture, fault: Fault
) -> None:
    started_with(proxy, fault, fault)
    assert main([*SUBMIT, "--mode", "fargate", "--run-name", f"passes-{fault}"]) == 0
    assert proxy.calls[fault] == 2
    (run,) = deployed.runs.named(f"passes-{fault}")
    captured = capsys.readouterr()
    assert f"job run {run.id} " in captured.out
    assert captured.err == ""


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_stays_is_one_line_and_the_run_it_names_is_one_run(
    deployed: Deployed, proxy: FaultyProxy, capsys: Capture, fault: Fault
) -> None:
    """Its name is the submission's own: to submit it again under it starts at most what was not started before."""
    started_with(proxy, *[fault] * 5)
    before = set(deployed.runs.started)
    assert main([*SUBMIT, "--mode", "fargate"]) == 2
    told = one_line(capsys)
    assert f"emr-containers:StartJobRun {TOLD[fault]}" in re.sub(r"failed: 127\.0\.0\.1:\d+", "", told), told
    again = re.search(r"Submit it again with --run-name (\S+): a started run is not started twice\.$", told)
    assert again
    assert len(deployed.runs.named(again[1])) == (fault == "lost-answer")
    assert main([*SUBMIT, "--mode", "fargate", "--run-name", again[1]]) == 0
    assert len(deployed.runs.named(again[1])) == len(set(deployed.runs.started) - before) == 1


def test_a_request_s_own_client_token_identifies_the_run(
    deployed: Deployed, proxy: FaultyProxy, capsys: Capture, tmp_path: Path
) -> None:
    """A run name would give it another."""
    file = tmp_path / "request.json"
    file.write_text(json.dumps({**deployed.definition("fargate"), "name": "token", "clientToken": "of-its-own"}))
    proxy.choose = lambda call: "lost-answer" if call.starts_a_run else None
    command = ["submit", str(file), "-e", FILE]
    assert main(command) == 2
    note, error = capsys.readouterr().err.splitlines()
    assert note.endswith("read as a StartJobRun request")
    assert error.endswith("Submit it again as before: a started run is not started twice.")
    proxy.choose = lambda _call: None
    assert main(command) == 0
    assert len(deployed.runs.named("token")) == 1


@pytest.mark.parametrize("fault", LASTING)
def test_a_refusal_starts_nothing_is_asked_once_and_is_one_line(
    deployed: Deployed, proxy: FaultyProxy, capsys: Capture, fault: Fault
) -> None:
    started_with(proxy, *[fault] * 5)
    assert main([*SUBMIT, "--mode", "fargate", "--run-name", f"refused-{fault}"]) == 2
    assert one_line(capsys).startswith(f"error: job run refused-{fault}: emr-containers:StartJobRun {TOLD[fault]}")
    assert proxy.calls[fault] == 1
    assert deployed.runs.named(f"refused-{fault}") == []


COMMANDS = {
    "submit": [*SUBMIT, "--mode", "fargate", "--run-name", "elsewhere"],
    "drain": ["drain", "-e", FILE, "--yes"],
    "list": ["list", "-e", FILE],
    "empty-bucket": ["empty-bucket", "-e", FILE, "--yes"],
    "plan": ["plan", "REQUEST", "--cluster", "CLUSTER", "--region", REGION],
}


@pytest.mark.parametrize("fault", ["expired", "skewed", "bad-signature", "lost-request"])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_reports_the_first_call_that_fails(
    deployed: Deployed, proxy: FaultyProxy, capsys: Capture, tmp_path: Path, command: str, fault: Fault
) -> None:
    request = tmp_path / "request.json"
    request.write_text(json.dumps(deployed.definition("fargate")))
    cluster = deployed.session.client("eks").list_clusters()["clusters"][0]
    proxy.choose = lambda _call: fault
    before = len(deployed.runs.started)
    arguments = [{"REQUEST": str(request), "CLUSTER": cluster}.get(one, one) for one in COMMANDS[command]]
    assert main(arguments) == 2
    told = re.sub(r"failed: 127\.0\.0\.1:\d+", "", one_line(capsys))
    assert re.search(rf" (sts:GetCallerIdentity|eks:DescribeCluster) {re.escape(TOLD[fault])}", told), told
    assert len(deployed.runs.started) == before


@pytest.mark.parametrize("fault", ["expired", "skewed", "denied", "lost-request"])
def test_an_account_without_usable_answers_is_not_checked_in_one_line(
    proxy: FaultyProxy, capsys: Capture, fault: Fault
) -> None:
    proxy.choose = lambda _call: fault
    assert main(["check-account", "-e", FILE]) == 2
    one_line(capsys)


def test_draining_meets_faults_and_cancels_every_run(deployed: Deployed, proxy: FaultyProxy, capsys: Capture) -> None:
    for number in range(3):
        assert main([*SUBMIT, "--mode", "fargate", "--run-name", f"drained-{number}"]) == 0
    met: dict[str, int] = {}

    def choose(call: Call) -> Fault | None:
        """Each call of EMR fails twice, in another way each time, and then passes."""
        if call.service != "emr-containers":
            return None
        met[f"{call.method} {call.path}"] = count = met.get(f"{call.method} {call.path}", -1) + 1
        return (PASSING[count] if count < 2 else None) if call.method == "GET" else (None, "lost-answer")[count == 0]

    proxy.choose = choose
    assert main(["drain", "-e", FILE, "--yes", "--timeout", "20"]) == 0
    assert capsys.readouterr().out.endswith("no job run is active\n")
    assert proxy.calls["lost-answer"] == 3
    assert {run.state for number in range(3) for run in deployed.runs.named(f"drained-{number}")} == {"CANCELLED"}


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        (
            {"HEAD": "no-bucket", "PUT": "no-bucket"},
            "s3:PutObject failed: there is no such bucket (NoSuchBucket). Deploy",
        ),
        (
            {"HEAD": "denied"},
            "s3:GetObject is denied (403). Allow s3:GetObject, or name another",
        ),
        ({"HEAD": "no-bucket", "PUT": "denied"}, "s3:PutObject is denied (AccessDenied). Allow s3:PutObject, or name "),
        (
            {"HEAD": "no-bucket", "PUT": "skewed"},
            "s3:PutObject was refused: this machine's clock is not AWS's (RequestTimeTooSkewed). Set the clock, for ",
        ),
    ],
)
def test_a_pod_template_that_can_t_be_uploaded_starts_nothing(
    deployed: Deployed, proxy: FaultyProxy, capsys: Capture, faults: dict[str, Fault], told: str
) -> None:
    proxy.choose = lambda call: faults.get(call.method) if call.service == "s3" else None
    assert main([*SUBMIT, "--mode", "ec2", "--zone", "us-east-1a", "--run-name", "not-uploaded"]) == 2
    line = one_line(capsys)
    assert line.startswith(f"error: s3://{deployed.bucket}/pod-templates/")
    assert told in line
    assert deployed.runs.named("not-uploaded") == []


def test_an_answer_that_is_too_late_is_asked_for_again_and_the_run_is_one(
    deployed: Deployed, proxy: FaultyProxy
) -> None:
    request = {**deployed.definition("fargate"), "name": "late", "clientToken": "late"}
    api = JobRunsApi(aws_session(region=REGION, attempts=2, read_seconds=0.4))
    started_with(proxy, "late-answer", "late-answer")
    with pytest.raises(AwsError, match=r"did not answer in time \(ReadTimeoutError\)") as failed:
        api.start(request)
    assert failed.value.kind == "passing"
    (run,) = deployed.runs.wait_for("late", 1)
    assert JobRunsApi(aws_session(region=REGION)).start(request).id == run.id
    assert deployed.runs.named("late") == [run]


def test_a_process_killed_between_request_and_answer_is_continued_by_the_same_command(deployed: Deployed) -> None:
    command = (*SUBMIT, "--mode", "fargate", "--run-name", "killed")
    with faulty_proxy(deployed.aws.url) as proxy:
        proxy.choose = lambda call: "late-answer" if call.starts_a_run else None
        process = deployed.begin(*command, AWS_ENDPOINT_URL=proxy.url, **SECRETS)
        assert deployed.runs.wait_for("killed", 1), process.communicate()
        process.kill()
        out, err = process.communicate(timeout=300)
        assert process.returncode == -signal.SIGKILL
        check_no_secret(out + err)
        proxy.choose = lambda _call: None
        again = deployed.begin(*command, AWS_ENDPOINT_URL=proxy.url, **SECRETS)
        out, err = again.communicate(timeout=300)
    (run,) = deployed.runs.named("killed")
    assert (again.returncode, f"job run {run.id} (killed) is accepted" in out) == (0, True), err


@pytest.mark.parametrize(("failing", "status"), [(4, 1), (5, 2)])
def test_a_followed_run_is_looked_at_again_until_five_looks_in_a_row_have_failed(
    deployed: Deployed, proxy: FaultyProxy, capsys: Capture, monkeypatch: pytest.MonkeyPatch, failing: int, status: int
) -> None:
    """The first look, which is not one of following, passes."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr("emr_eks_placement.runs.follow._FIRST_PAUSE", 0.01)
    broken: list[Fault | None] = ["unavailable"] * failing
    looks = [None, *broken]
    name = f"looks-{failing}"

    def end() -> None:
        for run in deployed.runs.named(name):
            deployed.runs.end(run.id, "CANCELLED")

    def choose(call: Call) -> Fault | None:
        if not (call.service == "emr-containers" and call.method == "GET" and "/jobruns/" in call.path):
            return None
        if looks:
            return looks.pop(0)
        end()
        return None

    proxy.choose = choose
    assert main([*SUBMIT, "--mode", "fargate", "--run-name", name, "--wait"]) == status
    assert looks == []
    end()
    err = capsys.readouterr().err
    assert err.count("; looking again\n") == 4
    assert err.count("error: ") == (1 if status == 2 else 0)
    assert len(deployed.runs.named(name)) == 1
