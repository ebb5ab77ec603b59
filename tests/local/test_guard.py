"""Who the servers of the local AWS answer: programs with a key. Web pages and other users of the machine get nothing."""

import base64
import contextlib
import hashlib
import hmac
import http.client
import io
import json
import socket
import ssl
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from emr_eks_placement.aws.kubernetes import eks_token
from local.aws.ministack.settings import enforcing_iam
from local.kubernetes import RecordingKubernetesApi
from tests.local.aws_fixtures import AwsUnderTest, trust

FUNCTIONS = "/2015-03-31/functions"
PAGE = "http://pages.example"
NO_CORS: Mapping[str, str] = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "empty"}
CORS: Mapping[str, str] = {**NO_CORS, "Sec-Fetch-Mode": "cors", "Origin": PAGE, "Referer": f"{PAGE}/"}
IMAGE: Mapping[str, str] = {**NO_CORS, "Sec-Fetch-Dest": "image", "Referer": f"{PAGE}/"}
FORM: Mapping[str, str] = {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-User": "?1",
    "Upgrade-Insecure-Requests": "1",
    "Origin": "null",
}
"""What Chromium sends with a page's fetch, an image, and a form; tools/drive_by.py has a Chromium send them."""


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str


def send(
    url: str, method: str, path: str, headers: Mapping[str, str], body: str = "", ca_pem: bytes | None = None
) -> Answer:
    """One request with these headers, and Host unless they have it."""
    address = urlsplit(url)
    host, port = address.hostname or "", address.port
    context = ssl.create_default_context(cadata=ca_pem.decode()) if ca_pem else None
    connection = (
        http.client.HTTPSConnection(host, port, context=context, timeout=60)
        if context
        else http.client.HTTPConnection(host, port, timeout=60)
    )
    try:
        connection.request(method, path, body or None, dict(headers))
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, names, answer.read().decode())
    finally:
        connection.close()


