"""What tests of reading an account share: sessions as users have them, and a server that answers as AWS does on a bad day."""

import json
import os
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
import trustme

from emr_eks_placement.aws.session import aws_session
from tests.local.aws_fixtures import AwsUnderTest

ROOT = "root"
REGION = "us-east-1"


@dataclass
class Account:
    """The local AWS as `aws_session` finds it, by the environment and a file of profiles; `root` may do everything."""

    aws: AwsUnderTest
    credentials: Path

    def add_profile(self, name: str, **settings: str) -> None:
        lines = [f"[{name}]", *(f"{key} = {value}" for key, value in settings.items()), ""]
        self.credentials.write_text("\n".join([self.credentials.read_text(), *lines]))

    def session(self, profile: str = ROOT, *, attempts: int = 1) -> boto3.Session:
        return aws_session(profile, REGION, attempts=attempts)


def account_of(aws: AwsUnderTest, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Account:
    keys = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"}
    for name in os.environ:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    credentials = folder / "credentials"
    credentials.touch()
    settings = aws.server.environment
    for name, value in {**settings, "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}.items():
        if name.startswith("AWS_") and name not in keys:
            monkeypatch.setenv(name, value)
    made = Account(aws, credentials)
    made.add_profile(
        ROOT,
        aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
    )
    return made


@pytest.fixture
def account(aws: AwsUnderTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Account:
    return account_of(aws, monkeypatch, tmp_path)


@pytest.fixture
def user(account: Account) -> Iterator[Callable[..., str]]:
    """Creates an IAM user who may do only these actions; gives its name, which is also its profile's."""
    iam = account.aws.client("iam")
    made: list[tuple[str, str]] = []

    def create(*actions: str) -> str:
        name = f"reader-{len(made)}"
        iam.create_user(UserName=name)
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        made.append((name, key["AccessKeyId"]))
        account.add_profile(
            name, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"], region=REGION
        )
        return name

    yield create
    for name, key in made:
        iam.delete_access_key(UserName=name, AccessKeyId=key)
        iam.delete_user_policy(UserName=name, PolicyName="only")
        iam.delete_user(UserName=name)


def counted(session: boto3.Session) -> Counter[str]:
    """How often new clients call which operation."""
    calls: Counter[str] = Counter()
    session.events.register("before-call", lambda model, **_: calls.update([model.name]))
    return calls


def in_small_pages(session: boto3.Session, *operations: str, size: int = 1) -> None:
    """Has new clients ask for small pages, as if the account held more than it does."""

    def ask(params: dict[str, Any], **_: Any) -> None:
        params["maxResults"] = size

    for operation in operations:
        session.events.register(f"provide-client-params.{operation}", ask)


@dataclass(frozen=True)
class Answer:
    """What to answer a request with; no status: nothing at all, and the connection is closed."""

    status: int | None = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def refusal(code: str, message: str = "no", status: int = 400) -> Answer:
    """An error in the form of eks and emr-containers."""
    return Answer(status, json.dumps({"message": message}), {"x-amzn-errortype": code})


@dataclass(frozen=True)
class BadDay:
    """A server on the loopback interface; `paths`: of the requests it got."""

    url: str
    paths: list[str]


@contextmanager
def answering(answer: Callable[[str], Answer | None], tls: ssl.SSLContext | None = None) -> Iterator[BadDay]:
    """A server that answers each request (method, path and body in one text); None: not before the block ends."""
    paths: list[str] = []
    released = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            paths.append(self.path)
            given = answer(f"{self.command} {self.path} {body}")
            if given is None or given.status is None:
                if given is None:
                    released.wait()
                self.close_connection = True
                return
            self.send_response(given.status)
            for name, value in {**given.headers, "Content-Length": str(len(given.body.encode()))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(given.body.encode())

        do_GET = do_HEAD = do_POST = _serve  # noqa: N815 - called by name

        def log_message(self, *_arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield BadDay(f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}", paths)
        finally:
            released.set()
            server.shutdown()
            thread.join()


def tls_of(authority: trustme.CA) -> ssl.SSLContext:
    """What a server at 127.0.0.1 serves with, by a certificate of the authority."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    return tls


def pem(authority: trustme.CA) -> str:
    """The authority's own certificate."""
    return authority.cert_pem.bytes().decode()
