"""The proxy that breaks calls, seen by boto3 without retries: each fault is what AWS or a network does."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from tests.deployed.operate.conftest import REGION, Deployed
from tests.deployed.operate.faulty_proxy import Fault, FaultyProxy, faulty_proxy


@pytest.fixture
def proxy(deployed: Deployed) -> Iterator[FaultyProxy]:
    with faulty_proxy(deployed.aws.url) as made:
        yield made


def client(proxy: FaultyProxy, service: str, read_seconds: float = 300) -> Any:
    once = Config(retries={"total_max_attempts": 1}, read_timeout=read_seconds)
    return boto3.client(service, endpoint_url=proxy.url, region_name=REGION, config=once)  # type: ignore[call-overload]


def asking(proxy: FaultyProxy, service: str) -> Callable[[], Any]:
    if service == "s3":
        return lambda: client(proxy, "s3").put_object(Bucket="none", Key="k", Body=b"")
    if service == "sts":
        return client(proxy, "sts").get_caller_identity  # type: ignore[no-any-return]
    return client(proxy, "emr-containers").list_virtual_clusters  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("service", "fault", "status", "code"),
    [
        ("emr-containers", "throttled", 400, "ThrottlingException"),
        ("emr-containers", "server-error", 500, "InternalServerException"),
        ("emr-containers", "unavailable", 503, "ServiceUnavailableException"),
        ("emr-containers", "expired", 403, "ExpiredTokenException"),
        ("emr-containers", "skewed", 403, "InvalidSignatureException"),
        ("emr-containers", "denied", 403, "AccessDeniedException"),
        ("sts", "throttled", 400, "ThrottlingException"),
        ("sts", "bad-signature", 403, "SignatureDoesNotMatch"),
        ("s3", "throttled", 503, "SlowDown"),
        ("s3", "skewed", 403, "RequestTimeTooSkewed"),
        ("s3", "no-bucket", 404, "NoSuchBucket"),
    ],
)
def test_a_refusal_is_an_answer_in_the_service_s_form(
    proxy: FaultyProxy, service: str, fault: Fault, status: int, code: str
) -> None:
    proxy.choose = lambda call: fault if call.service == service else None
    with pytest.raises(ClientError) as refused:
        asking(proxy, service)()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert refused.value.response["Error"]["Code"] == code
    assert proxy.calls == {fault: 1}


@pytest.mark.parametrize(
    ("fault", "error", "runs"),
    [
        ("lost-request", ConnectionClosedError, 0),
        ("lost-answer", ConnectionClosedError, 1),
        ("late-answer", ReadTimeoutError, 1),
    ],
)
def test_what_is_lost_is_the_request_or_the_answer(
    deployed: Deployed, proxy: FaultyProxy, fault: Fault, error: type[Exception], runs: int
) -> None:
    proxy.choose = lambda call: fault if call.starts_a_run else None
    request = {**deployed.definition("fargate"), "name": f"raw-{fault}", "clientToken": f"raw-{fault}"}
    with pytest.raises(error):
        client(proxy, "emr-containers", 0.5 if fault == "late-answer" else 300).start_job_run(**request)
    assert len(deployed.runs.wait_for(f"raw-{fault}", runs)) == runs


def test_what_is_not_broken_passes_unchanged(deployed: Deployed, proxy: FaultyProxy) -> None:
    content = bytes(range(256)) * 1000
    for s3 in (client(proxy, "s3"), deployed.session.client("s3")):
        s3.put_object(Bucket=deployed.bucket, Key="of the proxy's tests/ä b", Body=content)
        assert s3.get_object(Bucket=deployed.bucket, Key="of the proxy's tests/ä b")["Body"].read() == content
    client(proxy, "s3").delete_object(Bucket=deployed.bucket, Key="of the proxy's tests/ä b")
    assert client(proxy, "sts").get_caller_identity()["Account"] == "000000000000"
    assert set(proxy.calls) == {"passed"}