def signed(
    aws: AwsUnderTest, method: str, path: str, body: str = "", *, secret: str | None = None, **sent: str
) -> dict[str, str]:
    """The headers of a request to Lambda as botocore signs it; sent: headers by names with underscores."""
    environment = aws.server.environment
    request = AWSRequest(method, f"{aws.server.url}{path}", {k.replace("_", "-"): v for k, v in sent.items()}, body)
    keys = Credentials(environment["AWS_ACCESS_KEY_ID"], secret or environment["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(keys, "lambda", "us-east-1").add_auth(request)
    return dict(request.headers)


def function(name: str) -> str:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("index.py", "def handler(event, context):\n    return 'it runs'")
    code = {"ZipFile": base64.b64encode(archive.getvalue()).decode()}
    role = "arn:aws:iam::000000000000:role/any"
    return json.dumps(
        {"FunctionName": name, "Runtime": "python3.12", "Handler": "index.handler", "Role": role, "Code": code}
    )


@pytest.fixture(scope="module")
def invoked(aws: AwsUnderTest) -> Iterator[str]:
    """A function that may be invoked."""
    client = aws.client("lambda")
    client.create_function(**{**json.loads(function("present")), "Code": {"ZipFile": archive_of("present")}})
    yield f"{FUNCTIONS}/present/invocations"
    client.delete_function(FunctionName="present")


def archive_of(name: str) -> bytes:
    return base64.b64decode(json.loads(function(name))["Code"]["ZipFile"])


def exists(aws: AwsUnderTest, name: str) -> bool:
    return name in [one["FunctionName"] for one in aws.client("lambda").list_functions()["Functions"]]


@pytest.mark.parametrize("headers", [CORS, NO_CORS, IMAGE, FORM], ids=["fetch", "no-cors", "image", "form"])
@pytest.mark.parametrize("with_key", [False, True], ids=["unsigned", "signed"])
def test_a_web_page_neither_creates_nor_invokes_a_function(
    aws: AwsUnderTest, invoked: str, headers: Mapping[str, str], with_key: bool
) -> None:
    for path, body in ((FUNCTIONS, function("planted")), (invoked, "{}")):
        keys = signed(aws, "POST", path, body) if with_key else {}
        answer = send(aws.server.url, "POST", path, {**headers, "Content-Type": "text/plain", **keys}, body)
        assert answer.status == 403
        assert "answers no web page" in answer.body
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert "it runs" not in answer.body
    assert not exists(aws, "planted")


def test_the_same_signed_requests_of_a_program_are_answered(aws: AwsUnderTest, invoked: str) -> None:
    body = function("wanted")
    assert send(aws.server.url, "POST", FUNCTIONS, signed(aws, "POST", FUNCTIONS, body), body).status == 201
    answer = send(aws.server.url, "POST", invoked, signed(aws, "POST", invoked, "{}"), "{}")
    assert (answer.status, answer.body) == (200, '"it runs"')
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    aws.client("lambda").delete_function(FunctionName="wanted")


def test_a_preflight_is_refused(aws: AwsUnderTest) -> None:
    asks = {**CORS, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    for headers in (asks, {name: value for name, value in asks.items() if name.startswith("Access")}):
        answer = send(aws.server.url, "OPTIONS", FUNCTIONS, headers)
        assert answer.status == 403
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("host", "is_answered"),
    [
        ("127.0.0.1:{port}", True),
        ("localhost:{port}", True),
        ("[::1]:{port}", True),
        ("LOCALHOST", True),
        ("bucket.s3.localhost:{port}", True),
        ("localhost:8080", True),
        ("pages.example:{port}", False),
        ("127.0.0.1.pages.example:{port}", False),
        ("localhost.pages.example", False),
        ("pages.example\\.localhost.evil", False),
        ("127.0.0.1@pages.example", False),
        ("10.0.0.1:{port}", False),
        ("", False),
    ],
)
def test_only_a_host_on_the_loopback_interface_is_answered(aws: AwsUnderTest, host: str, is_answered: bool) -> None:
    path = f"{FUNCTIONS}/"
    name = host.format(port=urlsplit(aws.server.url).port)
    answer = send(aws.server.url, "GET", path, {**signed(aws, "GET", path, Host=name), "Host": name})
    assert (answer.status != 403) == is_answered, answer.body


@pytest.mark.parametrize(
    "path",
    ["/", FUNCTIONS, "/_ministack/health", "/_ministack/reset", "/_ministack/config", "/_localstack/health",
     "/_ministack/lambda-code/present", "/bucket/key", "/oauth2/authorize"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD"])
@pytest.mark.usefixtures("invoked")
def test_what_is_not_signed_is_refused(aws: AwsUnderTest, method: str, path: str) -> None:
    assert send(aws.server.url, method, path, {}, "" if method in ("GET", "HEAD") else "{}").status == 403
    assert exists(aws, "present")


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("000000000000", "local-aws-needs-no-secret"),
        ("test", "test"),
        ("111122223333", "test"),
        ("AKIAIOSFODNN7EXAMPLE", "x"),
    ],
)
def test_other_keys_are_refused(aws: AwsUnderTest, monkeypatch: pytest.MonkeyPatch, key: str, secret: str) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    session = boto3.Session(key, secret, region_name="us-east-1")
    for service, call in (
        ("sts", "get_caller_identity"),
        ("s3", "list_buckets"),
        ("emr-containers", "list_job_templates"),
    ):
        client: Any = session.client(service, endpoint_url=aws.server.url)  # type: ignore[call-overload]
        with pytest.raises(ClientError) as refused:
            getattr(client, call)()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    with pytest.raises(ClientError, match=r"variables\.sh"):
        session.client("sts", endpoint_url=aws.server.url).get_caller_identity()


def test_a_signature_holds_for_its_own_request_and_time(aws: AwsUnderTest, invoked: str) -> None:
    headers = signed(aws, "POST", invoked, "{}")
    assert send(aws.server.url, "POST", invoked, headers, '{"changed": 1}').status == 403
    assert send(aws.server.url, "POST", FUNCTIONS, headers, "{}").status == 403
    old = {**headers, "X-Amz-Date": "20200101T000000Z"}
    assert send(aws.server.url, "POST", invoked, old, "{}").status == 403
    assert send(aws.server.url, "POST", invoked, headers, "{}").status == 200


def test_keys_of_users_and_of_role_sessions_are_keys(aws: AwsUnderTest) -> None:
    iam = aws.client("iam")
    iam.create_user(UserName="signer")
    key = iam.create_access_key(UserName="signer")["AccessKey"]
    iam.create_role(
        RoleName="signed",
        AssumeRolePolicyDocument=json.dumps(trust("lambda.amazonaws.com")["Properties"]["AssumeRolePolicyDocument"]),
    )
    session = aws.client("sts").assume_role(RoleArn="arn:aws:iam::000000000000:role/signed", RoleSessionName="one")[
        "Credentials"
    ]
    keys = (
        (key["AccessKeyId"], key["SecretAccessKey"], None),
        (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]),
    )
    for key_id, secret, token in keys:

        def caller(secret: str, token: str | None, key_id: str = key_id) -> Any:
            session = boto3.Session(key_id, secret, token, region_name="us-east-1")
            return session.client("sts", endpoint_url=aws.server.url).get_caller_identity()["Arn"]

        assert caller(secret, token).rpartition("/")[2] in ("signer", "one")
        with pytest.raises(ClientError, match="signature"):
            caller(f"{secret}x", token)
        with pytest.raises(ClientError, match="security token"):
            caller(secret, "another")
    iam.delete_access_key(UserName="signer", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="signer")
    iam.delete_role(RoleName="signed")


@pytest.mark.parametrize("enforced", [False, True], ids=["open", "IAM enforced"])
def test_presigned_urls_of_s3_are_let_in_until_they_expire(aws: AwsUnderTest, enforced: bool) -> None:
    s3 = aws.session.client("s3", endpoint_url=aws.server.url, config=Config(signature_version="s3v4"))
    s3.create_bucket(Bucket="presigned")
    url = s3.generate_presigned_url("put_object", {"Bucket": "presigned", "Key": "a b/ä"}, ExpiresIn=60)
    late = s3.generate_presigned_url("put_object", {"Bucket": "presigned", "Key": "late"}, ExpiresIn=-1)
    changed = url.replace("presigned/a", "presigned/b")
    with enforcing_iam() if enforced else contextlib.nullcontext():
        for refused in (late, changed, url.partition("?")[0]):
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(urllib.request.Request(refused, b"x", method="PUT"))  # noqa: S310
        with urllib.request.urlopen(urllib.request.Request(url, b"content", method="PUT")) as answer:  # noqa: S310
            assert answer.status == 200
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="presigned")["Contents"]] == ["a b/ä"]
    s3.delete_object(Bucket="presigned", Key="a b/ä")
    s3.delete_bucket(Bucket="presigned")


