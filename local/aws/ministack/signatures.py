"""Checks signatures of requests: MiniStack itself trusts root keys unchecked, and checks others only where IAM is enforced."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from local.aws import web_identity
from local.aws.environment import ACCESS_KEY_ID
from local.aws.ministack import names
from local.aws.ministack.services import Response

_HINT = "The keys of the local AWS change with every start: source its variables.sh again."
_ONE_TIME_PATHS = ("/_ministack/cfn-response/", "/_ministack/cfn-signal/")
"""URLs that CloudFormation passes to custom resources, each with a random UUID; on AWS they are presigned."""
_LONGEST_TOKEN_REQUEST = 100_000  # bytes, of AssumeRoleWithWebIdentity: a token has up to 20,000 characters (STS API)

Failure = tuple[str, str]
"""An error's code and message."""


@dataclass(frozen=True)
class HttpRequest:
    """A request as it was sent; headers: by lower-case names, those on several lines joined by commas as SigV4 does."""

    method: str
    raw_path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]

    @classmethod
    def of(cls, method: str, raw_path: str, query: bytes, headers: Sequence[tuple[bytes, bytes]]) -> Self:
        """Returns the request of an ASGI scope."""
        joined: dict[str, str] = {}
        for raw_name, raw_value in headers:
            name, value = raw_name.decode("latin-1").lower(), names.sigv4.decode_header_value(raw_value)
            joined[name] = f"{joined[name]},{value}" if name in joined else value
        return cls(method, raw_path, parse_qs(query.decode(errors="replace"), keep_blank_values=True), joined)

    @property
    def is_presigned(self) -> bool:
        """Whether its signature is in the query."""
        return "authorization" not in self.headers and "X-Amz-Signature" in self.query

    @property
    def has_own_url(self) -> bool:
        """Whether only its sender knows its URL."""
        return self.method == "PUT" and self.raw_path.startswith(_ONE_TIME_PATHS)

    @property
    def may_bring_a_token(self) -> bool:
        """Whether it may be AssumeRoleWithWebIdentity, which SDKs don't sign."""
        length = self.headers.get("content-length", "")
        is_small = length.isdigit() and int(length) <= _LONGEST_TOKEN_REQUEST
        return (self.method, self.raw_path) == ("POST", "/") and "authorization" not in self.headers and is_small


class Signatures:
    """Checks signatures (SigV4) by the account's own key pair, and by the keys of its IAM users and STS sessions."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def failure_before_body(self, request: HttpRequest) -> Failure | None:
        """The error of a request that has no known key, whatever its body is."""
        if request.may_bring_a_token or request.has_own_url:
            return None
        found = self._signature_and_secret(request)
        return found if isinstance(found[0], str) else None

    def failure(self, request: HttpRequest, body: bytes) -> Failure | None:
        """The error of a request that is not signed; None for one that is, or has a proof of its own."""
        if request.has_own_url or (
            request.may_bring_a_token and web_identity.is_request_with_token(body, self._secret)
        ):
            return None
        found = self._signature_and_secret(request)
        if isinstance(found[0], str):
            return found
        signature, secret = found
        late = _expired(request, signature) if request.is_presigned else names.sigv4.request_time_failure(signature)
        wrong = late or names.sigv4.header_signature_failure(
            signature, secret, request.method, request.raw_path, request.query, request.headers, body,
            presigned=request.is_presigned,
        )  # fmt: skip
        return (wrong[0], f"{wrong[1]} {_HINT}") if wrong else None

    def is_signed_url(self, url: str, clusters: Sequence[str]) -> bool:
        """Whether a presigned URL, an EKS token for one of the clusters, is signed with a key of the account."""
        parts = urlsplit(url)
        query = parts.query.encode()

        def signed_for(cluster: str) -> bool:
            headers = [(b"host", parts.netloc.encode()), (b"x-k8s-aws-id", cluster.encode())]
            request = HttpRequest.of("GET", parts.path, query, headers)
            return request.is_presigned and self.failure(request, b"") is None

        return any(map(signed_for, clusters))

    @contextlib.contextmanager
    def checked_once(self) -> Iterator[None]:
        """S3 doesn't check presigned URLs of the account's own key again: it would by this process's environment."""
        original = names.s3._verify_presigned_sigv4

        def verify(method: str, path: str, headers: dict[str, str], query: dict[str, Any]) -> Any:
            is_own = names.router.extract_access_key_id(headers, query) == ACCESS_KEY_ID
            return None if is_own else original(method, path, headers, query)

        with names.replaced_attribute(names.s3, "_verify_presigned_sigv4", verify):
            yield

    def _signature_and_secret(self, request: HttpRequest) -> tuple[Any, str]:
        """Returns the parsed signature and the secret to check it with, or the error."""
        read = names.sigv4.parse_query_signature if request.is_presigned else names.sigv4.parse_header_signature
        signature = read(request.query if request.is_presigned else request.headers)
        if isinstance(signature, tuple):
            return "MissingAuthenticationToken", f"Request is missing Authentication Token. {_HINT}"
        secret = self._secret_of(signature.access_key_id, _session_token(request))
        if secret is None:
            return "InvalidClientTokenId", f"The security token included in the request is invalid. {_HINT}"
        return signature, secret

    def _secret_of(self, key_id: str, session_token: str) -> str | None:
        if key_id == ACCESS_KEY_ID:
            return self._secret
        evaluator = names.iam_evaluator
        if evaluator.is_root_access_key(key_id):  # for MiniStack also "test", and every number of 12 digits
            return None
        account = evaluator.find_iam_access_key_account(key_id) or ACCESS_KEY_ID
        found = evaluator.resolve_credential(key_id, account, session_token)
        return None if isinstance(found, evaluator.CredentialResolutionError) else str(found.secret_access_key)


def refusal(request: HttpRequest, failure: Failure) -> Response:
    """The answer of the service that a request is for."""
    headers, query = dict(request.headers), dict(request.query)
    service = names.router.detect_service(request.method, request.raw_path, headers, query)
    code, message = failure
    answer: Response = names.iam_actions.access_denied_response(
        service, "", "", "", error_code=code, message=message, headers=headers
    )
    return answer


def cluster_names() -> list[str]:
    """The names of the EKS clusters in all regions: a token names none."""
    return [name for (_account, _region, name), _cluster in names.eks._clusters.all_items()]


def _session_token(request: HttpRequest) -> str:
    if request.is_presigned:
        return (request.query.get("X-Amz-Security-Token") or [""])[0]
    return request.headers.get("x-amz-security-token", "")


def _expired(request: HttpRequest, signature: Any) -> Failure | None:
    try:
        expires = int((request.query.get("X-Amz-Expires") or [""])[0])
        late = names.sigv4.presigned_request_is_expired(signature.amz_date, expires)
    except ValueError:
        late = True
    return ("SignatureDoesNotMatch", "Request has expired.") if late else None
