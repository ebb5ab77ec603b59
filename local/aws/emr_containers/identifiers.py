"""Ids and ARNs of EMR on EKS resources."""

import secrets
import string
import urllib.parse

from local.aws.ministack import state

_ALPHABET = string.ascii_lowercase + string.digits


def new_id(length: int = 25) -> str:
    """Returns a random resource id of lower-case letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def arn(resource: str) -> str:
    """Returns the ARN of an EMR on EKS resource (`virtualclusters/<id>`) of the current account and region."""
    return f"arn:aws:emr-containers:{state.region()}:{state.account_id()}:/{resource}"


def resource_of(path: str) -> str:
    """Returns the ARN of the resource in a request's path; * for a list of all and for a creation."""
    parts = [urllib.parse.unquote(part) for part in path.strip("/").split("/")]
    if parts[0] == "tags":
        return "/".join(parts[1:])
    named = parts[
        : len(parts) // 2 * 2
    ]  # KIND/ID/KIND/ID; a kind at the end is a collection of the resource's before it
    return arn("/".join(named)) if named else "*"
