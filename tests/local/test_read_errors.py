import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from emr_eks_placement.aws.cluster import read_cluster
from emr_eks_placement.aws.errors import rule_of
from emr_eks_placement.aws.s3 import read_s3_text
from emr_eks_placement.aws.session import aws_session, client
from emr_eks_placement.common.errors import InputError
from local.aws.ministack.settings import enforcing_iam
from tests.local.reading import REGION, ROOT, Account, Answer, answering, refusal

CLUSTER = "EKS cluster spark: "
SECRET = "not-to-be-printed"  # noqa: S105 - no secret
NONE = Answer(status=None)
LOG_IN = "Log in, or name another profile (AWS_PROFILE)."


def message_of(read: Callable[[], object]) -> str:
    """The only finding, which is one line, and whose traceback tells no more."""
    with pytest.raises(InputError) as refused:
        read()
    [found] = refused.value.findings
    assert "\n" not in str(found)
    assert SECRET not in "".join(traceback.format_exception(refused.value))
    return str(found)


Asked = Callable[[Answer | None], tuple[str, int]]


@pytest.fixture
def answered(account: Account, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What reading reports when EKS answers everything like this, and how often it was asked, of at most two tries."""
    assert account

    def ask(answer: Answer | None) -> tuple[str, int]:
        with answering(lambda _request: answer) as eks:
            monkeypatch.setenv("AWS_ENDPOINT_URL_EKS", eks.url)
            session = aws_session(ROOT, REGION, attempts=2, read_seconds=0.2)
            return message_of(lambda: read_cluster(session, "spark")), len(eks.paths)

    return ask


def test_few_short_tries_by_default(account: Account) -> None:
    assert account
    for service in ("eks", "ec2", "emr-containers", "s3"):
        config = client(aws_session(ROOT, REGION), service).meta.config
        assert config.retries == {"mode": "standard", "total_max_attempts": 5}
        assert (config.connect_timeout, config.read_timeout) == (3, 10)


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException"])
def test_throttled(answered: Asked, code: str) -> None:
    message, tries = answered(refusal(code, "Rate exceeded", 429))
    assert message == f"{CLUSTER}eks:DescribeCluster was throttled at each of 2 tries ({code}). Try again later."
    assert tries == 2


def test_throttled_by_ec2(account: Account, monkeypatch: pytest.MonkeyPatch, cluster: dict[str, str]) -> None:
    assert cluster
    error = "<Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error>"
    body = f"<Response><Errors>{error}</Errors><RequestID>1</RequestID></Response>"
    with answering(lambda _request: Answer(503, body)) as ec2:
        monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", ec2.url)
        message = message_of(lambda: read_cluster(account.session(attempts=2), "spark"))
    assert message == (
        f"{CLUSTER}ec2:DescribeSubnets was throttled at each of 2 tries (RequestLimitExceeded). Try again later."
    )
    assert len(ec2.paths) == 2


def test_internal_error(answered: Asked) -> None:
    message, tries = answered(refusal("ServerException", "Internal\nerror.", 500))
    assert message == (
        f"{CLUSTER}eks:DescribeCluster failed at each of 2 tries: ServerException: Internal error. Try again later."
    )
    assert tries == 2


def test_recovers(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([refusal("ThrottlingException", status=429), refusal("ResourceNotFoundException", status=404)])
    with answering(lambda _request: next(answers, Answer(200, '{"clusters": []}'))) as eks:
        monkeypatch.setenv("AWS_ENDPOINT_URL_EKS", eks.url)
        message = message_of(lambda: read_cluster(account.session(attempts=2), "spark"))
    assert "has no EKS cluster of this name" in message
    assert eks.paths == ["/clusters/spark", "/clusters/spark", "/clusters"]


def test_no_answer(answered: Asked) -> None:
    message, tries = answered(None)
    assert message.startswith(f"{CLUSTER}eks:DescribeCluster failed: 127.0.0.1:")
    assert message.endswith(
        " did not answer in time (ReadTimeoutError). Check the network, the proxy and the region, and try again."
    )
    assert tries == 2


def test_connection_closed(answered: Asked) -> None:
    message, tries = answered(NONE)
    assert " closed the connection (ConnectionClosedError). " in message
    assert tries == 2


def test_nobody_listens(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda _request: None) as server:
        url = server.url
    monkeypatch.setenv("AWS_ENDPOINT_URL_EKS", url.replace("//", f"//user:{SECRET}@"))
    message = message_of(lambda: read_cluster(account.session(), "spark"))
    port = url.rpartition(":")[2]
    assert message.startswith(
        f"{CLUSTER}eks:DescribeCluster failed: 127.0.0.1:{port} can't be reached (EndpointConnectionError). "
    )


def test_no_xml(account: Account, monkeypatch: pytest.MonkeyPatch, cluster: dict[str, str]) -> None:
    assert cluster
    with answering(lambda _request: Answer(200, "<!doctype html><br>a proxy's page")) as ec2:
        monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", ec2.url)
        message = message_of(lambda: read_cluster(account.session(), "spark"))
    assert message.startswith(f"{CLUSTER}ec2:DescribeSubnets failed: Unable to parse response ")


@pytest.mark.parametrize("code", ["ExpiredTokenException", "ExpiredToken"])
def test_expired(answered: Asked, code: str) -> None:
    message, tries = answered(refusal(code, f"The token {SECRET} expired", 403))
    assert message == f"{CLUSTER}eks:DescribeCluster was refused: the credentials have expired ({code}). {LOG_IN}"
    assert tries == 1


def test_signature_refused_with_its_headers(answered: Asked) -> None:
    canonical = f"The canonical string should have been\nhost:eks\nx-amz-security-token:{SECRET}"
    message, tries = answered(refusal("InvalidSignatureException", canonical, 403))
    assert message == (
        f"{CLUSTER}eks:DescribeCluster was refused: the credentials are not valid (InvalidSignatureException). {LOG_IN}"
    )
    assert tries == 1


def test_anything_else(answered: Asked) -> None:
    message, tries = answered(refusal("ClientException", "first\n  line " + "x" * 400))
    assert message.startswith(f"{CLUSTER}eks:DescribeCluster failed: ClientException: first line xxx")
    assert message.endswith("x…. Correct what it names.")
    assert len(message) < 450
    assert tries == 1


def test_action_that_is_denied_is_not_the_operation(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    denial = "User: arn:aws:iam::111122223333:user/a is not authorized to perform: kms:Decrypt on resource: key/1"
    body = f"<Error><Code>AccessDenied</Code><Message>{denial}</Message></Error>"
    with answering(lambda _request: Answer(403, body)) as s3:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3.url)
        message = message_of(lambda: read_s3_text(account.session(), "s3://b/k"))
    assert message.startswith(
        "s3://b/k: s3:GetObject needs kms:Decrypt, which is denied to arn:aws:iam::111122223333:user/a (AccessDenied), "
    )
    assert message.endswith("Allow kms:Decrypt, or name another profile.")


def test_what_head_denies_is_named_as_iam_does(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 answers HEAD with a status and no words."""
    with answering(lambda _request: Answer(403)) as s3:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3.url)
        with pytest.raises(ClientError) as raised:
            client(account.session(), "s3").head_bucket(Bucket="b")
    broken = rule_of(raised.value)
    assert (broken.rule, broken.fix) == (
        "s3:ListBucket is denied (403)",
        "Allow s3:ListBucket, or name another profile",
    )


