"""Turns botocore's errors into one line each: the failed operation, the reason and the fix. Secrets are left out.

AWS's own message is repeated only if it can't contain secrets. The answer to an invalid signature, for example,
contains the request's headers with the session token.
"""

import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    HTTPClientError,
    LoginError,
    NoAuthTokenError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as NoConnectionError  # the base of every failure to connect
from botocore.parsers import ResponseParserError

from emr_eks_placement.common.errors import Finding, InputError, RuleError, finding

# Error codes of the services used here: those of eks and emr-containers end in Exception, ec2 and s3 have other names
# (EC2 guide, Error codes; S3 API, Error responses; botocore's retries.standard for what is throttled).
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_INVALID = {
    "AuthFailure",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_NOT_FOUND = "ResourceNotFoundException"
_SKEWED = {"RequestInTheFuture", "RequestTimeTooSkewed"}
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
# S3 answers HEAD with a status and no code; values are IAM's names of the actions (S3 guide, actions and permissions).
_DENIED_HEAD = "403"
_ACTIONS_OF_HEAD = {"s3:HeadObject": "s3:GetObject", "s3:HeadBucket": "s3:ListBucket"}
_THROTTLED = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
_NO_CREDENTIALS = (
    LoginError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)
_UNREACHABLE = (NoConnectionError, HTTPClientError)

FailureKind = Literal["passing", "refused", "lasting"]
"""passing: a retry may succeed (throttling, server errors, no answer); refused: this request can't succeed; lasting: no
request can succeed (credentials, permissions, settings)."""

_NO_OPERATION = "AWS"
_LOG_IN = "Log in, or name another profile (AWS_PROFILE)"
_NOT_AUTHORIZED = re.compile(r"(?:User: (\S+) is )?not authorized to perform: ([a-z0-9-]+:\w+)")
# The message of a signature by a wrong clock; the code is that of any invalid signature (IAM guide, SigV4 signing).
_WRONG_TIME = re.compile(r"Signature (expired|not yet current)")
_LONGEST = 300


class AwsError(InputError):
    """An error answer of AWS, or no answer. kind: whether a retry helps."""

    def __init__(self, findings: Sequence[Finding], kind: FailureKind) -> None:
        super().__init__(findings)
        self.kind = kind


@contextlib.contextmanager
def aws_errors(place: str, operation: str = _NO_OPERATION) -> Iterator[None]:
    """Turns botocore's errors inside the block into an AwsError with one finding at the place, such as `EKS cluster
    NAME`.

    operation: the operation to name if an error does not name one.
    """
    try:
        yield
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        # Not chained: a traceback would print AWS's message, which may contain secrets.
        raise AwsError([finding(place, rule_of(error, operation))], kind_of(error)) from None


def name_operation(
    event_name: str, exception: Exception | None = None, parsed: dict[str, Any] | None = None, **_rest: Any
) -> None:
    """Adds the operation to an error (botocore's events after-call and after-call-error), which has no member for it.

    event_name: such as after-call-error.emr-containers.DescribeJobTemplate. Its service names are those of IAM, except
    for Service Quotas.
    """
    _event, service, operation = event_name.split(".")
    service = "servicequotas" if service == "service-quotas" else service
    if exception is not None:
        exception.add_note(f"{service}:{operation}")
    elif parsed is not None and "Error" in parsed:
        parsed["Error"]["Operation"] = f"{service}:{operation}"


def kind_of(error: Exception) -> FailureKind:
    """Returns whether a retry helps: the same call later, another call of this kind now, or neither."""
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "Unknown")
        metadata: dict[str, Any] = dict(error.response.get("ResponseMetadata", {}))
        if code in _THROTTLED or metadata.get("HTTPStatusCode", 400) >= 500:
            return "passing"
        return "lasting" if code in _EXPIRED | _INVALID | _SKEWED | DENIED or code == _NOT_FOUND else "refused"
    if isinstance(error, ResponseParserError | NoConnectionError | HTTPClientError):
        return "passing"
    return "refused" if isinstance(error, ParamValidationError) else "lasting"


