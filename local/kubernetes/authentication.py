"""Checks that a bearer token of EKS is well formed and not expired, but not its owner or signature."""

import base64
import datetime
from urllib.parse import parse_qs, urlsplit

from local.kubernetes.status import ApiError

_PREFIX = "Bearer k8s-aws-v1."
_LONGEST_SECONDS = 900  # the validity of a token in aws-iam-authenticator
_TIME = "%Y%m%dT%H%M%SZ"


def check_authorization(header: str | None) -> None:
    """Raises ApiError 401 for a header that is no EKS token. A request without a header passes, such as Spark's here."""
    if header is not None and not _is_token(header):
        raise ApiError(401, "Unauthorized")


def _is_token(header: str) -> bool:
    """Returns whether it is a token, as aws-iam-authenticator does: a presigned GetCallerIdentity whose signature
    covers the cluster's name."""
    if not header.startswith(_PREFIX):
        return False
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
        return False
    return action == "GetCallerIdentity" and "x-k8s-aws-id" in headers.split(";") and is_fresh
