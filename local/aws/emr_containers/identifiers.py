"""Ids and ARNs of EMR on EKS resources."""

import secrets
import string

from local.aws.ministack import state

_ALPHABET = string.ascii_lowercase + string.digits


def new_id(length: int = 25) -> str:
    """A random resource id of lower-case letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def arn(resource: str) -> str:
    """The ARN of an EMR on EKS resource (`virtualclusters/<id>`) of the current account and region."""
    return f"arn:aws:emr-containers:{state.region()}:{state.account_id()}:/{resource}"