def rule_of(error: Exception, operation: str = _NO_OPERATION) -> RuleError:
    """Returns what failed; names the operation as IAM does if the client is one of `client`."""
    if isinstance(error, ClientError):
        return _of_answer(error)
    operation = next(iter(getattr(error, "__notes__", [])), operation)
    if isinstance(error, ProfileNotFound):
        return RuleError(error.kwargs["profile"], "no AWS profile has this name", "Name a profile of ~/.aws/config")
    if isinstance(error, NoRegionError):
        return RuleError(None, "no region is set", "Name one (AWS_REGION), or set it in the profile")
    if isinstance(error, CredentialRetrievalError):
        # The message is from a program that the user configured, which may print anything.
        provider = error.kwargs.get("provider")
        return RuleError(None, f"{operation} needs credentials, and {provider} returned none", _LOG_IN)
    if isinstance(error, _NO_CREDENTIALS):
        return RuleError(None, f"{operation} needs credentials: {_one_line(error)}", _LOG_IN)
    if isinstance(error, _UNREACHABLE):
        return _unreachable(operation, error)
    if isinstance(error, ResponseParserError):
        fix = "Check the network, the proxy and the endpoint (AWS_ENDPOINT_URL)"
        return RuleError(None, f"{operation} failed: {_one_line(error)}", fix)
    # Without an operation it is the settings that are wrong: AWS was not called.
    what = _one_line(error) if operation == _NO_OPERATION else f"{operation} failed: {_one_line(error)}"
    return RuleError(None, what, "Correct what it names")


def _of_answer(error: ClientError) -> RuleError:
    details: dict[str, Any] = dict(error.response.get("Error", {}))
    code, message = str(details.get("Code", "Unknown")), _one_line(details.get("Message") or "no message")
    operation = details.get("Operation", error.operation_name)
    if code in _EXPIRED:
        return RuleError(None, f"{operation} was refused: the credentials have expired ({code})", _LOG_IN)
    if code in _SKEWED or (code in _INVALID and _WRONG_TIME.match(message)):
        # botocore does not correct it, so each call would fail
        rule = f"{operation} was refused: this machine's clock is not AWS's ({code})"
        return RuleError(None, rule, "Set the clock, for example by NTP, and try again")
    if code in _INVALID:
        return RuleError(None, f"{operation} was refused: the credentials are not valid ({code})", _LOG_IN)
    if code in DENIED:
        return _denied(operation, code, message)
    if code == _DENIED_HEAD and operation in _ACTIONS_OF_HEAD:
        return _denied(_ACTIONS_OF_HEAD[operation], code, message)
    if code == "NoSuchBucket":
        return RuleError(
            None, f"{operation} failed: there is no such bucket ({code})", "Deploy it, or correct its name"
        )
    metadata: dict[str, Any] = dict(error.response.get("ResponseMetadata", {}))
    tries = metadata.get("RetryAttempts", 0) + 1
    if code in _THROTTLED:
        return RuleError(None, f"{operation} was throttled at each of {tries} tries ({code})", "Try again later")
    if metadata.get("HTTPStatusCode", 400) >= 500:
        return RuleError(None, f"{operation} failed at each of {tries} tries: {code}: {message}", "Try again later")
    return RuleError(None, f"{operation} failed: {code}: {message}", "Correct what it names")


def _denied(operation: str, code: str, message: str) -> RuleError:
    """AWS often names the identity and the action, which may differ from the operation: a bucket's key needs
    kms:Decrypt."""
    named = _NOT_AUTHORIZED.search(message)
    identity, action = named.groups() if named else (None, operation)
    by = f" to {identity}" if identity else ""
    what = operation if action == operation else f"{operation} needs {action}, which"
    return RuleError(None, f"{what} is denied{by} ({code})", f"Allow {action}, or name another profile")


def _unreachable(operation: str, error: BotoCoreError) -> RuleError:
    """Names only host and port of the endpoint's URL: the rest may contain secrets."""
    url = urlsplit(str(error.kwargs.get("endpoint_url") or ""))
    host = url.netloc.rpartition("@")[2] or "the endpoint"
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        how = "did not answer in time"
    else:
        how = "closed the connection" if isinstance(error, ConnectionClosedError) else "can't be reached"
    rule = f"{operation} failed: {host} {how} ({type(error).__name__})"
    return RuleError(None, rule, "Check the network, the proxy and the region, and try again")


def _one_line(message: object) -> str:
    text = " ".join(str(message).split()).removesuffix(".")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