def test_object_that_breaks_off(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The body comes after the call: its errors name the operation too."""
    with answering(lambda _request: Answer(200, "abc", {"x-amz-checksum-crc32": "AAAAAA=="})) as s3:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3.url)
        message = message_of(lambda: read_s3_text(account.session(), "s3://b/k"))
    assert message.startswith("s3://b/k: s3:GetObject failed: ")


DENIABLE = ["eks:DescribeCluster", "eks:ListNodegroups", "eks:ListFargateProfiles", "ec2:DescribeSubnets"]


@pytest.mark.parametrize("denied", [*DENIABLE, "emr-containers:ListVirtualClusters"])
def test_denied(account: Account, cluster: dict[str, str], user: Callable[..., str], denied: str) -> None:
    assert cluster
    reader = user("none:None", *(action for action in DENIABLE if action != denied))
    with enforcing_iam():
        message = message_of(lambda: read_cluster(account.session(reader), "spark"))
    code = "UnauthorizedOperation" if denied.startswith("ec2") else "AccessDeniedException"
    assert message.startswith(f"{CLUSTER}{denied} is denied")
    assert message.endswith(f" ({code}). Allow {denied}, or name another profile.")


def test_wrong_secret_and_unknown_key(account: Account, cluster: dict[str, str], user: Callable[..., str]) -> None:
    assert cluster
    reader = user("eks:*")
    credentials = aws_session(reader).get_credentials()
    assert credentials is not None
    account.add_profile("wrong", aws_access_key_id=credentials.access_key, aws_secret_access_key=SECRET)
    account.add_profile("unknown", aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key=SECRET)
    with enforcing_iam():
        for profile, code in (("wrong", "InvalidSignatureException"), ("unknown", "UnrecognizedClientException")):
            message = message_of(lambda profile=profile: read_cluster(account.session(profile), "spark"))  # type: ignore[misc]
            assert message == (
                f"{CLUSTER}eks:DescribeCluster was refused: the credentials are not valid ({code}). {LOG_IN}"
            )


def test_no_credentials(account: Account) -> None:
    assert account
    message = message_of(lambda: read_cluster(aws_session(None, REGION), "spark"))
    assert message == f"{CLUSTER}eks:DescribeCluster needs credentials: Unable to locate credentials. {LOG_IN}"


def test_half_credentials(account: Account) -> None:
    account.add_profile("half", aws_access_key_id="AKIAIOSFODNN7EXAMPLE")
    message = message_of(lambda: read_cluster(account.session("half"), "spark"))
    assert "Partial credentials found" in message
    assert "EXAMPLE" not in message


def test_program_that_gives_no_credentials(account: Account) -> None:
    account.add_profile("program", credential_process=f"sh -c 'echo {SECRET} >&2; exit 1'")
    message = message_of(lambda: read_cluster(account.session("program"), "spark"))
    assert "needs credentials, and custom-process returned none" in message


def test_unknown_profile(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert account
    message = "AWS settings: 'prod': no AWS profile has this name. Name a profile of ~/.aws/config."
    assert message_of(lambda: aws_session("prod")) == message
    monkeypatch.setenv("AWS_PROFILE", "prod")
    assert message_of(aws_session) == message


def test_settings_that_cannot_be_read(account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert account
    broken = tmp_path / "config"
    broken.write_text("no ini\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(broken))
    assert message_of(aws_session).startswith("AWS settings: Unable to parse config file")


def test_no_region(account: Account) -> None:
    assert account
    message = message_of(lambda: read_cluster(aws_session(ROOT), "spark"))
    assert message == f"{CLUSTER}no region is set. Name one (AWS_REGION), or set it in the profile."


def test_region_of_the_profile_and_of_the_environment(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.add_profile("ireland", region="eu-west-1")
    assert aws_session("ireland").region_name == "eu-west-1"
    assert aws_session("ireland", "eu-west-2").region_name == "eu-west-2"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    assert aws_session().region_name == "eu-west-3"
    monkeypatch.setenv("AWS_REGION", "eu-west-4")
    assert aws_session("ireland").region_name == "eu-west-4"
    assert aws_session("ireland", "eu-west-2").region_name == "eu-west-2"


@pytest.mark.parametrize("region", ["us east", "us_east_1"])
def test_malformed_region(account: Account, region: str) -> None:
    assert account
    message = message_of(lambda: read_cluster(aws_session(ROOT, region), "spark"))
    assert message.startswith(f"{CLUSTER}Provided region_name '{region}' doesn't match a supported format. ")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("nonsense", "Invalid endpoint: nonsense"),
        ("http://[::1", "Invalid IPv6 URL"),
        ("http://127.0.0.1:99999", "Port out of range 0-65535"),
    ],
)
def test_endpoint_that_is_no_url(account: Account, monkeypatch: pytest.MonkeyPatch, url: str, problem: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    message = message_of(lambda: read_cluster(account.session(), "spark"))
    assert message == f"{CLUSTER}Invalid endpoint configuration: {problem}. Correct what it names."