def test_a_role_is_given_for_a_token_of_this_account_only(aws: AwsUnderTest) -> None:
    claims = {"iss": "https://issuer", "sub": "system:serviceaccount:spark:driver", "aud": "sts.amazonaws.com"}
    header, payload = (
        base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for one in ({"alg": "HS256"}, claims)
    )
    guessed = base64.urlsafe_b64encode(hmac.digest(b"", f"{header}.{payload}".encode(), hashlib.sha256)).decode()
    for signature in ("signature", "", guessed.rstrip("=")):
        asked = {
            "Action": "AssumeRoleWithWebIdentity",
            "Version": "2011-06-15",
            "RoleArn": "arn:aws:iam::000000000000:role/any",
            "RoleSessionName": "x",
            "WebIdentityToken": f"{header}.{payload}.{signature}",
        }
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert send(aws.server.url, "POST", "/", form, urlencode(asked)).status == 403


def test_a_web_socket_is_refused(aws: AwsUnderTest) -> None:
    address = urlsplit(aws.server.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=60) as connection:
        lines = [
            "GET /_aws/execute-api/a/stage HTTP/1.1", f"Host: {address.netloc}", "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "",
        ]  # fmt: skip
        connection.sendall("\r\n".join(lines).encode())
        assert b" 403 " in connection.recv(1000).split(b"\r\n")[0]


@pytest.fixture
def kubernetes() -> Iterator[RecordingKubernetesApi]:
    with RecordingKubernetesApi() as started:
        yield started


PATHS = ("/api/v1/namespaces", "/version", "/openapi/v2", "/api/v1/namespaces/default/pods?watch=true")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer guessed"}, 401),
        ({"Authorization": "Basic {token}"}, 401),
        ({"Authorization": "Bearer {token}", **CORS}, 403),
        ({"Authorization": "Bearer {token}", **NO_CORS}, 403),
        ({"Authorization": "Bearer {token}", "Origin": "https://127.0.0.1"}, 403),
        ({"Authorization": "Bearer {token}", "Host": "pages.example"}, 403),
        ({"Authorization": "Bearer {token}", "Host": "pages.example", "Origin": "https://pages.example"}, 403),
    ],
)
def test_the_kubernetes_api_answers_who_has_a_token_and_is_no_page(
    kubernetes: RecordingKubernetesApi, headers: Mapping[str, str], status: int, path: str
) -> None:
    sent = {name: value.format(token=kubernetes.token) for name, value in headers.items()}
    assert send(kubernetes.url, "GET", path, sent, ca_pem=kubernetes.ca_pem).status == status


def test_the_token_of_a_kubernetes_api_is_its_own(kubernetes: RecordingKubernetesApi) -> None:
    with RecordingKubernetesApi() as other:
        bearer = {"Authorization": f"Bearer {kubernetes.token}"}
        assert send(kubernetes.url, "GET", PATHS[0], bearer, ca_pem=kubernetes.ca_pem).status == 200
        assert send(other.url, "GET", PATHS[0], bearer, ca_pem=other.ca_pem).status == 401


def test_a_token_of_eks_is_signed_with_a_key_of_the_account(
    aws: AwsUnderTest, cluster: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cluster
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.server.url)
    stranger = boto3.Session("000000000000", "guessed", region_name="us-east-1")
    with RecordingKubernetesApi(admits=aws.server.admits) as api:
        for session, name, status in (
            (aws.session, "spark", 200),
            (aws.session, "other", 401),
            (stranger, "spark", 401),
        ):
            bearer = {"Authorization": f"Bearer {eks_token(session, name)}"}
            assert send(api.url, "GET", PATHS[0], bearer, ca_pem=api.ca_pem).status == status
