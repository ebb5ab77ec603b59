"""Checks bearer tokens: the server's own, and those of EKS."""

import base64
import datetime
import hmac
import secrets
from collections.abc import Callable, Iterable
from urllib.parse import parse_qs, urlsplit

from local import browsers
from local.kubernetes.status import ApiError

_PREFIX = "Bearer k8s-aws-v1."
_LONGEST_SECONDS = 900  # the validity of a token in aws-iam-authenticator
_TIME = "%Y%m%dT%H%M%SZ"


class Authentication:
    """Accepts programs with the server's own token, which is new for each server, or with a token of EKS.

    admits: whether the presigned URL in an EKS token is signed with a key of the account; it is called for those that are well
    formed and not expired.
    """

    def __init__(self, admits: Callable[[str], bool]) -> None:
        self.token = secrets.token_urlsafe(30)
        self._admits = admits

    def check(self, headers: Iterable[tuple[str, str]]) -> None:
        """Raises ApiError 403 for a web page's request, 401 for one without an accepted token."""
        sent = list(headers)
        problem = browsers.refusal(sent, own_scheme="https")
        if problem:
            raise ApiError(403, problem)
        bearers = [value for name, value in sent if name.lower() == "authorization"]
        if len(bearers) != 1 or not self._accepts(bearers[0]):
            raise ApiError(401, "Unauthorized")

    def _accepts(self, header: str) -> bool:
        if hmac.compare_digest(header.encode(), f"Bearer {self.token}".encode()):
            return True
        url = presigned_url(header)
        return url is not None and self._admits(url)


def presigned_url(header: str) -> str | None:
    """Returns the URL in a header with a token of EKS; None for a header without one.

    As aws-iam-authenticator requires: a presigned GetCallerIdentity, not expired, whose signature covers the cluster's name.
    """
    if not header.startswith(_PREFIX):
        return None
    token = header.removeprefix(_PREFIX)
    try:
        url = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        query = parse_qs(urlsplit(url).query, strict_parsing=True)
        (action,), (headers,), (seconds,), (date,) = (
            query[name] for name in ("Action", "X-Amz-SignedHeaders", "X-Amz-Expires", "X-Amz-Date")
        )
        signed = datetime.datetime.strptime(date, _TIME).replace(tzinfo=datetime.UTC)
        age = (datetime.datetime.now(datetime.UTC) - signed).total_seconds()
        is_fresh = age <= min(int(seconds), _LONGEST_SECONDS)
    except (ValueError, KeyError):
        return None
    is_right = action == "GetCallerIdentity" and "x-k8s-aws-id" in headers.split(";") and is_fresh
    return url if is_right else None
