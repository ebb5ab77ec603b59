"""What botocore raises, in one line each: which operation failed, why and what to do. Secrets stay out of it.

AWS's own words are repeated only where they can't hold any: refused signatures, for one, are answered with the request's
headers, session token and all.
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
from botocore.exceptions import ConnectionError as NoConnectionError  # the parent of all that keeps one from coming up
from botocore.parsers import ResponseParserError

from emr_eks_placement.common.errors import Finding, InputError, RuleError, finding

# The codes of the services read here: eks and emr-containers end in Exception, ec2 and s3 have names of their own
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
# S3 answers HEAD without a code but the status; what IAM calls the action (S3 guide, actions and permissions).
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
"""passing: it may work later (throttling, server errors, no answer); refused: of this request; lasting: whatever is asked
for meets it (credentials, permissions, settings)."""

_NO_OPERATION = "AWS"
_LOG_IN = "Log in, or name another profile (AWS_PROFILE)"
_NOT_AUTHORIZED = re.compile(r"(?:User: (\S+) is )?not authorized to perform: ([a-z0-9-]+:\w+)")
# Of a signature by a clock that is wrong; its code is that of any signature that is not valid (IAM guide, SigV4 signing).
_WRONG_TIME = re.compile(r"Signature (expired|not yet current)")
_LONGEST = 300


class AwsError(InputError):
    """What AWS answered, or that it did not. kind: whether to ask again is of use."""

    def __init__(self, findings: Sequence[Finding], kind: FailureKind) -> None:
        super().__init__(findings)
        self.kind = kind


@contextlib.contextmanager
def aws_errors(place: str, operation: str = _NO_OPERATION) -> Iterator[None]:
    """Turns what botocore raises inside into an AwsError of one finding at the place, such as `EKS cluster NAME`.

    operation: what an error that does not know its own is said to come from.
    """
    try:
        yield
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        # Not chained: a traceback would print AWS's words, which may hold secrets.
        raise AwsError([finding(place, rule_of(error, operation))], kind_of(error)) from None


def name_operation(
    event_name: str, exception: Exception | None = None, parsed: dict[str, Any] | None = None, **_rest: Any
) -> None:
    """botocore's events after-call and after-call-error: has an error say its operation, for which it has no member.

    event_name: after-call-error.emr-containers.DescribeJobTemplate. The names of services in it are those of IAM, but for
    Service Quotas.
    """
    _event, service, operation = event_name.split(".")
    service = "servicequotas" if service == "service-quotas" else service
    if exception is not None:
        exception.add_note(f"{service}:{operation}")
    elif parsed is not None and "Error" in parsed:
        parsed["Error"]["Operation"] = f"{service}:{operation}"


def kind_of(error: Exception) -> FailureKind:
    """Whether the same call may succeed later, another of its kind may now, or none."""
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
    """What broke, naming the operation as IAM does if the client is one of `client`."""
    if isinstance(error, ClientError):
        return _of_answer(error)
    operation = next(iter(getattr(error, "__notes__", [])), operation)
    if isinstance(error, ProfileNotFound):
        return RuleError(error.kwargs["profile"], "no AWS profile has this name", "Name a profile of ~/.aws/config")
    if isinstance(error, NoRegionError):
        return RuleError(None, "no region is chosen", "Name one (AWS_REGION), or set it in the profile")
    if isinstance(error, CredentialRetrievalError):
        # Its words are those of a program of the user's, which may print anything.
        provider = error.kwargs.get("provider")
        return RuleError(None, f"{operation} needs credentials, and {provider} gave none", _LOG_IN)
    if isinstance(error, _NO_CREDENTIALS):
        return RuleError(None, f"{operation} needs credentials: {_one_line(error)}", _LOG_IN)
    if isinstance(error, _UNREACHABLE):
        return _unreachable(operation, error)
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
        # botocore does not correct it: each call would meet it.
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
    """AWS often names the identity and the action, which need not be the operation's: a bucket's key takes kms:Decrypt."""
    told = _NOT_AUTHORIZED.search(message)
    identity, action = told.groups() if told else (None, operation)
    by = f" to {identity}" if identity else ""
    what = operation if action == operation else f"{operation} needs {action}, which"
    return RuleError(None, f"{what} is denied{by} ({code})", f"Allow {action}, or name another profile")


def _unreachable(operation: str, error: BotoCoreError) -> RuleError:
    """Of the endpoint's URL the host and the port only: the rest may hold secrets."""
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
